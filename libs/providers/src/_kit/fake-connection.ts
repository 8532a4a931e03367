import { createHash, randomBytes } from 'node:crypto';
import type { AccessToken, Capabilities, OAuthCapability, Outbound, ProviderLimits } from '@patchbay/capabilities';
import type { ProviderSituations } from '@patchbay/capabilities/testing';
import type { ProviderFake } from './fake.js';
import type { FakeFaults } from './fake-faults.js';
import { startFake, type RunningFake } from './fake-server.js';
import { createOutbound } from './outbound.js';
import { inProcessRateLimiter } from './rate-limiter.js';
import { undiciTransport } from './transport.js';

/** The person who signs in unless a test says otherwise. */
export const fakePerson = 'olivia.organiser@example.com';

/** A manifest, as far as it is needed to connect. */
export interface ConnectableProvider<Offered> {
  readonly id: string;
  readonly limits: ProviderLimits;
  connect(outbound: Outbound, baseUrl: string): Offered;
}

/** A provider's adapters at a running fake, with a person signed in. */
export interface FakeConnection<F extends ProviderFake, Offered> {
  readonly running: RunningFake<F>;
  readonly capabilities: Offered;
  readonly token: AccessToken;
  readonly situations: ProviderSituations & Pick<FakeFaults, 'cutAnswers'>;
  stop(): Promise<void>;
}

/** Starts a fake and signs in as a person would, with nothing but what the provider's own `oauth` says. Pauses between attempts take no time. */
export const connectToFake = async <F extends ProviderFake, Offered extends Pick<Capabilities, 'oauth'>>(
  provider: ConnectableProvider<Offered>,
  fake: F,
  type: keyof OAuthCapability['scopes'],
): Promise<FakeConnection<F, Offered>> => {
  const running = await startFake(fake);
  const transport = undiciTransport();
  const outbound = createOutbound({
    provider: provider.id,
    limits: provider.limits,
    transport,
    limiter: inProcessRateLimiter(),
    clock: { now: () => new Date(), sleep: async () => {} },
  });
  const capabilities = provider.connect(outbound, running.url);
  const value = await signIn(capabilities.oauth, outbound, type);
  const { failNext, dropAfterExecuting, cutAnswers, down, up } = running.faults;

  return {
    running,
    capabilities,
    token: { value, accountId: 'connection-1' },
    situations: { revokeGrant: () => fake.revokeGrant(fakePerson), failNext, dropAfterExecuting, cutAnswers, down, up },
    stop: async () => {
      await running.stop();
      await transport.close();
    },
  };
};

const signIn = async (oauth: OAuthCapability, outbound: Outbound, type: keyof OAuthCapability['scopes']): Promise<string> => {
  const send = outbound.fetch({ operation: 'oauth.sign-in', path: '/', accountId: null, idempotent: false });
  const redirectUri = 'http://127.0.0.1:4321/callback';
  const verifier = randomBytes(32).toString('base64url');
  const parameters = new URLSearchParams({
    ...oauth.authorizationParameters,
    client_id: oauth.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: (oauth.scopes[type] ?? []).join(oauth.scopeSeparator),
    state: 'a-state',
    ...(oauth.usesPkce ? { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' } : {}),
    auto_approve: fakePerson,
  });
  const consent = await send(`${oauth.authorizationEndpoint}?${parameters.toString()}`);
  const code = new URL(consent.headers.get('location') ?? '').searchParams.get('code') ?? '';

  const form = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier });
  const isBasic = oauth.clientAuthentication === 'client_secret_basic';
  if (!isBasic) {
    form.set('client_id', oauth.clientId);
    form.set('client_secret', oauth.clientSecret);
  }
  const basic = Buffer.from(`${oauth.clientId}:${oauth.clientSecret}`).toString('base64');
  const headers = { accept: 'application/json', ...(isBasic && { authorization: `Basic ${basic}` }) };
  const token = await accessTokenIn(oauth, await send(oauth.tokenEndpoint, { method: 'POST', body: form, headers }));
  const { longLivedTokens: longer } = oauth;
  if (longer === null) return token;
  const exchange = new URLSearchParams({ grant_type: longer.exchangeGrantType, client_secret: oauth.clientSecret, access_token: token });
  return accessTokenIn(oauth, await send(`${longer.exchangeEndpoint}?${exchange.toString()}`));
};

const accessTokenIn = async (oauth: OAuthCapability, response: Response): Promise<string> => {
  const answer = { status: response.status, body: (await response.json()) as unknown };
  const { access_token: token } = (oauth.readTokenAnswer?.(answer) ?? answer).body as { readonly access_token: string };
  return token;
};
