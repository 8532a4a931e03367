import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type EventOf,
  type InputOf,
  type integrationConnected,
  type integrationDisconnected,
  type listVideoAccounts,
  type OutputOf,
  type updateVideoAccount,
  type VideoAccount,
} from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { accountFields } from '@patchbay/bookings';
import { AccessTokens } from '@patchbay/service-kit';
import { BookingsService } from '../bookings/bookings.service.js';
import { AccountsRepository, type VideoAccountRow } from './accounts.repository.js';

@Injectable()
export class AccountsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountsRepository) private readonly accounts: AccountsRepository,
    @Inject(BookingsService) private readonly bookings: BookingsService,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
  ) {}

  async list(user: UserCaller, page: InputOf<typeof listVideoAccounts>): Promise<OutputOf<typeof listVideoAccounts>> {
    return this.accounts.list(user, page, toVideoAccount);
  }

  /** @throws AppError `video_account_not_found` */
  async get(user: UserCaller, id: string): Promise<VideoAccount> {
    return toVideoAccount(found(await this.accounts.find(user, id)));
  }

  /** Bookings that wait for an account are looked at again. @throws AppError `video_account_not_found` */
  async update(user: UserCaller, { id, ...settings }: InputOf<typeof updateVideoAccount>): Promise<VideoAccount> {
    return this.database.transaction(async (tx) => {
      const account = found(await this.accounts.update(tx, { user, id }, settings));
      await this.bookings.lookAgain(tx, { tenantId: user.tenant_id, userId: user.user_id });
      return toVideoAccount(account);
    });
  }

  async onConnected(event: EventOf<typeof integrationConnected>, tx: Transaction): Promise<void> {
    if (event.data.type !== 'video' || !(await this.accounts.connect(tx, event))) return;
    await this.bookings.lookAgain(tx, { tenantId: event.tenant_id, userId: event.data.user_id });
  }

  async onDisconnected(event: EventOf<typeof integrationDisconnected>, tx: Transaction): Promise<void> {
    if (event.data.type !== 'video') return;
    await this.accounts.disconnect(tx, event);
    // What waited for it may go elsewhere.
    await this.bookings.lookAgain(tx, { tenantId: event.tenant_id, userId: event.data.user_id });
    tx.onCommit(() => this.tokens.forget(event.data.connection_id));
  }
}

function found(account: VideoAccountRow | undefined): VideoAccountRow {
  if (account === undefined) throw new AppError('video_account_not_found');
  return account;
}

const toVideoAccount = (row: VideoAccountRow): VideoAccount => ({ ...accountFields(row), auto_generate_links: row.auto_generate_links });
