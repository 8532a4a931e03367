import type { ServiceDefinition } from '@patchbay/service-kit';
import { authConfig } from './auth.config.js';
import { AuthModule } from './auth.module.js';
import { CreateIdentityTables1763700100001 } from './database/migrations/1763700100001-create-identity-tables.js';
import { CreateConnectionTables1763700100002 } from './database/migrations/1763700100002-create-connection-tables.js';
import { SignInAndVault1763700100003 } from './database/migrations/1763700100003-sign-in-and-vault.js';
import { Renewals1763700100004 } from './database/migrations/1763700100004-renewals.js';
import { FollowRefreshTokens1763700100010 } from './database/migrations/1763700100010-follow-refresh-tokens.js';
import { FindConnectionsByAddress1763700100020 } from './database/migrations/1763700100020-find-connections-by-address.js';
import { TokenEndings1763700100030 } from './database/migrations/1763700100030-token-endings.js';
import { FindEndedSessions1763700100031 } from './database/migrations/1763700100031-find-ended-sessions.js';
import { HostIssuers1763700100040 } from './database/migrations/1763700100040-host-issuers.js';
import { OtherNamesOfAccounts1763700100050 } from './database/migrations/1763700100050-other-names-of-accounts.js';
import { sealedTables } from './database/sealed-tables.js';

/** All that is particular about this service; `main.ts` and the integration specs start it from here. */
export const authService: ServiceDefinition = {
  name: 'auth',
  module: AuthModule,
  config: authConfig,
  entities: [],
  migrations: [
    CreateIdentityTables1763700100001,
    CreateConnectionTables1763700100002,
    SignInAndVault1763700100003,
    Renewals1763700100004,
    FollowRefreshTokens1763700100010,
    FindConnectionsByAddress1763700100020,
    TokenEndings1763700100030,
    FindEndedSessions1763700100031,
    HostIssuers1763700100040,
    OtherNamesOfAccounts1763700100050,
  ],
  sealedTables,
};
