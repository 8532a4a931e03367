import { Inject, Injectable } from '@nestjs/common';
import { AppError, type authenticateHostUser, type Caller, type InputOf } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { UsersRepository, type StoredUser, type UserDetails } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';
import { hostUserId } from './host-user-id.js';

type HostUser = InputOf<typeof authenticateHostUser>;
type Place = { readonly tenantId: string; readonly id: string };

/** Users of a host product, known by its tokens. They have no session here: the host ends theirs. */
@Injectable()
export class HostUsersService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(UsersService) private readonly people: UsersService,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /**
   * @throws AppError `unauthenticated` for an id that is not this host's: of somebody who signs in here, of another issuer or tenant, or of
   *   development only
   */
  async authenticate(told: HostUser): Promise<{ caller: Caller }> {
    const place = { tenantId: told.tenant_id, id: hostUserId(told) };
    const known = await this.users.find(place.tenantId, place.id);
    if (known !== undefined) this.#requireOfHost(known, told);
    if (known === undefined || !this.#isUpToDate(known, told)) await this.database.transaction((tx) => this.#keep(tx, place, told));
    return { caller: { tenant_id: place.tenantId, user_id: place.id, role: told.role } };
  }

  async #keep(tx: Transaction, place: Place, told: HostUser): Promise<void> {
    if (told.email !== undefined) await this.users.lockEmail(tx, place.tenantId, told.email);
    const known = await this.users.lock(tx, place.tenantId, place.id);
    const details = await this.#detailsOf(tx, place, { told, known });
    if (known !== undefined) await this.users.update(tx, place, details);
    else if ((await this.users.insert(tx, place, { ...details, now: this.now(), hostIssuer: told.issuer })) === undefined)
      await this.#adopt(tx, place, { details, told });
  }

  /** Of two who make the same user at once, the second finds it made. */
  async #adopt(tx: Transaction, place: Place, { details, told }: { details: UserDetails; told: HostUser }): Promise<void> {
    const made = await this.users.lock(tx, place.tenantId, place.id);
    if (made === undefined) throw new AppError('unauthenticated');
    this.#requireOfHost(made, told);
    await this.users.update(tx, place, details);
  }

  /** A host's ids are words of its own: one that happens to be the id of somebody here must not open what is theirs. */
  #requireOfHost(known: StoredUser, { issuer }: HostUser): void {
    if (known.hostIssuer !== issuer || !this.people.isWelcome(known)) throw new AppError('unauthenticated');
  }

  async #detailsOf(
    tx: Transaction,
    { tenantId, id }: Place,
    { told, known }: { told: HostUser; known: StoredUser | undefined },
  ): Promise<UserDetails> {
    const email = told.email ?? known?.user.email ?? null;
    const name = told.name ?? known?.user.name ?? null;
    if (email === null) return { email, email_verified: false, name, role: told.role };
    if (told.email === undefined) return { email, email_verified: known?.user.email_verified ?? false, name, role: told.role };
    // The host vouches for its users' addresses. One that is somebody's already stays theirs: this user has it unverified.
    const holder = await this.users.findByVerifiedEmail(tx, tenantId, email);
    return { email, email_verified: holder === undefined || holder.user.id === id, name, role: told.role };
  }

  /** An address that could not be had is not asked for again with every request. */
  #isUpToDate({ user }: StoredUser, { email, name, role }: HostUser): boolean {
    return user.role === role && (email === undefined || user.email === email) && (name === undefined || user.name === name);
  }
}
