import { Database, PostgresRateLimiter } from '@patchbay/database';
import { configureProviders, type ConfiguredProviders } from '@patchbay/providers';
import { LOG, recordProviderCall, SERVICE_CONFIG, type Logger } from '@patchbay/service-kit';

/** Injection token of the `ConfiguredProviders`. */
export const PROVIDERS = Symbol('PROVIDERS');

/** The providers of this installation under {@link PROVIDERS}, for the module of a service. They share their limits with all replicas. */
export const configuredProviders = {
  provide: PROVIDERS,
  inject: [SERVICE_CONFIG, Database, LOG],
  useFactory: (config: Readonly<Record<string, unknown>>, database: Database, log: Logger): ConfiguredProviders =>
    configureProviders(config, { limiter: new PostgresRateLimiter(database), onCall: recordProviderCall(log) }),
};
