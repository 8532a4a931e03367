import { defineErrors } from '../definitions/define-errors.js';

/** Failures of the events of calendars. */
export const calendarEventsErrors = defineErrors({
  calendar_unknown: {
    status: 404,
    title: 'The account has no such calendar.',
    remedy: '`calendars` of the account lists them; those of an account that was just connected take a moment.',
  },
  calendar_event_not_found: {
    status: 404,
    title: 'There is no such event in this calendar.',
    remedy: 'List the events; it may have been deleted, or be in another calendar of the account.',
  },
  calendar_read_only: {
    status: 409,
    title: 'This calendar can only be read.',
    remedy: 'Choose a calendar whose `is_writable` is true; feeds and calendars of others are only read.',
  },
  calendar_access_denied: {
    status: 403,
    title: 'The provider does not allow this with the access that the account has.',
    remedy: 'Ask whoever owns the calendar for it, or connect the account again and allow everything that is asked for.',
  },
  calendar_events_unsupported: {
    status: 409,
    title: 'The provider of this account does not show events one by one.',
    remedy: 'Its busy times can be asked for: `GET /api/v1/integrations/calendar/busy/`.',
  },
  calendar_event_refused: {
    status: 400,
    title: 'The provider does not take this event.',
    remedy: 'Leave out what it may not know, such as a rare way to repeat, or guests with addresses that nobody has.',
  },
  calendar_event_conflict: {
    status: 409,
    title: 'The event was changed by somebody else at the same time, or its key belongs to one that was deleted.',
    remedy: 'Read it and try again; for a new event choose another `Idempotency-Key`.',
  },
  conference_unsupported: {
    status: 400,
    title: 'The calendar makes no online meetings.',
    remedy: 'Make the meeting elsewhere and send its address: `"conference": {"join_url": "https://…"}`.',
  },
});
