import { z } from 'zod';

/**
 * Why a calendar was not read for a while: the account had to be connected again, it was disconnected, reading was switched off by hand (of the
 * account, or of the calendar, which was not selected) or after errors, or it did not happen for more than two intervals, such as in an outage.
 */
export const gapReasons = ['needs_reauth', 'disconnected', 'switched_off', 'errors', 'not_read'] as const;
/** One of the reasons. */
export type GapReason = (typeof gapReasons)[number];

/** So many changes, and so many collisions, are told of one gap. */
export const gapItemsMax = 100;

const moment = z.iso.datetime();
const count = z.int();

/** An event that is not as it was before a gap. Of a series the times are those of its first occurrence. */
export const gapChange = z.object({
  change: z.enum(['added', 'changed', 'removed']),
  title: z.string(),
  /** Null when it was not there, or its time cannot be read. */
  previous_start_time: moment.nullable(),
  previous_end_time: moment.nullable(),
  /** Null when it is gone, or its time cannot be read. */
  start_time: moment.nullable(),
  end_time: moment.nullable(),
});
/** An event that is not as it was before a gap. */
export type GapChange = z.output<typeof gapChange>;

/** A booking to come, and a busy time of another event at the same time. */
export const gapCollision = z.object({
  booking_id: z.string(),
  title: z.string(),
  start_time: moment,
  end_time: moment,
  /** The other event. */
  busy: z.object({ title: z.string(), start: moment, end: moment }),
});
/** A booking to come, and a busy time of another event at the same time. */
export type GapCollision = z.output<typeof gapCollision>;

/** A time in which a calendar was not read, and what the first reading after it found. */
export const calendarGap = z.object({
  id: z.uuid(),
  calendar_id: z.string(),
  calendar_name: z.string(),
  reason: z.enum(gapReasons),
  /** What happened in the calendar after this moment was not known. */
  from: moment,
  /** What happened before this moment is known. */
  until: moment,
  /** Events that are new; null when nothing was kept to compare with, because the account was disconnected. So are the other two. */
  added: count.nullable(),
  changed: count.nullable(),
  removed: count.nullable(),
  /** Pairs of a booking and a busy time that collide: 100 stands for 100 or more. None when the calendar does not block. */
  collision_count: count,
  created_at: moment,
});
/** A time in which a calendar was not read. */
export type CalendarGap = z.output<typeof calendarGap>;

/** A gap with what was found. */
export const calendarGapReport = calendarGap.extend({ changes: z.array(gapChange), collisions: z.array(gapCollision) });
/** A gap with what was found. */
export type CalendarGapReport = z.output<typeof calendarGapReport>;
