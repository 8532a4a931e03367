import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@patchbay/contracts';
import type { ConfiguredProviders } from '@patchbay/providers';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';
import { PROVIDERS } from '../providers/configured-providers.js';

export interface RedirectUriPolicy {
  /** Compared character by character. https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3 */
  readonly allowed: readonly string[];
  /** Any port and path of this machine as well, where nobody else can wait for a code; for everything but production. */
  readonly allowsLoopback: boolean;
}

/** Where flows of this installation may lead back to. */
@Injectable()
export class RedirectUris {
  readonly #policy: RedirectUriPolicy;

  constructor(
    @Inject(PROVIDERS) providers: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) config: Pick<AuthConfig, 'OAUTH_REDIRECT_URIS' | 'NODE_ENV'>,
  ) {
    const ofProviders = providers.all.flatMap(({ capabilities }) => capabilities.oauth?.redirectUri ?? []);
    this.#policy = { allowed: [...config.OAUTH_REDIRECT_URIS, ...ofProviders], allowsLoopback: config.NODE_ENV !== 'production' };
  }

  /** @throws AppError `redirect_uri_not_allowed` */
  require(uri: string): void {
    if (!isRedirectUriAllowed(uri, this.#policy)) throw new AppError('redirect_uri_not_allowed', { redirect_uri: 'is not on the allow list' });
  }
}

/** Whether a flow may lead back to this URI. */
export function isRedirectUriAllowed(uri: string, { allowed, allowsLoopback }: RedirectUriPolicy): boolean {
  return allowed.includes(uri) || (allowsLoopback && isLoopback(uri));
}

/** Judged as it is written: programs do not agree on where the host ends once backslashes, spaces or escapes stand in it. */
const loopback = /^https?:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?(?=[/?]|$)/;

function isLoopback(uri: string): boolean {
  // A fragment is forbidden by https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2
  return loopback.test(uri) && URL.canParse(uri) && !/[#\\\s]/.test(uri);
}
