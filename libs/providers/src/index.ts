export {
  configureProviders,
  type ConfiguredProvider,
  type ConfiguredProviders,
  type ProviderDependencies,
  type ProviderManifest,
} from './configure-providers.js';
export { providerConfigs, withProviders } from './provider-configs.js';
export { providers, type ProviderId, type ProviderIdWith } from './registry.js';
export { systemClock, type Clock } from './_kit/clock.js';
export type { ProviderCallReport } from './_kit/provider-call-report.js';
export { inProcessRateLimiter, type RateLimiter } from './_kit/rate-limiter.js';
export { retryAfterMs } from './_kit/retry.js';
export { undiciTransport, type ConnectorFactory, type Transport, type TransportLimits } from './_kit/transport.js';
