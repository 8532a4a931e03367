import type { AccessToken } from './access-token.js';
import type { CalendarTime, EventResponse } from './calendar-reading.js';
import type { ProviderError } from './provider-error.js';

/** Someone who is invited to an event. */
export interface Guest {
  readonly email: string;
  readonly name: string | null;
  /** May stay away. */
  readonly isOptional: boolean;
}

/** Someone who is invited, and what they said. */
export interface RespondingGuest extends Guest {
  readonly response: EventResponse;
}

/** What reminds an event's owner of it. */
export interface EventReminder {
  readonly method: 'popup' | 'email';
  readonly minutesBefore: number;
}

/** An event as somebody wants it. Every member is wanted: an empty text, list or null clears what was there. */
export interface EventDraft {
  readonly title: string;
  readonly description: string;
  readonly location: string;
  readonly start: CalendarTime;
  /** The first moment, or day, after it. */
  readonly end: CalendarTime;
  /** `RRULE`, `RDATE` and `EXDATE` lines (RFC 5545 section 3.8.5); empty for a single event. */
  readonly recurrence: readonly string[];
  readonly attendees: readonly Guest[];
  /** Null: those that the calendar has by default. */
  readonly reminders: readonly EventReminder[] | null;
  /** True when its owner is free all the same. */
  readonly isFree: boolean;
  readonly visibility: 'default' | 'public' | 'private';
  /** A new online meeting of the provider itself, one that takes place elsewhere, or none. One that the provider made already stays when asked for again, also by its address. */
  readonly conference: { readonly kind: 'new' } | { readonly kind: 'elsewhere'; readonly joinUrl: string } | null;
}

/** An event as it stands in a calendar, with everything that people see. */
export interface EventDetails extends Omit<EventDraft, 'attendees' | 'conference'> {
  /** The provider's id. An occurrence of a series has one of its own, which can be read, changed and deleted like any other. */
  readonly id: string;
  /** The series that this is an occurrence or an exception of; null for everything else. */
  readonly seriesId: string | null;
  /** Which occurrence of the series it stands for; null for everything else. */
  readonly originalStart: CalendarTime | null;
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  readonly attendees: readonly RespondingGuest[];
  readonly organizer: Pick<Guest, 'email' | 'name'> | null;
  /** Where it takes place online; null where nowhere. */
  readonly joinUrl: string | null;
  readonly htmlLink: string | null;
  /** Changes with the event; null where the provider tells none. */
  readonly version: string | null;
}

/** Which events of a calendar are asked for. */
export interface EventQuery {
  /** Those that touch the time from here up to, but without, `to`: series as their occurrences. */
  readonly from: Date;
  readonly to: Date;
  /** Only those that have this in their title, description or location. Whole words may be wanted, as the provider likes. */
  readonly text: string | null;
  /** Only those that this address is invited to or organises. */
  readonly attendee: string | null;
  /** Of an earlier answer to the same question; null at its beginning. */
  readonly cursor: string | null;
  /** At most so many are answered; fewer do not mean that there are no more. */
  readonly limit: number;
}

/** Some events in the order they begin, and how to go on; null after the last. */
export interface EventPage {
  readonly events: readonly EventDetails[];
  readonly cursor: string | null;
}

/** One of several writes that are made together. */
export type EventWrite =
  | { readonly kind: 'create'; readonly key: string; readonly draft: EventDraft }
  | { readonly kind: 'update'; readonly id: string; readonly change: Partial<EventDraft> }
  | { readonly kind: 'delete'; readonly id: string };

/** What became of one of them: the event as it stands now, null for one that is gone. */
export type EventWriteOutcome = { readonly event: EventDetails | null } | { readonly error: ProviderError };

/**
 * Shows and changes all events of the calendars of one account.
 *
 * Throws {@link ProviderError} as {@link CalendarCapability} does; `not_found` when there is no such event or calendar, `forbidden` when it cannot be
 * written, `invalid_request` when the provider takes no such event. `reason` then is a word of the provider, or `conference_unsupported`.
 */
export interface CalendarEventsCapability {
  listEvents(token: AccessToken, calendarId: string, query: EventQuery): Promise<EventPage>;
  getEvent(token: AccessToken, calendarId: string, id: string): Promise<EventDetails>;

  /** The same key, a UUID of the caller's choosing, never makes two events: one that is there already is answered as it is, unchanged. */
  createEvent(token: AccessToken, calendarId: string, create: { readonly key: string; readonly draft: EventDraft }): Promise<EventDetails>;

  /** What is left out stays. On an occurrence of a series it makes an exception of it; on a series it changes all occurrences that are none. */
  updateEvent(token: AccessToken, calendarId: string, update: { readonly id: string; readonly change: Partial<EventDraft> }): Promise<EventDetails>;

  /** Already gone is success. An occurrence is taken out of its series; a series goes whole. */
  deleteEvent(token: AccessToken, calendarId: string, id: string): Promise<void>;

  /** Several writes with as few requests as the provider needs, in the order of the list where they concern one event. One that fails takes nothing from the others; only a refused token is thrown, so that all can be written with another. */
  writeEvents(token: AccessToken, calendarId: string, writes: readonly EventWrite[]): Promise<readonly EventWriteOutcome[]>;
}
