import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError, type issueDevelopmentTokens, type OutputOf } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { CLOCK, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import { ApiKeysRepository } from '../api-keys/api-keys.repository.js';
import type { AuthConfig } from '../auth.config.js';
import { AccessTokenIssuer } from '../signing-keys/access-token-issuer.js';
import { UsersRepository } from '../users/users.repository.js';

/** Long enough that nobody's experiment ends over it. */
const tokenLifetimeSeconds = 30 * 24 * 60 * 60;

/** People and a key for trying things out. Without DEVELOPMENT_CREDENTIALS, which production refuses, there are none. */
@Injectable()
export class DevelopmentService implements OnModuleInit {
  constructor(
    @Inject(SERVICE_CONFIG) private readonly config: AuthConfig,
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(ApiKeysRepository) private readonly apiKeys: ApiKeysRepository,
    @Inject(AccessTokenIssuer) private readonly issuer: AccessTokenIssuer,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const credentials = this.config.DEVELOPMENT_CREDENTIALS;
    if (credentials === undefined) return;
    await this.database.transaction(async (tx) => {
      await this.users.keepDevelopmentUsers(tx, credentials.users, this.now());
      await this.apiKeys.keepDevelopmentKey(tx, credentials.service_api_key, this.now());
    });
  }

  /** @throws AppError `not_found` when there are no development credentials. */
  async issueTokens(): Promise<OutputOf<typeof issueDevelopmentTokens>> {
    const credentials = this.config.DEVELOPMENT_CREDENTIALS;
    if (credentials === undefined) throw new AppError('not_found');
    const items = credentials.users.map(async ({ id, email, role }) => ({
      id,
      email,
      role,
      token: await this.issuer.issue({ id, role, isDevelopment: true }, tokenLifetimeSeconds),
    }));
    return { items: await Promise.all(items) };
  }
}
