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
  calendar_none_selected: {
    status: 409,
    title: 'No calendar of this account is selected.',
    remedy: 'Set `is_selected` of one of its `calendars` to true: only selected calendars are read.',
  },
  task_not_found: {
    status: 404,
    title: 'There is no such task.',
    remedy:
      "Ask with the `task_id` that was answered when the task began; another user's are never visible, and old ones are forgotten after a week.",
  },
});
