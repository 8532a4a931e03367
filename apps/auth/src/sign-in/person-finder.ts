import { Inject, Injectable } from '@nestjs/common';
import { activityRecorded, AppError } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { IdentitiesRepository, type AccountDetails, type AccountKey } from '../identities/identities.repository.js';
import { UsersRepository, type StoredUser } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';

/** An account that somebody has just shown to be theirs. */
export interface ProvenIdentity extends AccountKey, AccountDetails {
  /** As people know the provider. */
  readonly providerName: string;
}

/** Whose an account is: the only place where that is decided. Locks are always taken in the order account, address, user. */
@Injectable()
export class PersonFinder {
  constructor(
    @Inject(IdentitiesRepository) private readonly identities: IdentitiesRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(UsersService) private readonly people: UsersService,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * The user who signs in with this account; made when nobody does. A verified address leads to the user who has it verified, an unverified one
   * to nobody: whoever opens an account under a stranger's address must get neither into theirs nor they into his.
   *
   * @throws AppError `email_in_use`; `unauthenticated` for someone who exists in development only
   */
  async find(tx: Transaction, account: ProvenIdentity): Promise<StoredUser> {
    const known = await this.identities.lockAccount(tx, account);
    if (account.email !== null) await this.users.lockEmail(tx, account.tenantId, account.email);
    const holder = account.email === null ? undefined : await this.users.findByVerifiedEmail(tx, account.tenantId, account.email);
    if (known !== undefined) {
      await this.identities.noteUse(tx, known.id, { ...account, now: this.now() });
      return this.#known(tx, known.userId, { account, isEmailFree: holder === undefined });
    }
    if (holder === undefined) return this.#make(tx, account);
    if (!account.emailVerified || !this.people.isWelcome(holder)) throw new AppError('email_in_use');
    await this.#keep(tx, account, { userId: holder.user.id, because: ', because it has the same verified address' });
    return holder;
  }

  /** The account signs this user in from now on. @throws AppError `identity_taken` when it is somebody else's; `user_not_found` */
  async link(tx: Transaction, owner: UserCaller, account: ProvenIdentity): Promise<void> {
    const known = await this.identities.lockAccount(tx, account);
    const user = await this.users.lock(tx, owner.tenant_id, owner.user_id);
    if (user === undefined || !this.people.isWelcome(user)) throw new AppError('user_not_found');
    if (known !== undefined && known.userId !== owner.user_id) throw new AppError('identity_taken');
    if (known === undefined) await this.#keep(tx, account, { userId: owner.user_id, because: '' });
    else await this.identities.noteUse(tx, known.id, { ...account, now: this.now() });
  }

  async #known(tx: Transaction, userId: string, { account, isEmailFree }: { account: ProvenIdentity; isEmailFree: boolean }): Promise<StoredUser> {
    const { tenantId, email } = account;
    const found = await this.users.lock(tx, tenantId, userId);
    if (found === undefined || !this.people.isWelcome(found)) throw new AppError('unauthenticated');
    const { user } = found;
    const isSameAddress = user.email === null || user.email.toLowerCase() === email?.toLowerCase();
    // The person has had their address verified since, and nobody else has it.
    if (email === null || !account.emailVerified || user.email_verified || !isEmailFree || !isSameAddress) return found;
    return this.users.update(tx, { tenantId, id: user.id }, { ...user, email, email_verified: true });
  }

  async #make(tx: Transaction, account: ProvenIdentity): Promise<StoredUser> {
    const { tenantId, email, name } = account;
    const details = { email, email_verified: email !== null && account.emailVerified, name, role: 'user', now: this.now() } as const;
    const made = await this.users.insert(tx, { tenantId, id: uuidv7() }, details);
    if (made === undefined) throw new Error('unreachable: the id is new');
    await this.#keep(tx, account, { userId: made.user.id, because: '' });
    return made;
  }

  async #keep(tx: Transaction, account: ProvenIdentity, { userId, because }: { userId: string; because: string }): Promise<void> {
    const { tenantId, provider, accountId, providerName } = account;
    const id = uuidv7();
    await this.identities.insert(tx, { id, tenantId, userId, provider, accountId }, { ...account, now: this.now() });
    const message = `${providerName} signs you in from now on${because}.`;
    const activity = { user_id: userId, log_type: 'identity_linked', integration_type: provider, message, success: true } as const;
    tx.outbox.add(activityRecorded, { ...activity, details: { identity_id: id } }, { tenantId });
  }
}
