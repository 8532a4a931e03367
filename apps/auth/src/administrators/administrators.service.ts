import { Inject, Injectable } from '@nestjs/common';
import { defaultTenantId, type createAdmin, type InputOf, type OutputOf, type User } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { hashOfApiKey, newApiKey, prefixOfApiKey } from '../api-keys/api-key-secret.js';
import { ApiKeysRepository } from '../api-keys/api-keys.repository.js';
import { UsersRepository } from '../users/users.repository.js';

type Input = InputOf<typeof createAdmin>;

/** Administrators, whom an operator appoints from outside: nobody can appoint themselves. */
@Injectable()
export class AdministratorsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(ApiKeysRepository) private readonly apiKeys: ApiKeysRepository,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  create(input: Input): Promise<OutputOf<typeof createAdmin>> {
    return this.database.transaction(async (tx) => {
      const { user, isNew } = await this.#appoint(tx, input);
      const key = newApiKey();
      const shown = { id: uuidv7(), name: 'Administrator', role: 'admin', prefix: prefixOfApiKey(key), scopes: null } as const;
      const kept = { ...shown, tenantId: defaultTenantId, hash: hashOfApiKey(key), expiresAt: null, createdAt: this.now() };
      await this.apiKeys.insertIn(tx, kept);
      return { user, is_new: isNew, key };
    });
  }

  async #appoint(tx: Transaction, { email, name }: Input): Promise<{ user: User; isNew: boolean }> {
    await this.users.lockEmail(tx, defaultTenantId, email);
    const known = await this.users.findByVerifiedEmail(tx, defaultTenantId, email);
    if (known !== undefined) {
      const details = { ...known.user, role: 'admin', name: name ?? known.user.name } as const;
      const { user } = await this.users.update(tx, { tenantId: defaultTenantId, id: known.user.id }, details);
      return { user, isNew: false };
    }
    // The operator vouches for the address, so that whoever signs in with it is this administrator.
    const details = { email, email_verified: true, name: name ?? null, role: 'admin', now: this.now() } as const;
    const made = await this.users.insert(tx, { tenantId: defaultTenantId, id: uuidv7() }, details);
    if (made === undefined) throw new Error('unreachable: the id is new');
    return { user: made.user, isNew: true };
  }
}
