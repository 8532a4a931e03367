import type { CredentialsCapability, ProviderContext, ProviderLimits } from '@patchbay/capabilities';
import type { CredentialsHarness } from '@patchbay/capabilities/testing';
import type { z } from 'zod';
import type { FakeOptions, FakeRequest, FakeResponse, ProviderFake } from './fake.js';
import { startFake, type RunningFake } from './fake-server.js';
import { createOutbound } from './outbound.js';
import { inProcessRateLimiter } from './rate-limiter.js';
import { undiciTransport } from './transport.js';

/** Somebody with an account that is opened with a password or a key. */
export interface FakeHolder {
  readonly email: string;
  /** First name in lower case: for names of buckets and keys. */
  readonly handle: string;
  /** 1, and one more for each time the password was changed. Secrets are made from it. */
  readonly version: number;
}

/** What {@link createCredentialsFake} cannot know: a vendor's paths, words and ways to prove oneself. */
export interface CredentialsFakeHabits {
  readonly id: string;
  readonly displayName: string;
  /** What has to be typed to connect the account, as it is now. */
  readonly credentialsOf: (holder: FakeHolder, baseUrl: string) => Readonly<Record<string, string>>;
  readonly answer: (request: FakeRequest, holders: readonly FakeHolder[], now: Date) => FakeResponse | Promise<FakeResponse>;
  readonly failure: ProviderFake['failure'];
  /** For vendors that exchange the key for a token that ends. */
  readonly expireTokens?: () => void;
}

/** A fake whose accounts are opened with a password or a key. */
export type CredentialsFake = ProviderFake & Required<Pick<ProviderFake, 'credentialsOf'>>;

const samples = ['olivia.organiser@example.com', 'ben.bookings@example.com'];

/** A provider that is opened with a password or a key, in memory. `revokeGrant` changes the password. */
export const createCredentialsFake = (habits: CredentialsFakeHabits, options: FakeOptions = {}): CredentialsFake => {
  const now = options.now ?? (() => new Date());
  const versions = new Map(samples.map((email) => [email, 1]));
  const holderOf = (email: string): FakeHolder => ({ email, handle: email.split('.')[0] ?? email, version: versions.get(email) ?? 1 });
  const holders = (): readonly FakeHolder[] => [...versions.keys()].map(holderOf);

  return {
    id: habits.id,
    displayName: habits.displayName,
    handle: (request) => habits.answer(request, holders(), now()),
    failure: habits.failure,
    credentialsOf: (email, baseUrl) => habits.credentialsOf(holderOf(email), baseUrl),
    accounts: () => holders().map((holder) => ({ email: holder.email, name: nameOf(holder), grants: 1, collections: [] })),
    revokeGrant: (email) => {
      const version = versions.get(email);
      if (version !== undefined) versions.set(email, version + 1);
    },
    expireTokens: () => habits.expireTokens?.(),
    reset: () => samples.forEach((email) => versions.set(email, 1)),
  };
};

const nameOf = ({ email }: FakeHolder): string =>
  (email.split('@')[0] ?? email)
    .split('.')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ');

/** A manifest, as far as it is needed to check credentials. */
export interface CheckableProvider {
  readonly id: string;
  readonly limits: ProviderLimits;
  readonly config: z.ZodObject;
  connect(context: ProviderContext<unknown>): { readonly credentials: CredentialsCapability };
}

/** What {@link connectToCredentialsFake} connects, and how. */
export interface CredentialsConnection {
  readonly fake: CredentialsFake;
  /** The variables that lead to the fake. */
  readonly environment: (baseUrl: string) => Readonly<Record<string, string>>;
  /** Fields with which the account cannot be opened. */
  readonly wrong: Readonly<Record<string, string>>;
}

/** A provider's `credentials` at a running fake. Pauses between attempts take no time. */
export const connectToCredentialsFake = async (
  provider: CheckableProvider,
  { fake, environment, wrong }: CredentialsConnection,
): Promise<CredentialsHarness & { readonly running: RunningFake<CredentialsFake> }> => {
  const running = await startFake(fake);
  const transport = undiciTransport();
  const clock = { now: () => new Date(), sleep: async () => {} };
  const outbound = createOutbound({ provider: provider.id, limits: provider.limits, transport, limiter: inProcessRateLimiter(), clock });
  const config = provider.config.parse(environment(running.url));
  const { credentials } = provider.connect({ config, outbound, userAimedOutbound: outbound, now: clock.now });
  const [email = ''] = samples;
  const filled = fake.credentialsOf(email, running.url);
  const { failNext, dropAfterExecuting, down, up } = running.faults;
  return {
    running,
    credentials,
    filled,
    wrong: { ...filled, ...wrong },
    situations: { revokeGrant: () => fake.revokeGrant(email), failNext, dropAfterExecuting, down, up },
    stop: async () => {
      await running.stop();
      await transport.close();
    },
  };
};
