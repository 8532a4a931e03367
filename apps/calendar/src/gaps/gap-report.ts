import type { GapChange, GapCollision } from '@patchbay/contracts';
import { timesOf } from '../changes/told-change.js';
import { storableText } from '../sync/storable.js';
import type { CollisionRow, GapChangeRow, GapEvent } from './gaps.repository.js';

/** Longer ones are cut: a report must fit into one message. */
const titleMax = 300;

/** An event that is not as it was, as a report tells it. Days are those of the calendar's zone. */
export function toGapChange({ change, before, after }: GapChangeRow, timeZone: string): GapChange {
  const was = change === 'added' ? null : (before ?? after);
  const is = change === 'removed' ? null : after;
  const [previous, now] = [timesIn(was, timeZone), timesIn(is, timeZone)];
  return {
    change,
    title: cut((is ?? was)?.title ?? ''),
    previous_start_time: previous.start,
    previous_end_time: previous.end,
    start_time: now.start,
    end_time: now.end,
  };
}

const none = { start: null, end: null };

/** When an event took place, or would have. */
const timesIn = (event: GapEvent | null, timeZone: string) =>
  event === null ? none : (timesOf({ ...event, status: 'confirmed' }, timeZone) ?? none);

export const toGapCollision = (row: CollisionRow): GapCollision => ({
  booking_id: row.booking_id,
  title: cut(row.title),
  start_time: row.starts_at.toISOString(),
  end_time: row.ends_at.toISOString(),
  busy: { title: cut(row.busy_title), start: row.busy_start.toISOString(), end: row.busy_end.toISOString() },
});

const cut = (title: string): string => storableText(title.slice(0, titleMax));
