import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { timeZone } from '../time-zone.js';
import { pageOf, pageQuery } from '../page.js';
import { bookingChangePolicies } from './booking-changes.models.js';
import { calendarAccount, conflictPolicies, syncRun, syncTask, syncTaskStatuses, tentativePolicies, userBusy } from './calendar.models.js';

/** A user's calendar accounts, newest first. */
export const listCalendarAccounts = defineRequest({
  name: 'calendar.list-accounts',
  version: 1,
  input: z.strictObject({ ...pageQuery }),
  output: pageOf(calendarAccount),
  errors: [],
});

/** One calendar account with its calendars. */
export const getCalendarAccount = defineRequest({
  name: 'calendar.get-account',
  version: 1,
  input: z.strictObject({ id: z.uuid() }),
  output: calendarAccount,
  errors: ['calendar_not_found'],
});

/** Changes the settings of a calendar account that are sent. */
export const updateCalendarAccount = defineRequest({
  name: 'calendar.update-account',
  version: 1,
  input: z.strictObject({
    id: z.uuid(),
    is_active: z.boolean().optional().describe('False: no booking is written to this account.'),
    calendar_id: z.string().min(1).max(500).optional().describe('The calendar that bookings are written to.'),
    is_default: z.literal(true).optional().describe('Bookings are written to this account from now on, and no longer to the one before.'),
    sync_enabled: z.boolean().optional().describe('True also switches on again what was switched off after errors, and forgets those.'),
    sync_interval_minutes: z.int().min(1).max(1_440).optional(),
    time_zone: timeZone
      .nullable()
      .optional()
      .describe('For whole days in calendars that say nothing of their zone, where no other calendar of the account does. Null: UTC.'),
    tentative_policy: z
      .enum(tentativePolicies)
      .optional()
      .describe('Whether tentative events, and invitations answered so, count as busy. Its calendars are worked out again.'),
    conflict_policy: z.enum(conflictPolicies).optional().describe('For every calendar of the account that `calendars` does not name.'),
    booking_change_policy: z
      .enum(bookingChangePolicies)
      .optional()
      .describe(
        'When somebody moves or deletes the event of a booking in the calendar: only announce it, have the booking follow, or write it back.',
      ),
    calendars: z
      .array(
        z.strictObject({
          id: z.string().min(1).max(1_000),
          is_selected: z.boolean().optional(),
          conflict_policy: z.enum(conflictPolicies).optional(),
        }),
      )
      .max(500)
      .optional(),
  }),
  output: calendarAccount,
  errors: ['calendar_not_found', 'calendar_id_unknown'],
});

const moment = z.iso.datetime({ offset: true });
const dayMs = 24 * 60 * 60_000;
/** The longest time that can be asked for at once. Days. */
const rangeDaysMax = 400;
const usersMax = 50;

/**
 * When users are busy, from what was read of their calendars. People ask for themselves, services for up to 50 users at once. Where that is not known
 * well enough, `bookable` is false, whatever else the answer says.
 */
export const getBusyTimes = defineRequest({
  name: 'calendar.get-busy-times',
  version: 1,
  input: z
    .strictObject({
      from: moment,
      to: moment.describe(`Before this moment; at most ${rangeDaysMax} days after \`from\`.`),
      user_id: z
        .union([z.uuid(), z.array(z.uuid()).min(1).max(usersMax)])
        .optional()
        .describe(`Services: whose, up to ${usersMax}, each as a \`user_id\` of its own. People: absent, or their own.`),
    })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], message: 'must be after from' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= rangeDaysMax * dayMs, {
      path: ['to'],
      message: `must be at most ${rangeDaysMax} days after from`,
    }),
  output: z.object({ from: z.iso.datetime(), to: z.iso.datetime(), items: z.array(userBusy) }),
  errors: [],
});

const oneAccount = z.strictObject({ id: z.uuid() });
const begunTask = z.object({ task_id: z.uuid(), status: z.enum(syncTaskStatuses) });

/** Reads now what has changed in the selected calendars of an account, and which calendars it has; also while it is not synchronised by itself. */
export const refreshCalendarAccount = defineRequest({
  name: 'calendar.refresh-account',
  version: 1,
  input: oneAccount,
  output: begunTask,
  errors: ['calendar_not_found', 'calendar_none_selected', 'connection_needs_reauth'],
});

/** Reads everything in the selected calendars of an account anew; what was known stays until then. Asked twice, it is the same task. */
export const forceCalendarSync = defineRequest({
  name: 'calendar.force-sync',
  version: 1,
  input: oneAccount,
  output: begunTask,
  errors: ['calendar_not_found', 'calendar_none_selected', 'connection_needs_reauth'],
});

/** How far a reading is that somebody asked for. */
export const getSyncTask = defineRequest({
  name: 'calendar.get-task',
  version: 1,
  input: z.strictObject({ task_id: z.uuid() }),
  output: syncTask,
  errors: ['task_not_found'],
});

/** Readings of the calendars of an account, newest first. */
export const listSyncRuns = defineRequest({
  name: 'calendar.list-syncs',
  version: 1,
  input: z.strictObject({ id: z.uuid(), ...pageQuery }),
  output: pageOf(syncRun),
  errors: ['calendar_not_found'],
});
