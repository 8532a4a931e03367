import type { ConnectionStatus, UnbookableReason } from '@patchbay/contracts';

/** What it depends on whether a calendar can be booked on. Moments as the database gives them, or as they are written in JSON. */
export interface FreshnessFacts {
  readonly account_status: ConnectionStatus;
  readonly account_sync_enabled: boolean;
  readonly sync_interval_minutes: number;
  /** Null: the calendars of the account are not known yet. */
  readonly calendar: {
    readonly is_selected: boolean;
    readonly sync_enabled: boolean;
    readonly generation: number;
    readonly synced_at: Date | string | null;
    readonly window_from: Date | string | null;
    readonly window_to: Date | string | null;
    readonly unreadable_events: number;
  } | null;
}

/** The time that somebody asks about. */
export interface AskedRange {
  readonly from: Date;
  readonly to: Date;
}

/** A reading may be late by as much: the next one is due in an interval, and one may fail. Milliseconds. */
const graceMs = 5 * 60_000;

/**
 * Why what is known of a calendar is not enough to book on; null when it is. Whoever is not sure says no: a double booking is worse than a missed one.
 */
export function unbookableReason(facts: FreshnessFacts, now: Date, asked?: AskedRange): UnbookableReason | null {
  const { calendar } = facts;
  if (facts.account_status !== 'active') return 'needs_reauth';
  if (!facts.account_sync_enabled) return 'sync_off';
  if (calendar === null) return 'never_synced';
  if (!calendar.is_selected) return 'not_selected';
  if (!calendar.sync_enabled) return 'sync_off';
  const syncedAt = momentOf(calendar.synced_at);
  if (calendar.generation === 0 || syncedAt === null) return 'never_synced';
  if (isOverdue(syncedAt, facts.sync_interval_minutes, now)) return 'stale';
  if (calendar.unreadable_events > 0) return 'partly_unreadable';
  return asked === undefined || covers(calendar, asked) ? null : 'outside_window';
}

/** Whether a calendar should have been read since. */
export const isOverdue = (readAt: Date, intervalMinutes: number, now: Date): boolean =>
  readAt.getTime() < now.getTime() - 2 * intervalMinutes * 60_000 - graceMs;

function covers({ window_from: from, window_to: to }: NonNullable<FreshnessFacts['calendar']>, asked: AskedRange): boolean {
  const [known, until] = [momentOf(from), momentOf(to)];
  return known !== null && until !== null && known <= asked.from && until >= asked.to;
}

/** A moment as JSON of the database writes it, or as its driver gives it. */
const momentOf = (moment: Date | string | null): Date | null => (moment === null ? null : new Date(moment));

/** A moment as the API shows it. */
export const shownMoment = (moment: Date | string | null): string | null => momentOf(moment)?.toISOString() ?? null;
