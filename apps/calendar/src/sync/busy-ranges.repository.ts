import { Injectable } from '@nestjs/common';
import type { Transaction } from '@patchbay/database';
import { batchesOf } from './batches.js';
import { busyTimesMax, TooManyOccurrencesError } from './busy-batches.js';
import type { BusyTime } from './busy-times.js';
import type { CalendarRow } from './sync-rows.js';

/** The contents of a calendar that they belong to. */
interface BusyContents {
  readonly calendar: Pick<CalendarRow, 'id' | 'tenant_id' | 'user_id'>;
  readonly generation: number;
}

/** What series come to by now. */
export interface ReplacedTimes {
  readonly series: readonly string[];
  readonly busy: AsyncIterable<readonly BusyTime[]>;
}

/** Busy times of contents, whether those are shown or not. Days are merged from the shown ones by the database. Everything happens with the calendar's row locked. */
@Injectable()
export class BusyRangesRepository {
  /** @throws TooManyOccurrencesError when the calendar comes to more than are kept of one. */
  async replace(tx: Transaction, { calendar, generation }: BusyContents, { series, busy }: ReplacedTimes): Promise<void> {
    for (const batch of batchesOf(series)) await tx.query(deleteRanges, [calendar.id, generation, batch]);
    const [kept] = await tx.query<{ count: number }>(countRanges, [calendar.id, generation]);
    let count = kept?.count ?? 0;
    for await (const times of busy) {
      count += times.length;
      if (count > busyTimesMax) throw new TooManyOccurrencesError();
      await tx.query(insertRanges, [calendar.id, generation, calendar.tenant_id, calendar.user_id, JSON.stringify(times.map(toRow))]);
    }
  }
}

const deleteRanges = `DELETE FROM busy_ranges WHERE calendar_id = $1 AND generation = $2 AND series_id = ANY ($3)`;

const countRanges = `SELECT count(*)::int AS count FROM busy_ranges WHERE calendar_id = $1 AND generation = $2`;

const insertRanges = `
  INSERT INTO busy_ranges (calendar_id, generation, tenant_id, user_id, series_id, event_id, during, is_all_day, state, title)
  SELECT $1, $2, $3, $4, series_id, event_id, tstzrange(starts_at, ends_at), is_all_day, state, title
  FROM json_to_recordset($5)
    AS busy (series_id text, event_id text, starts_at timestamptz, ends_at timestamptz, is_all_day boolean, state text, title text)`;

/** Nobody asks for what was before. Some programs write the first day of all for "since ever". */
const earliest = new Date('0001-01-01T00:00:00Z');

/** PostgreSQL knows years of five digits without a sign. */
const timestampOf = (at: Date): string => (at < earliest ? earliest : at).toISOString().replace(/^\+0/, '');

const toRow = ({ seriesId, eventId, start, end, isAllDay, state, title }: BusyTime) => ({
  series_id: seriesId,
  event_id: eventId,
  starts_at: timestampOf(start),
  ends_at: timestampOf(end),
  is_all_day: isAllDay,
  state,
  title,
});
