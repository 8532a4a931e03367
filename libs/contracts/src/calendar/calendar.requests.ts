import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { calendarAccount } from './calendar.models.js';

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
  }),
  output: calendarAccount,
  errors: ['calendar_not_found', 'calendar_id_unknown'],
});
