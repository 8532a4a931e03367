import { Database, PostgresRateLimiter } from '@patchbay/database';
import { EgressGuard } from '@patchbay/egress';
import { configureProviders, undiciTransport, type ConfiguredProviders, type Transport } from '@patchbay/providers';
import { LOG, recordProviderCall, SERVICE_CONFIG, type Logger } from '@patchbay/service-kit';

/** Injection token of the `ConfiguredProviders`. */
export const PROVIDERS = Symbol('PROVIDERS');

/** Variables of a service whose accounts may be on servers that people name. */
interface EgressConfig {
  readonly NODE_ENV?: string;
  readonly PUBLIC_BASE_URL?: string;
  readonly WEBHOOKS_EGRESS_ALLOW?: readonly string[];
}

/** Of one answer of a server that a person named: a whole calendar, unpacked. Each is held in memory while it is read. */
const userAimedBytesMax = 16 * 1024 * 1024;
/** A small server looks through ten thousand events before it says its first word; how long a call may take in all is said with the call. Milliseconds. */
const userAimedSilenceMs = 60_000;

/**
 * The providers of this installation under {@link PROVIDERS}, for the module of a service. They share their limits with all replicas. A service without
 * `WEBHOOKS_EGRESS_ALLOW` among its variables calls no address that a person chose.
 */
export const configuredProviders = {
  provide: PROVIDERS,
  inject: [SERVICE_CONFIG, Database, LOG],
  useFactory: (config: EgressConfig & Readonly<Record<string, unknown>>, database: Database, log: Logger): ConfiguredProviders =>
    configureProviders(config, { limiter: new PostgresRateLimiter(database), onCall: recordProviderCall(log), ...userAimed(config) }),
};

const userAimed = ({ NODE_ENV, PUBLIC_BASE_URL, WEBHOOKS_EGRESS_ALLOW }: EgressConfig): { readonly userAimedTransport?: Transport } => {
  if (WEBHOOKS_EGRESS_ALLOW === undefined) return {};
  const own = PUBLIC_BASE_URL === undefined ? {} : { ownUrl: PUBLIC_BASE_URL };
  const guard = new EgressGuard({ allow: WEBHOOKS_EGRESS_ALLOW, httpsOnly: NODE_ENV === 'production', ...own });
  return {
    userAimedTransport: undiciTransport({ responseBytesMax: userAimedBytesMax, silenceMs: userAimedSilenceMs }, (options) =>
      guard.connector(options),
    ),
  };
};
