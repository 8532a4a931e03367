import { Inject, Injectable } from '@nestjs/common';
import type { ConfiguredProviders } from '@patchbay/providers';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import { connectableProvider, PROVIDERS, type ConnectableProvider } from '../providers/configured-providers.js';
import { passportVerify, type PassportStrategy } from './headless-passport.js';
import { signInScopesOf, type SignInProvider, type Variables } from './sign-in-providers.js';

/** A provider that is configured, with its strategy. */
export interface ReadyProvider extends ConnectableProvider {
  readonly strategy: PassportStrategy;
}

/** One passport strategy for each provider that people can sign in with. */
@Injectable()
export class PassportStrategies {
  readonly #made = new Map<string, PassportStrategy>();

  constructor(
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) readonly variables: Variables,
  ) {}

  /** @throws AppError `provider_not_configured` */
  of(provider: SignInProvider): ReadyProvider {
    const ready = connectableProvider(this.providers, provider.registryId);
    const strategy = this.#made.get(provider.name) ?? this.#make(provider, ready);
    this.#made.set(provider.name, strategy);
    return { ...ready, strategy };
  }

  #make(provider: SignInProvider, { oauth }: ConnectableProvider): PassportStrategy {
    const options = {
      clientID: oauth.clientId,
      clientSecret: oauth.clientSecret,
      authorizationURL: oauth.authorizationEndpoint,
      tokenURL: oauth.tokenEndpoint,
      scope: signInScopesOf(oauth),
      scopeSeparator: oauth.scopeSeparator,
      pkce: oauth.usesPkce,
      store: {},
    };
    const strategy = provider.strategy(options, this.variables, passportVerify(oauth));
    // Otherwise some strategies put the access token into the address, where it ends up in logs.
    strategy._oauth2.useAuthorizationHeaderforGET(true);
    return strategy;
  }
}
