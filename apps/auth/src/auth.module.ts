import { Module } from '@nestjs/common';
import { Database } from '@patchbay/database';
import { LOG, Sealer, SERVICE_CONFIG } from '@patchbay/service-kit';
import { AdministratorsController } from './administrators/administrators.controller.js';
import { AdministratorsService } from './administrators/administrators.service.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeysRepository } from './api-keys/api-keys.repository.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import type { AuthConfig } from './auth.config.js';
import { AccountConnector } from './connections/account-connector.js';
import { BrokenConnections } from './connections/broken-connections.js';
import { ConnectionsController } from './connections/connections.controller.js';
import { ConnectionsRepository } from './connections/connections.repository.js';
import { ConnectionsService } from './connections/connections.service.js';
import { ConnectionChecker } from './credentials/connection-checker.js';
import { CredentialsController } from './credentials/credentials.controller.js';
import { CredentialsService } from './credentials/credentials.service.js';
import { CredentialsVerifier } from './credentials/credentials-verifier.js';
import { DevelopmentController } from './development/development.controller.js';
import { DevelopmentService } from './development/development.service.js';
import { DoctorController } from './doctor/doctor.controller.js';
import { DoctorService } from './doctor/doctor.service.js';
import { HostUsersController } from './host-users/host-users.controller.js';
import { HostUsersService } from './host-users/host-users.service.js';
import { IdentitiesController } from './identities/identities.controller.js';
import { IdentitiesRepository } from './identities/identities.repository.js';
import { IdentitiesService } from './identities/identities.service.js';
import { ImportsController } from './imports/imports.controller.js';
import { ImportsService } from './imports/imports.service.js';
import { EndedPermissionsController } from './connections/ended-permissions.controller.js';
import { EndedPermissions } from './connections/ended-permissions.js';
import { ForecastController } from './forecast/forecast.controller.js';
import { ForecastRepository } from './forecast/forecast.repository.js';
import { ForecastService } from './forecast/forecast.service.js';
import { FlowStates } from './oauth/flow-state.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { OAuthFlowsRepository } from './oauth/oauth-flows.repository.js';
import { OAuthService } from './oauth/oauth.service.js';
import { RedirectUris } from './oauth/redirect-uris.js';
import { configuredProviders, PROVIDERS } from './providers/configured-providers.js';
import { ProvidersController } from './providers/providers.controller.js';
import { ProvidersService } from './providers/providers.service.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { RefreshTokenSuccessors } from './sessions/refresh-token-secret.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { PassportStrategies } from './sign-in/passport-strategies.js';
import { PersonFinder } from './sign-in/person-finder.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { AccessTokenIssuer } from './signing-keys/access-token-issuer.js';
import { SigningKeysController } from './signing-keys/signing-keys.controller.js';
import { SigningKeysRepository } from './signing-keys/signing-keys.repository.js';
import { SigningKeysService } from './signing-keys/signing-keys.service.js';
import { EndingTokens } from './tokens/ending-tokens.js';
import { EndingsRepository } from './tokens/endings.repository.js';
import { GrantsRepository } from './tokens/grants.repository.js';
import { ProviderSlots } from './tokens/provider-slots.js';
import { RenewalLoop } from './tokens/renewal-loop.js';
import { RenewalsRepository } from './tokens/renewals.repository.js';
import { TokenRefresher } from './tokens/token-refresher.js';
import { TokensController } from './tokens/tokens.controller.js';
import { TokensService } from './tokens/tokens.service.js';
import { UsersController } from './users/users.controller.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';

@Module({
  controllers: [
    AdministratorsController,
    ApiKeysController,
    ConnectionsController,
    CredentialsController,
    DevelopmentController,
    EndedPermissionsController,
    ForecastController,
    DoctorController,
    HostUsersController,
    IdentitiesController,
    ImportsController,
    OAuthController,
    ProvidersController,
    SessionsController,
    SignInController,
    SigningKeysController,
    TokensController,
    UsersController,
  ],
  providers: [
    { provide: Sealer, useFactory: (config: AuthConfig) => new Sealer(config.TOKEN_MASTER_KEYS), inject: [SERVICE_CONFIG] },
    { provide: PROVIDERS, useFactory: configuredProviders, inject: [SERVICE_CONFIG, Database, LOG] },
    { provide: ProviderSlots, useFactory: () => new ProviderSlots() },
    AccessTokenIssuer,
    AccountConnector,
    AdministratorsService,
    ApiKeysRepository,
    ApiKeysService,
    BrokenConnections,
    ConnectionChecker,
    ConnectionsRepository,
    ConnectionsService,
    CredentialsService,
    CredentialsVerifier,
    DevelopmentService,
    DoctorService,
    FlowStates,
    ForecastRepository,
    ForecastService,
    EndedPermissions,
    EndingTokens,
    EndingsRepository,
    GrantsRepository,
    RenewalLoop,
    RenewalsRepository,
    HostUsersService,
    IdentitiesRepository,
    IdentitiesService,
    ImportsService,
    OAuthFlowsRepository,
    OAuthService,
    PassportStrategies,
    PersonFinder,
    ProvidersService,
    RedirectUris,
    RefreshTokenSuccessors,
    SessionsRepository,
    SessionsService,
    SigningKeysRepository,
    SigningKeysService,
    SignInService,
    TokenRefresher,
    TokensService,
    UsersRepository,
    UsersService,
  ],
})
export class AuthModule {}
