import { Inject, Injectable } from '@nestjs/common';
import { PROVIDERS } from '@patchbay/bookings';
import type { ReadingWindow } from '@patchbay/capabilities';
import {
  activityRecorded,
  AppError,
  calendarGapReported,
  type CalendarGap,
  type CalendarGapReport,
  type GapReason,
  type InputOf,
  type listCalendarGaps,
  type OutputOf,
} from '@patchbay/contracts';
import { Database, idCursorOf, toPage, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { isOverdue } from '../busy/freshness.js';
import type { Switch } from '../changes/tellings.repository.js';
import type { ToldChange } from '../changes/told-change.js';
import type { CalendarRow } from '../sync/sync-rows.js';
import { toGapChange, toGapCollision } from './gap-report.js';
import { GapsRepository, type GapRow, type ListedGapRow } from './gaps.repository.js';

/** A reading that came to its end. */
interface EndedReading {
  /** When it began: what happened before that is known. */
  readonly since: Date;
  /** The contents that are shown from now on. */
  readonly generation: number;
}

/** A time in which a calendar was not read, and the reading that ended it. */
interface EndedGap extends EndedReading {
  readonly reason: GapReason;
  readonly from: Date;
}

/** Tells people what happened in their calendars while those were not read. */
@Injectable()
export class GapsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GapsRepository) private readonly gaps: GapsRepository,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `calendar_not_found`, or `request_invalid` when the cursor is none of ours */
  async list(user: UserCaller, { id, ...page }: InputOf<typeof listCalendarGaps>): Promise<OutputOf<typeof listCalendarGaps>> {
    if (!(await this.gaps.hasAccount(user, id))) throw new AppError('calendar_not_found');
    return toPage(await this.gaps.list(user, id, { after: idCursorOf(page), limit: page.limit }), page.limit, toCalendarGap);
  }

  /** @throws AppError `calendar_not_found`, `calendar_gap_not_found` */
  async get(user: UserCaller, accountId: string, id: string): Promise<CalendarGapReport> {
    if (!(await this.gaps.hasAccount(user, accountId))) throw new AppError('calendar_not_found');
    const row = await this.gaps.find(user, accountId, id);
    if (row === undefined) throw new AppError('calendar_gap_not_found');
    return { ...toCalendarGap(row), changes: row.changes, collisions: row.collisions };
  }

  /** A calendar is about to be read: if that has not happened for long, what is found is what changed meanwhile. */
  async begin({ id, seen_until: seenUntil, seen_every: seenEvery }: CalendarRow, intervalMinutes: number): Promise<void> {
    // By the interval that it was due by: whoever wants it more often from now on did not miss it before.
    if (seenUntil === null || !isOverdue(seenUntil, seenEvery ?? intervalMinutes, this.clock())) return;
    await this.database.transaction((tx) => this.gaps.beginOne(tx, id, { reason: 'not_read', at: seenUntil }));
  }

  /** A calendar is not read any more after too many errors. */
  async stop(tx: Transaction, calendarId: string): Promise<void> {
    await this.gaps.beginOne(tx, calendarId, { reason: 'errors', at: this.clock() });
  }

  /** The calendars of an account are not read any more because their user wants that. */
  async switchOff(tx: Transaction, accountId: string): Promise<void> {
    await this.gaps.begin(tx, accountId, { at: this.clock() });
  }

  /** Calendars of an account are not read any more because their user wants that of them. */
  async deselect(tx: Transaction, accountId: string, remoteIds: readonly string[]): Promise<void> {
    await this.gaps.begin(tx, accountId, { at: this.clock(), remoteIds });
  }

  /** The connection of an account may have ended. */
  async loseSight(tx: Transaction, accountId: string): Promise<void> {
    await this.gaps.beginIfEnded(tx, accountId, this.clock());
  }

  /** What was found in the calendars of an account is forgotten. */
  async forget(tx: Transaction, accountId: string): Promise<void> {
    await this.gaps.forget(tx, accountId);
  }

  /** A page of changes to what is shown is stored in this transaction. */
  async take(tx: Transaction, calendar: CalendarRow, changes: readonly ToldChange[]): Promise<void> {
    if (!(await this.gaps.isOpen(tx, calendar.id))) return;
    const told = changes.map((change) => ({ ...change, eventId: (change.after ?? change.before)?.id ?? '' }));
    await this.gaps.take(tx, calendar.id, [...new Map(told.map((change) => [`${change.resource}\n${change.eventId}`, change])).values()]);
  }

  /** Contents are about to take the place of the shown ones. */
  async compare(tx: Transaction, calendar: CalendarRow, contents: Switch): Promise<void> {
    if (!(await this.gaps.isOpen(tx, calendar.id))) return;
    await this.gaps.compare(tx, calendar.id, { ...contents, window: withinBoth(contents.window, calendar) });
  }

  /** A reading came to its end: if there was a gap before it, that is told of. */
  async end(tx: Transaction, calendar: CalendarRow, reading: EndedReading): Promise<void> {
    const reason = await this.gaps.end(tx, calendar.id, reading.since);
    const { seen_until: from } = calendar;
    if (reason !== undefined && from !== null) await this.#report(tx, calendar, { reason, from, ...reading });
  }

  async #report(tx: Transaction, calendar: CalendarRow, { reason, from, since, generation }: EndedGap): Promise<void> {
    const now = this.clock();
    const { changes, ...counts } = await this.gaps.difference(tx, calendar.id);
    const isBlocking = calendar.conflict_policy === 'block';
    const collisions = isBlocking ? await this.gaps.collisions(tx, calendar, { generation, now }) : [];
    // Without anything shown before there was nothing to compare with.
    const difference = calendar.generation > 0 ? counts : { added: null, changed: null, removed: null };
    const report = {
      id: uuidv7(),
      tenant_id: calendar.tenant_id,
      user_id: calendar.user_id,
      account_id: calendar.account_id,
      calendar_id: calendar.remote_id,
      calendar_name: calendar.name,
      reason,
      blind_from: from,
      blind_until: since,
      ...difference,
      changes: changes.map((change) => toGapChange(change, calendar.zone)),
      collision_count: collisions.length,
      collisions: collisions.map(toGapCollision),
      created_at: now,
    };
    await this.gaps.add(tx, report);
    this.#announce(tx, calendar, report);
  }

  #announce(tx: Transaction, calendar: CalendarRow, gap: GapRow): void {
    const { tenant_id: tenantId, user_id, provider, account_id: connection_id, remote_id: calendar_id } = calendar;
    const { id: gap_id, reason, added, changed, removed, collision_count } = gap;
    const counts = { added, changed, removed, collision_count };
    const times = { from: gap.blind_from.toISOString(), until: gap.blind_until.toISOString() };
    const booking_ids = [...new Set(gap.collisions.map(({ booking_id: id }) => id))];
    const event = { user_id, connection_id, provider, calendar_id, gap_id, reason, ...times, ...counts, booking_ids };
    tx.outbox.add(calendarGapReported, event, { tenantId });
    const name = this.providers.find(provider)?.provider.displayName ?? provider;
    const found = added === null || changed === null || removed === null ? '' : ` ${added + changed + removed} events are not as they were;`;
    const message = `A calendar of ${name} is read again after a gap:${found} ${booking_ids.length} bookings collide with it.`;
    const step = { user_id, log_type: 'calendar_gap_reported' as const, integration_type: provider, message, success: true };
    tx.outbox.add(activityRecorded, { ...step, details: { calendar_id, gap_id, reason, ...times, ...counts } }, { tenantId });
  }
}

/** What lies outside of one of the windows was perhaps not told of. */
const withinBoth = ({ from, to }: ReadingWindow, { window_from: shownFrom, window_to: shownTo }: CalendarRow): ReadingWindow => ({
  from: shownFrom !== null && shownFrom > from ? shownFrom : from,
  to: shownTo !== null && shownTo < to ? shownTo : to,
});

const toCalendarGap = (row: ListedGapRow): CalendarGap => ({
  id: row.id,
  calendar_id: row.calendar_id,
  calendar_name: row.calendar_name,
  reason: row.reason,
  from: row.blind_from.toISOString(),
  until: row.blind_until.toISOString(),
  added: row.added,
  changed: row.changed,
  removed: row.removed,
  collision_count: row.collision_count,
  created_at: row.created_at.toISOString(),
});
