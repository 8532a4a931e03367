import type { Database } from '@patchbay/database';
import { PostgresRateLimiter } from '@patchbay/database';
import { configureProviders, type ConfiguredProviders } from '@patchbay/providers';
import { recordProviderCall, type Logger } from '@patchbay/service-kit';
import type { WebhooksConfig } from '../webhooks.config.js';

/** Injection token of the {@link ConfiguredProviders}, of which this service uses the webhooks only. */
export const INBOUND_PROVIDERS = Symbol('INBOUND_PROVIDERS');

/** Every provider of the registry. Hardly any is ever called from here: some publish the key that they sign with. */
export const inboundProviders = (config: WebhooksConfig, database: Database, log: Logger): ConfiguredProviders =>
  configureProviders(config, { limiter: new PostgresRateLimiter(database), onCall: recordProviderCall(log) });
