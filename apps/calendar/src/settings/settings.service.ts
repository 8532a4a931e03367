import { Inject, Injectable } from '@nestjs/common';
import { accountFields } from '@patchbay/bookings';
import {
  AppError,
  type CalendarAccount,
  type ConnectedCalendar,
  type InputOf,
  type listCalendarAccounts,
  type OutputOf,
  type updateCalendarAccount,
} from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { BookingsService } from '../bookings/bookings.service.js';
import { shownMoment, unbookableReason } from '../busy/freshness.js';
import { CalendarChanges } from '../changes/calendar-changes.js';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { PushOffer } from '../push/push-offer.js';
import { shownPush } from '../push/shown-push.js';
import { SettingsRepository, type CalendarState, type SettingsRow } from './settings.repository.js';

type Wanted = Omit<InputOf<typeof updateCalendarAccount>, 'id'>;

/** Shows people their accounts and calendars, and changes what they want of them. */
@Injectable()
export class SettingsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SettingsRepository) private readonly settings: SettingsRepository,
    @Inject(BookingsService) private readonly bookings: BookingsService,
    @Inject(CalendarsRepository) private readonly calendars: CalendarsRepository,
    @Inject(PushOffer) private readonly push: PushOffer,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CalendarChanges) private readonly changes: CalendarChanges,
  ) {}

  async list(user: UserCaller, page: InputOf<typeof listCalendarAccounts>): Promise<OutputOf<typeof listCalendarAccounts>> {
    const circumstances = this.#circumstances();
    return this.settings.list(user, page, (row) => toCalendarAccount(row, circumstances));
  }

  /** @throws AppError `calendar_not_found` */
  async get(user: UserCaller, id: string): Promise<CalendarAccount> {
    return toCalendarAccount(found(await this.settings.find(user, id)), this.#circumstances());
  }

  /**
   * Bookings that wait for a calendar are looked at again, and calendars that were not read before are read.
   *
   * @throws AppError `calendar_not_found`, `calendar_id_unknown`, or `request_invalid` when there is no such calendar, or an
   *   account is to be the default that nothing is written to
   */
  async update(user: UserCaller, { id, ...wanted }: InputOf<typeof updateCalendarAccount>): Promise<CalendarAccount> {
    const { calendars: _calendars, ...columns } = wanted;
    return this.database.transaction(async (tx) => {
      if (wanted.is_default === true) await this.settings.clearDefault(tx, user);
      // Whatever was chosen before and is missing is not wanted back.
      const choice = wanted.calendar_id === undefined ? {} : { preferred_calendar_id: null };
      if (!(await this.settings.update(tx, { user, id }, { ...columns, ...choice }))) throw new AppError('calendar_not_found');
      if (wanted.calendar_id !== undefined && !(await this.settings.isWritable(tx, id, wanted.calendar_id)))
        throw new AppError('calendar_id_unknown', { calendar_id: 'is not a writable calendar' });
      await this.#changeCalendars(tx, id, wanted);
      await this.bookings.lookAgain(tx, { tenantId: user.tenant_id, userId: user.user_id });
      const account = toCalendarAccount(found(await this.settings.find(user, id, tx)), this.#circumstances());
      if (wanted.is_default === true && account.calendar_id === null)
        throw new AppError('calendar_id_unknown', { is_default: 'has no writable calendar' });
      if (wanted.is_default === true && !account.is_default) throw new AppError('request_invalid', { is_default: 'is_active is false' });
      return account;
    });
  }

  #circumstances(): Circumstances {
    return { now: this.clock(), pushing: this.push.providers };
  }

  async #changeCalendars(tx: Transaction, id: string, wanted: Wanted): Promise<void> {
    const { conflict_policy: policy, calendars = [], sync_enabled: isEnabled, sync_interval_minutes: interval } = wanted;
    if (policy !== undefined) await this.settings.setPolicy(tx, id, policy);
    if (isEnabled !== undefined) await this.settings.setSync(tx, id, isEnabled);
    if (isEnabled === false) await this.changes.switchOff(tx, id);
    const deselected = calendars.flatMap((calendar) => (calendar.is_selected === false ? [calendar.id] : []));
    if (deselected.length > 0) await this.changes.deselect(tx, id, deselected);
    if (calendars.length > 0) {
      const known = await this.settings.updateCalendars(tx, id, calendars);
      const faults = calendars.flatMap((calendar, index) => faultOf(calendar.id, index, { calendars, known }));
      if (faults.length > 0) throw new AppError('request_invalid', Object.fromEntries(faults));
    }
    if (wanted.time_zone !== undefined || wanted.tentative_policy !== undefined) await this.calendars.settleUnderstanding(tx, id, this.clock());
    await this.settings.schedule(tx, id, { now: this.clock(), isNewInterval: interval !== undefined });
  }
}

function faultOf(
  id: string,
  index: number,
  { calendars, known }: { readonly calendars: readonly { readonly id: string }[]; readonly known: ReadonlySet<string> },
): readonly (readonly [string, string])[] {
  if (!known.has(id)) return [[`calendars.${index}.id`, 'is not a calendar of the account']];
  return calendars.findIndex((calendar) => calendar.id === id) === index ? [] : [[`calendars.${index}.id`, 'is there twice']];
}

function found(row: SettingsRow | undefined): SettingsRow {
  if (row === undefined) throw new AppError('calendar_not_found');
  return row;
}

/** What the answer depends on beside what is stored. */
interface Circumstances {
  readonly now: Date;
  /** Providers that can be asked to call back. */
  readonly pushing: readonly string[];
}

function toCalendarAccount(row: SettingsRow, circumstances: Circumstances): CalendarAccount {
  const calendars = row.connected_calendars.map((calendar) => toConnectedCalendar(row, calendar, circumstances));
  const selected = calendars.filter((calendar) => calendar.is_selected);
  return {
    ...accountFields(row),
    calendar_id: row.calendar_id,
    is_default: row.is_default,
    calendars,
    token_status: row.status === 'active' ? 'valid' : 'needs_reauth',
    sync_enabled: row.sync_enabled && (selected.length === 0 || selected.some((calendar) => calendar.sync_enabled)),
    sync_interval_minutes: row.sync_interval_minutes,
    time_zone: row.time_zone,
    tentative_policy: row.tentative_policy,
    conflict_policy: row.conflict_policy,
    booking_change_policy: row.booking_change_policy,
    last_sync_at: calendars.reduce<string | null>((last, { synced_at: at }) => (at !== null && (last === null || at > last) ? at : last), null),
    error_count: Math.max(0, ...selected.map((calendar) => calendar.error_count)),
  };
}

function toConnectedCalendar(account: SettingsRow, calendar: CalendarState, { now, pushing }: Circumstances): ConnectedCalendar {
  const { generation: _generation, window_from: _from, window_to: _to, channel, ...shown } = calendar;
  const { status: account_status, sync_enabled: account_sync_enabled, sync_interval_minutes } = account;
  const reason = unbookableReason({ account_status, account_sync_enabled, sync_interval_minutes, calendar }, now);
  const isRead = account_status === 'active' && account_sync_enabled && calendar.sync_enabled && calendar.is_selected;
  return {
    ...shown,
    push: shownPush({ isRead, isOffered: pushing.includes(account.provider), channel }),
    unreadable_examples: [...(shown.unreadable_examples ?? [])],
    synced_at: shownMoment(calendar.synced_at),
    bookable: reason === null,
    reason,
  };
}
