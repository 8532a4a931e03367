import { Module } from '@nestjs/common';
import { Database } from '@patchbay/database';
import { LOG, Sealer, SERVICE_CONFIG } from '@patchbay/service-kit';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeysRepository } from './api-keys/api-keys.repository.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import type { AuthConfig } from './auth.config.js';
import { AccountConnector } from './connections/account-connector.js';
import { ConnectionsController } from './connections/connections.controller.js';
import { ConnectionsRepository } from './connections/connections.repository.js';
import { ConnectionsService } from './connections/connections.service.js';
import { DevelopmentController } from './development/development.controller.js';
import { DevelopmentService } from './development/development.service.js';
import { DoctorController } from './doctor/doctor.controller.js';
import { DoctorService } from './doctor/doctor.service.js';
import { FlowStates } from './oauth/flow-state.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { OAuthFlowsRepository } from './oauth/oauth-flows.repository.js';
import { OAuthService } from './oauth/oauth.service.js';
import { RedirectUris } from './oauth/redirect-uris.js';
import { configuredProviders, PROVIDERS } from './providers/configured-providers.js';
import { ProvidersController } from './providers/providers.controller.js';
import { ProvidersService } from './providers/providers.service.js';
import { AccessTokenIssuer } from './signing-keys/access-token-issuer.js';
import { SigningKeysController } from './signing-keys/signing-keys.controller.js';
import { SigningKeysRepository } from './signing-keys/signing-keys.repository.js';
import { GrantsRepository } from './tokens/grants.repository.js';
import { ProviderSlots } from './tokens/provider-slots.js';
import { TokenRefresher } from './tokens/token-refresher.js';
import { TokensController } from './tokens/tokens.controller.js';
import { TokensService } from './tokens/tokens.service.js';
import { UsersController } from './users/users.controller.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';

@Module({
  controllers: [
    ApiKeysController,
    ConnectionsController,
    DevelopmentController,
    DoctorController,
    OAuthController,
    ProvidersController,
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
    ApiKeysRepository,
    ApiKeysService,
    ConnectionsRepository,
    ConnectionsService,
    DevelopmentService,
    DoctorService,
    FlowStates,
    GrantsRepository,
    OAuthFlowsRepository,
    OAuthService,
    ProvidersService,
    RedirectUris,
    SigningKeysRepository,
    TokenRefresher,
    TokensService,
    UsersRepository,
    UsersService,
  ],
})
export class AuthModule {}
