import type {
  Capabilities,
  InboundSecrets,
  InboundWebhooks,
  InboundWebhooksCapability,
  Outbound,
  Provider,
  ProviderContext,
} from '@patchbay/capabilities';
import { z } from 'zod';
import { systemClock, type Clock } from './_kit/clock.js';
import { createOutbound } from './_kit/outbound.js';
import type { ProviderCallReport } from './_kit/provider-call-report.js';
import type { RateLimiter } from './_kit/rate-limiter.js';
import { TransportError, undiciTransport, type Transport } from './_kit/transport.js';
import { providers } from './registry.js';

/** What the providers share in one process. */
export interface ProviderDependencies {
  /** Shared by all replicas; see {@link RateLimiter}. */
  readonly limiter: RateLimiter;
  /** Called once for every call to any provider. Must not throw. */
  readonly onCall?: (report: ProviderCallReport) => void;
  readonly clock?: Clock;
  readonly transport?: Transport;
  /** For addresses that people choose: must lead to the public internet only. Without it nobody's address is called. */
  readonly userAimedTransport?: Transport;
}

/** What this installation can do with one provider. */
export interface ConfiguredProvider {
  readonly provider: ProviderManifest;
  readonly state: 'configured' | 'not_configured';
  /** Variables that must be set before it can be used; names only. */
  readonly missing: readonly string[];
  /** Empty while it is not configured. */
  readonly capabilities: Partial<Capabilities>;
  /** Reads the webhooks that it sends; absent while their variables are not set, and where it sends none. */
  readonly inboundWebhooks: InboundWebhooksCapability | undefined;
  /** What of its webhooks is secret, whether or not it is set up for them. */
  readonly inboundSecrets: InboundSecrets;
  /** The way out to this provider, for what no capability covers: its token endpoint. */
  readonly outbound: Outbound;
}

/** The parts of a manifest that say what a provider is. */
export type ProviderManifest = Pick<Provider, 'id' | 'displayName' | 'setupGuide' | 'limits' | 'types'> & {
  readonly capabilities: readonly (keyof Capabilities)[];
};

/** All providers of this installation. */
export interface ConfiguredProviders {
  readonly all: readonly ConfiguredProvider[];
  find(id: string): ConfiguredProvider | undefined;
  /** Ends idle connections. */
  close(): Promise<void>;
}

/**
 * Makes every provider of the registry ready, out of an environment that was parsed with `providerConfigs`.
 *
 * @example
 * ```ts
 * const configured = configureProviders(config, { limiter });
 * const calendar = configured.find('google')?.capabilities.calendar;
 * ```
 */
export const configureProviders = (config: Readonly<Record<string, unknown>>, dependencies: ProviderDependencies): ConfiguredProviders => {
  const transport = dependencies.transport ?? undiciTransport();
  const userAimedTransport = dependencies.userAimedTransport ?? noTransport;
  const all = providers.map((provider) => configure(asProvider(provider), config, { ...dependencies, transport, userAimedTransport }));
  const close = async (): Promise<void> => {
    await Promise.all([transport.close(), userAimedTransport.close()]);
  };
  return { all, find: (id) => all.find(({ provider }) => provider.id === id), close };
};

/** A manifest whose own types are forgotten: its config is checked by its own schema just before it is used. */
interface AnyProvider extends ProviderManifest {
  readonly config: z.ZodObject;
  readonly credentials: readonly string[];
  readonly credentialFallbacks?: Readonly<Record<string, string>>;
  readonly variableFallbacks?: Readonly<Record<string, string>>;
  connect(context: ProviderContext<unknown>): Partial<Capabilities>;
  readonly inboundWebhooks?: InboundWebhooks<unknown>;
}

const asProvider = (provider: (typeof providers)[number]): AnyProvider => provider as AnyProvider;

const configure = (
  provider: AnyProvider,
  config: Readonly<Record<string, unknown>>,
  {
    limiter,
    onCall,
    clock = systemClock,
    transport,
    userAimedTransport,
  }: ProviderDependencies & Required<Pick<ProviderDependencies, 'transport' | 'userAimedTransport'>>,
): ConfiguredProvider => {
  const shared = { provider: provider.id, limits: provider.limits, limiter, onCall, clock };
  const outbound = createOutbound({ ...shared, transport });
  const userAimedOutbound = createOutbound({ ...shared, transport: userAimedTransport });
  const values = withFallbacks(provider, config);
  const missing = provider.credentials.filter((name) => values[name] === undefined);
  const ways = { outbound, userAimedOutbound, now: () => clock.now() };
  const inbound = { inboundWebhooks: inboundOf(provider, values, ways), inboundSecrets: provider.inboundWebhooks?.secrets ?? noSecrets };
  if (missing.length > 0) return { provider, state: 'not_configured', missing, capabilities: {}, ...inbound, outbound };

  const context = { config: provider.config.parse(values), ...ways };
  return { provider, state: 'configured', missing, capabilities: provider.connect(context), ...inbound, outbound };
};

const noSecrets: InboundSecrets = { headers: [], fields: [] };

const inboundOf = (
  { config, credentials, inboundWebhooks }: AnyProvider,
  values: Readonly<Record<string, unknown>>,
  ways: Omit<ProviderContext<unknown>, 'config'>,
): InboundWebhooksCapability | undefined => {
  if (inboundWebhooks?.variables.every((name) => values[name] !== undefined) !== true) return undefined;
  const shape = Object.entries(config.shape).map(([name, variable]) => [name, credentials.includes(name) ? z.optional(variable) : variable] as const);
  return inboundWebhooks.connect({ config: z.object(Object.fromEntries(shape)).parse(values), ...ways });
};

/** Another provider's credentials stand in for all of ours or for none: half a pair would be of two different apps. */
const withFallbacks = (
  { credentials, credentialFallbacks = {}, variableFallbacks = {} }: AnyProvider,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const standIns = (names: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(names).map(([name, other]) => [name, config[other]]));
  const unset = Object.fromEntries(Object.entries(variableFallbacks).filter(([name]) => config[name] === undefined));
  const hasOwnCredentials = credentials.some((name) => config[name] !== undefined);
  return { ...config, ...standIns(unset), ...(hasOwnCredentials ? {} : standIns(credentialFallbacks)) };
};

const noTransport: Transport = {
  send: () => Promise.reject(new TransportError('refused', false)),
  close: () => Promise.resolve(),
};
