import type { InboundCall, InboundWebhooks, Provider, ProviderContext } from '@patchbay/capabilities';
import type { InboundHarness, InboundSigning, InboundVariant } from '@patchbay/capabilities/testing';
import type { z } from 'zod';
import { TransportError } from './transport.js';

/** What is right or wrong about a webhook that a fake sends. */
export type FakeWebhookVariant = InboundVariant;

/** How a fake signs one webhook. */
export interface FakeWebhookSigning extends InboundSigning {
  /** Where it is sent, in full: some providers sign that. */
  readonly url: string;
  /** Where the provider's own API is reached: some say there which key they signed with. */
  readonly apiBaseUrl: string;
}

/** A provider that tells what happened there: signs webhooks, rightly or wrongly, as its documents say. */
export interface FakeWebhookSender {
  /** The id under which Patchbay knows the provider. */
  readonly provider: string;
  /** What Patchbay has to be configured with to accept what is signed here. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it can tell, in the provider's own words. */
  readonly types: readonly string[];
  /** Whether what is signed bears a time. Otherwise `old` and `future` are as `right`. */
  readonly signsTime: boolean;
  sign(type: string, signing: FakeWebhookSigning): FakeWebhook | Promise<FakeWebhook>;
}

/** A webhook, ready to be sent to `<ingress>/<provider>/<path>`. Header names are in lower case. */
export type FakeWebhook = InboundCall;

/** The time that a webhook bears: an hour off where it has to be refused for that. */
export const fakeSignedAt = ({ variant, now }: Pick<FakeWebhookSigning, 'variant' | 'now'>): Date =>
  new Date(now.getTime() + (variant === 'old' ? -3_600_000 : variant === 'future' ? 3_600_000 : 0));

/** Where a spec's webhooks are said to be sent to. */
export const specIngressUrl = (provider: string): string => `https://patchbay.example.com/api/v1/ingress/${provider}`;

/** What a harness may know that the sender does not say. */
export interface InboundHarnessOptions {
  readonly apiBaseUrl?: string;
  /** The way to the provider, for those that are asked for a key. Default: nothing can be reached. */
  readonly outbound?: ProviderContext<unknown>['outbound'];
  readonly handshakes?: InboundHarness['handshakes'];
}

/**
 * A harness for `inboundContract`: the manifest of a provider, configured for the webhooks of its fake.
 *
 * @example
 * ```ts
 * inboundContract('stripe', () => inboundHarness(stripe, stripeFakeWebhooks));
 * ```
 */
export const inboundHarness = <Config extends z.ZodObject, Needed extends string>(
  provider: Pick<Provider<string, Config, object, Needed>, 'id' | 'config'> & {
    readonly inboundWebhooks?: InboundWebhooks<z.output<Config>, Needed>;
  },
  sender: FakeWebhookSender,
  { apiBaseUrl = 'http://127.0.0.1:1', outbound = unreachable, handshakes = [] }: InboundHarnessOptions = {},
): InboundHarness => {
  const { inboundWebhooks, config } = provider;
  if (inboundWebhooks === undefined) throw new Error(`${provider.id} reads no webhooks`);
  // A credential that the webhooks do without is absent here, as it may be in an installation.
  const parsed = config.partial().parse(sender.environment);
  const context = { config: parsed, outbound, userAimedOutbound: outbound, now: () => new Date() } as unknown as Parameters<
    typeof inboundWebhooks.connect
  >[0];
  return {
    inbound: inboundWebhooks.connect(context),
    types: sender.types,
    signsTime: sender.signsTime,
    handshakes,
    sign: (type, signing) => sender.sign(type, { ...signing, url: specIngressUrl(provider.id), apiBaseUrl }),
  };
};

const unreachable: ProviderContext<unknown>['outbound'] = { fetch: () => () => Promise.reject(new TransportError('refused', false)) };
