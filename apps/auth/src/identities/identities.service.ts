import { Inject, Injectable } from '@nestjs/common';
import { activityRecorded, AppError, type InputOf, type listIdentities, type OutputOf } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { PROVIDERS } from '../providers/configured-providers.js';
import { signInProviderOf } from '../sign-in/sign-in-providers.js';
import { UsersRepository } from '../users/users.repository.js';
import { IdentitiesRepository } from './identities.repository.js';

/** The accounts somebody signs in with. */
@Injectable()
export class IdentitiesService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(IdentitiesRepository) private readonly identities: IdentitiesRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(ConnectionsService) private readonly accounts: ConnectionsService,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
  ) {}

  list(owner: UserCaller, page: InputOf<typeof listIdentities>): Promise<OutputOf<typeof listIdentities>> {
    return this.identities.list(owner, page);
  }

  /**
   * The account no longer signs its user in, and its permission ends at the provider.
   *
   * @throws AppError `identity_not_found`, also for somebody else's; `identity_last`
   */
  async unlink(owner: UserCaller, id: string): Promise<null> {
    const connectionId = await this.database.transaction(async (tx) => {
      // Of two who unlink the last two at once, the second must see what the first did.
      await this.users.lock(tx, owner.tenant_id, owner.user_id);
      const all = await this.identities.ofUser(tx, owner);
      const unlinked = all.find((identity) => identity.id === id);
      if (unlinked === undefined) throw new AppError('identity_not_found');
      if (all.length === 1) throw new AppError('identity_last');
      await this.identities.delete(tx, id);
      const { registryId: provider } = signInProviderOf(unlinked.provider) ?? { registryId: unlinked.provider };
      const message = `${this.providers.find(provider)?.provider.displayName ?? provider} no longer signs you in.`;
      const activity = {
        user_id: owner.user_id,
        log_type: 'identity_unlinked',
        integration_type: unlinked.provider,
        message,
        success: true,
      } as const;
      tx.outbox.add(activityRecorded, { ...activity, details: { identity_id: id } }, { tenantId: owner.tenant_id });
      return this.connections.findId(tx, { owner, provider, type: 'authentication', accountId: unlinked.accountId });
    });
    if (connectionId !== undefined) await this.#disconnect(owner, connectionId);
    return null;
  }

  async #disconnect(owner: UserCaller, connectionId: string): Promise<void> {
    try {
      await this.accounts.disconnect(owner, connectionId);
    } catch (error) {
      // It was disconnected before, by itself.
      if (!(error instanceof AppError && error.code === 'connection_not_found')) throw error;
    }
  }
}
