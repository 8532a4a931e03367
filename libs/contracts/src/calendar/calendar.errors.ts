import { defineErrors } from '../definitions/define-errors.js';

/** Failures of calendar accounts. */
export const calendarErrors = defineErrors({
  calendar_not_found: {
    status: 404,
    title: 'There is no such calendar account.',
    remedy: "List the calendar accounts; another user's are never visible.",
  },
  calendar_id_unknown: {
    status: 400,
    title: 'The account has no such writable calendar.',
    remedy: 'Choose one of `calendars` whose `is_writable` is true.',
  },
});
