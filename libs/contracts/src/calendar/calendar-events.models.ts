import { z } from 'zod';

/** What a guest said to an invitation. */
export const attendeeResponses = ['accepted', 'tentative', 'declined', 'unanswered'] as const;
/** Who may see what an event is about: as the calendar has it, everybody who sees the calendar, or its owner and the guests. */
export const eventVisibilities = ['default', 'public', 'private'] as const;
/** What reminds of an event. */
export const reminderMethods = ['popup', 'email'] as const;

/** An event in a calendar, as it stands at the provider. */
export const calendarEvent = z.object({
  /** The provider's id; an occurrence of a series has one of its own. */
  id: z.string(),
  calendar_id: z.string(),
  title: z.string(),
  /** RFC 3339 with the offset of `time_zone`; a day, `2027-03-01`, when `is_all_day`. */
  start_time: z.string(),
  /** The first moment, or day, after it. */
  end_time: z.string(),
  /** What the times are read in; null for whole days, and for times that are the same on the clock wherever one is. */
  time_zone: z.string().nullable(),
  is_all_day: z.boolean(),
  attendees: z.array(z.object({ email: z.string(), name: z.string().nullable(), optional: z.boolean(), response: z.enum(attendeeResponses) })),
  location: z.string(),
  description: z.string(),
  /** `RRULE`, `RDATE` and `EXDATE` lines of a series (RFC 5545); empty for everything else, its occurrences included. */
  recurrence: z.array(z.string()),
  /** Null: those that the calendar has by default. */
  reminders: z.array(z.object({ method: z.enum(reminderMethods), minutes_before: z.int() })).nullable(),
  is_free: z.boolean(),
  visibility: z.enum(eventVisibilities),
  /** Where it takes place online. */
  conference: z.object({ join_url: z.string() }).nullable(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']),
  organizer: z.object({ email: z.string(), name: z.string().nullable() }).nullable(),
  /** The series that it is an occurrence of. */
  series_id: z.string().nullable(),
  /** Which occurrence it is, wherever it was moved to; written as `start_time` is. */
  original_start: z.string().nullable(),
  html_link: z.string().nullable(),
  /** Changes with the event; null where the provider tells none. */
  version: z.string().nullable(),
});
/** An event in a calendar, as it stands at the provider. */
export type CalendarEvent = z.output<typeof calendarEvent>;

/** What became of one of several writes. */
export const calendarEventOutcome = z.object({
  /** Its place in the list of operations, from 0. */
  index: z.int(),
  status: z.enum(['succeeded', 'failed']),
  /** As it stands now; null for what was deleted, and for what failed. */
  event: calendarEvent.nullable(),
  /** `code` is one of the catalogue of errors. */
  error: z
    .object({
      code: z.string(),
      detail: z.string(),
      /** Nobody knows whether it took effect: look, or send a creation again with its key. */
      outcome: z.literal('unknown').optional(),
      /** Of such a creation, when it came without one. */
      idempotency_key: z.string().optional(),
    })
    .nullable(),
});
/** What became of one of several writes. */
export type CalendarEventOutcome = z.output<typeof calendarEventOutcome>;
