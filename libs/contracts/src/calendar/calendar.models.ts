import { z } from 'zod';
import { connectionStatuses } from '../auth/auth.models.js';
import { bookingChangePolicies } from './booking-changes.models.js';

/** What a busy time of a calendar means for bookings: nothing may be booked then, something may with a warning, or it does not matter. */
export const conflictPolicies = ['block', 'warn', 'ignore'] as const;
/** One of the policies. */
export type ConflictPolicy = (typeof conflictPolicies)[number];

/** Whether people are busy at what is only tentative: an event that is, or an invitation that they answered so. */
export const tentativePolicies = ['busy', 'free'] as const;
/** One of the policies. */
export type TentativePolicy = (typeof tentativePolicies)[number];

/** Why what is known of a calendar is not enough to book on. */
export const unbookableReasons = [
  'needs_reauth',
  'sync_off',
  'not_selected',
  'never_synced',
  'stale',
  'partly_unreadable',
  'outside_window',
] as const;
/** One of the reasons. */
export type UnbookableReason = (typeof unbookableReasons)[number];

/** Whether what is known of a calendar is as true as bookings need it. */
const freshness = {
  /** As of when what is known is true; null until everything was read once. */
  synced_at: z.iso.datetime().nullable(),
  bookable: z.boolean(),
  /** Why not; null when it is. */
  reason: z.enum(unbookableReasons).nullable(),
};

/** One calendar inside an account. */
export const calendar = z.object({
  id: z.string(),
  name: z.string(),
  time_zone: z.string().nullable(),
  is_primary: z.boolean(),
  is_writable: z.boolean(),
});
export type Calendar = z.output<typeof calendar>;

/**
 * Whether the provider says when something in a calendar changes: `active` it does; `opening` it is being asked to; `failed` it could not be asked yet, which is
 * tried again; `unsupported` it tells nothing of this calendar, or of none; `off` the calendar is not read. Whatever it is, calendars are also read by the clock.
 */
export const pushStates = ['active', 'opening', 'failed', 'unsupported', 'off'] as const;
/** One of the states. */
export type PushState = (typeof pushStates)[number];

/** A calendar with its settings and how its reading goes. */
export const connectedCalendar = calendar.extend({
  /** Only selected calendars are read. */
  is_selected: z.boolean(),
  conflict_policy: z.enum(conflictPolicies),
  /** False after too many errors in a row. */
  sync_enabled: z.boolean(),
  ...freshness,
  error_count: z.int(),
  last_error: z.string().nullable(),
  /** Whether the provider says at once when something changes. */
  push: z.enum(pushStates),
  /** Events that could not be read, and series of which not every time is known: what is known of the calendar is less than what is so. */
  unreadable_events: z.int(),
  /** The first few of them, for finding them in the calendar. */
  unreadable_examples: z.array(
    z.object({
      title: z.string().nullable(),
      /** As the calendar writes it. */
      start: z.string().nullable(),
      /** A stable word, such as `unknown_zone`. */
      fault: z.string(),
    }),
  ),
});
/** A calendar with its settings and how its reading goes. */
export type ConnectedCalendar = z.output<typeof connectedCalendar>;

/** A user's calendar account. Its id is the connection's id, so that connecting again keeps everything attached to it. */
export const calendarAccount = z.object({
  id: z.uuid(),
  provider: z.string(),
  provider_email: z.string().nullable(),
  status: z.enum(connectionStatuses),
  /** The calendar that bookings are written to; null until the calendars were read. */
  calendar_id: z.string().nullable(),
  /** Bookings are written to this account: at most one of a user. While it must be connected again they go to the next one. */
  is_default: z.boolean(),
  calendars: z.array(connectedCalendar),
  is_active: z.boolean(),
  token_status: z.enum(['valid', 'needs_reauth']),
  /** False: no calendar of the account is read, and nothing can be booked on what is known. */
  sync_enabled: z.boolean(),
  sync_interval_minutes: z.int(),
  /** In which whole days are meant in calendars that say nothing of it; null: in that of another calendar of the account, else in UTC. */
  time_zone: z.string().nullable(),
  /** Whether what is only tentative in its calendars counts as busy. */
  tentative_policy: z.enum(tentativePolicies),
  /** What calendars get that appear later. */
  conflict_policy: z.enum(conflictPolicies),
  /** What happens when the event of a booking is moved or deleted in the calendar. */
  booking_change_policy: z.enum(bookingChangePolicies),
  /** When a calendar of the account was last known to be read whole; null before the first time. */
  last_sync_at: z.iso.datetime().nullable(),
  /** Errors in a row of the calendar that has most. */
  error_count: z.int(),
  last_error: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type CalendarAccount = z.output<typeof calendarAccount>;

/** A time from a moment up to, but without, another. */
export const timeRange = z.object({ start: z.iso.datetime(), end: z.iso.datetime() });
/** A time from a moment up to, but without, another. */
export type TimeRange = z.output<typeof timeRange>;

const inCalendar = { account_id: z.uuid(), calendar_id: z.string() };

/** Why what is known of a user's own blocks is not enough to book on: one repeats beyond the time that its times are known for. */
export const blocksReasons = ['blocks_outside_window'] as const;

/** When a user is busy, and how far that can be relied on. */
export const userBusy = z.object({
  user_id: z.uuid(),
  /** True when every calendar that blocks, and every block, is known well enough. */
  bookable: z.boolean(),
  /** Why not, as far as it is because of blocks; null otherwise: each calendar tells its own. */
  reason: z.enum(blocksReasons).nullable(),
  /** In order and apart from each other: what touches or overlaps is one. */
  busy: z.array(timeRange),
  /** Busy times in calendars that warn. */
  warnings: z.array(timeRange.extend(inCalendar)),
  calendars: z.array(
    z.object({
      account_id: z.uuid(),
      /** Null while the calendars of the account are not known. */
      calendar_id: z.string().nullable(),
      provider: z.string(),
      name: z.string().nullable(),
      conflict_policy: z.enum(conflictPolicies),
      ...freshness,
    }),
  ),
});
/** When a user is busy, and how far that can be relied on. */
export type UserBusy = z.output<typeof userBusy>;

/** `queued` and `running` go on; what fails for now is tried again meanwhile. */
export const syncTaskStatuses = ['queued', 'running', 'succeeded', 'failed'] as const;
/** One of the statuses. */
export type SyncTaskStatus = (typeof syncTaskStatuses)[number];

const counts = {
  /** Pages of the provider's answer that were read and stored. */
  pages: z.int(),
  changed: z.int(),
  removed: z.int(),
};

/** A reading that somebody asked for: how far it is in each calendar. */
export const syncTask = z.object({
  task_id: z.uuid(),
  account_id: z.uuid(),
  kind: z.enum(['refresh', 'force_sync']),
  status: z.enum(syncTaskStatuses),
  /** Of the calendars; null until it is known which there are. */
  percent: z.int().nullable(),
  ...counts,
  /** When it goes on, while the provider wants no calls; null when nothing keeps it waiting. */
  resumes_at: z.iso.datetime().nullable(),
  calendars: z.array(
    z.object({
      calendar_id: z.string(),
      name: z.string(),
      status: z.enum(syncTaskStatuses),
      ...counts,
      /** What the last attempt failed with; it is tried again while the status is not `failed`. */
      error: z.string().nullable(),
    }),
  ),
  created_at: z.iso.datetime(),
});
/** A reading that somebody asked for: how far it is in each calendar. */
export type SyncTask = z.output<typeof syncTask>;

/** One reading of one calendar. */
export const syncRun = z.object({
  id: z.uuid(),
  calendar_id: z.string(),
  calendar_name: z.string(),
  /** `full` reads everything beside what is shown, which stays until the end. */
  kind: z.enum(['incremental', 'full']),
  status: z.enum(['running', 'succeeded', 'failed']),
  ...counts,
  error: z.string().nullable(),
  started_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
/** One reading of one calendar. */
export type SyncRun = z.output<typeof syncRun>;
