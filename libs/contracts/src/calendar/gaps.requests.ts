import { z } from 'zod';
import { defineRequest } from '../definitions/define-request.js';
import { pageOf, pageQuery } from '../page.js';
import { calendarGap, calendarGapReport } from './gaps.models.js';

/** Times in which calendars of an account were not read, newest first: the latest hundred. */
export const listCalendarGaps = defineRequest({
  name: 'calendar.list-gaps',
  version: 1,
  input: z.strictObject({ id: z.uuid(), ...pageQuery }),
  output: pageOf(calendarGap),
  errors: ['calendar_not_found'],
});

/** What the first reading after a gap found. */
export const getCalendarGap = defineRequest({
  name: 'calendar.get-gap',
  version: 1,
  input: z.strictObject({ id: z.uuid(), gap_id: z.uuid() }),
  output: calendarGapReport,
  errors: ['calendar_not_found', 'calendar_gap_not_found'],
});
