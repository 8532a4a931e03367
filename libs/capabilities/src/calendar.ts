import type { AccessToken } from './access-token.js';

/** One calendar of an account. */
export interface RemoteCalendar {
  /** The provider's id. Opaque: some are addresses, some are URLs. */
  readonly id: string;
  readonly name: string;
  /** IANA name, or null where the provider does not say. */
  readonly timeZone: string | null;
  readonly isPrimary: boolean;
  readonly isWritable: boolean;
  /** True when the account's owner has taken it out of sight: it goes on as it is, but nobody takes it to be of matter unasked. */
  readonly isHidden?: boolean | undefined;
}

/** Someone who is invited. */
export interface EventAttendee {
  readonly email: string;
  readonly name?: string | undefined;
}

/** An event as it shall stand in a calendar. What is left out is empty there, too. */
export interface CalendarEvent {
  /** A UUID of our choosing. It names the event: the same key is the same remote event, however often it is written. */
  readonly key: string;
  readonly title: string;
  readonly description?: string | undefined;
  readonly location?: string | undefined;
  /** RFC 3339 with an offset. */
  readonly startTime: string;
  readonly endTime: string;
  /** IANA name; what the organiser reads the time in. */
  readonly timeZone: string;
  /**
   * True when nothing about the times is wanted: an event that is there keeps its own, also when somebody moved it or made it last whole days.
   * The times above are those of one that has to be made.
   */
  readonly keepsTimes?: boolean | undefined;
  readonly attendees: readonly EventAttendee[];
  /** Where the meeting takes place online. */
  readonly meetingUrl?: string | undefined;
}

/** What the provider made of an event. */
export interface RemoteEvent {
  readonly id: string;
  /** The event's page at the provider, for people; null where there is none. */
  readonly htmlLink: string | null;
}

/**
 * Reads the calendars of one account and keeps events in them.
 *
 * Every method throws {@link ProviderError}: `unauthorized` when the token is refused (refresh it once; then the grant is gone),
 * `rate_limited` and `unavailable` when trying later may help. Every method may be called again after a lost answer.
 */
export interface CalendarCapability {
  /** Lists all calendars of the account, through all pages, the primary one first. */
  listCalendars(token: AccessToken): Promise<readonly RemoteCalendar[]>;

  /**
   * Puts an event into a calendar. A key that is there already is adopted and brought to the wanted state, also when it was deleted before:
   * one key never makes two events.
   *
   * @throws ProviderError `not_found` when there is no such calendar; `forbidden` when it cannot be written.
   */
  createEvent(token: AccessToken, calendarId: string, event: CalendarEvent): Promise<RemoteEvent>;

  /**
   * Brings the event with this key to the wanted state.
   *
   * @throws ProviderError `not_found` when the event or its calendar is gone. Creating it again, with the same key, is allowed.
   */
  updateEvent(token: AccessToken, calendarId: string, event: CalendarEvent): Promise<RemoteEvent>;

  /**
   * Removes the event with this key and tells its attendees. Already gone is success, and so is a calendar that is gone.
   *
   * @returns false when there was none in this calendar.
   */
  deleteEvent(token: AccessToken, calendarId: string, key: string): Promise<boolean>;

  /**
   * Whether the event that was written under this key stands in a calendar that we did not write it into, so that it may be changed and removed there: it
   * bears our mark and, where the provider tells who organises it, that is whose calendar it is. A guest's copy bears the same name, and is the guest's.
   *
   * @returns false also when the calendar is gone.
   */
  holdsEvent(token: AccessToken, calendarId: string, key: string): Promise<boolean>;
}
