import type { Capabilities, OAuthCapability } from '@patchbay/capabilities';
import { AppError, type IntegrationType } from '@patchbay/contracts';
import { PostgresRateLimiter, type Database } from '@patchbay/database';
import { EgressGuard } from '@patchbay/egress';
import { configureProviders, undiciTransport, type ConfiguredProvider, type ConfiguredProviders } from '@patchbay/providers';
import { recordProviderCall, type Logger } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';

/** Injection token of the {@link ConfiguredProviders}. */
export const PROVIDERS = Symbol('PROVIDERS');

/** Of an answer of a server that a person named: here they are only asked whether an account works. */
const userAimedBytesMax = 256 * 1024;

/** A provider that people can connect an account of. */
export interface ConnectableProvider {
  readonly manifest: ConfiguredProvider['provider'];
  readonly outbound: ConfiguredProvider['outbound'];
  readonly oauth: OAuthCapability;
  readonly identity: Capabilities['identity'];
  /** Where the provider does not revoke as RFC 7009 has it. */
  readonly revocation: Capabilities['revocation'] | undefined;
}

/** Every provider of the registry, behind one rate limit for all replicas of this service. */
export function configuredProviders(config: AuthConfig, database: Database, log: Logger): ConfiguredProviders {
  const guard = new EgressGuard({
    allow: config.WEBHOOKS_EGRESS_ALLOW,
    httpsOnly: config.NODE_ENV === 'production',
    ownUrl: config.PUBLIC_BASE_URL,
  });
  const userAimedTransport = undiciTransport({ responseBytesMax: userAimedBytesMax }, (options) => guard.connector(options));
  return configureProviders(config, { limiter: new PostgresRateLimiter(database), onCall: recordProviderCall(log), userAimedTransport });
}

/** @throws AppError `provider_unknown`, `provider_not_configured`, or `connect_method_differs` for one without a consent page. */
export function connectableProvider(providers: ConfiguredProviders, id: string): ConnectableProvider {
  const found = providers.find(id);
  if (found === undefined) throw new AppError('provider_unknown');
  if (found.state === 'not_configured') throw new AppError('provider_not_configured', { missing_variables: found.missing });
  const { oauth, identity, revocation } = found.capabilities;
  if (oauth === undefined || identity === undefined) throw new AppError('connect_method_differs');
  return { manifest: found.provider, outbound: found.outbound, oauth, identity, revocation };
}

/** What a connection is for: what is wanted, or the first type there is. @throws AppError `integration_type_unsupported` */
export function typeOf({ manifest }: Pick<ConnectableProvider, 'manifest'>, wanted: IntegrationType | undefined): IntegrationType {
  const type = wanted ?? manifest.types[0];
  if (type === undefined || !manifest.types.includes(type)) throw new AppError('integration_type_unsupported', { offered: manifest.types });
  return type;
}
