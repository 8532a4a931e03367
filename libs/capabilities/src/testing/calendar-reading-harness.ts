import type { AccessToken } from '../access-token.js';
import type { CalendarCapability } from '../calendar.js';
import type { CalendarReadingCapability, CalendarTime, EventResponse } from '../calendar-reading.js';
import type { ProviderSituations, Revocation } from './situations.js';

/** What a provider's calendars can do, as far as they differ. */
export interface ReadingTraits {
  /** Whether series come as a master with its exceptions, or as one event for each occurrence. */
  readonly series: 'masters' | 'occurrences';
  /** True when everything is one resource, told whole with every change, as a feed is. */
  readonly isOneResource: boolean;
  /** True when much is told in several pages. */
  readonly hasPages: boolean;
  /** True when the cursor after a page that is not the last one goes on from there. */
  readonly resumesMidway: boolean;
  /** True when it asks for {@link ReadingStart.known} versions and tells `unchanged`. */
  readonly readsByVersion: boolean;
  /** True when cursors can be forgotten by the provider. */
  readonly forgetsCursors: boolean;
  /** True when an account has several calendars. */
  readonly hasSeveralCalendars: boolean;
  /** True when events say what the account's owner answered. */
  readonly knowsResponses: boolean;
  /** True when we can write there, too. */
  readonly isWritable: boolean;
  /** See {@link Revocation}. */
  readonly revokedAs?: Revocation;
}

/** An event as somebody puts it into a calendar by hand. */
export interface PlacedEvent {
  readonly title: string;
  readonly start: CalendarTime;
  readonly end: CalendarTime;
  /** `RRULE:…` lines. */
  readonly recurrence?: readonly string[];
  readonly isFree?: boolean;
  /** Somebody else invited the account's owner, who said this. */
  readonly response?: EventResponse;
}

const berlin = 'Europe/Berlin';

/** An event of half an hour; a test mentions only what it is about. */
export const aPlacedEvent = (event: Partial<PlacedEvent> = {}): PlacedEvent => ({
  title: 'Dentist',
  start: { dateTime: '2027-03-01T10:00:00', timeZone: berlin },
  end: { dateTime: '2027-03-01T10:30:00', timeZone: berlin },
  ...event,
});

/** A calendar account at a running fake, whose calendars are empty, and the people who use it without us. */
export interface CalendarReadingHarness {
  readonly reading: CalendarReadingCapability;
  readonly token: AccessToken;
  readonly calendarId: string;
  /** Another calendar of the account; the same one where it has no other. */
  readonly otherCalendarId: string;
  /** Writes into `calendarId`; null where it cannot be written. */
  readonly calendar: CalendarCapability | null;
  /** `cutAnswers`: the next answers break off in the middle of their bodies. */
  readonly situations: ProviderSituations & { cutAnswers(count: number): void };
  /** Puts an event into `calendarId`, or another calendar; answers by what the other functions know it. */
  put(event: PlacedEvent, calendarId?: string): Promise<string> | string;
  /** Replaces the event: a series also where it is one. */
  change(id: string, event: PlacedEvent): Promise<void> | void;
  remove(id: string): Promise<void> | void;
  /** Moves the occurrence of a series that would begin at `originalStart`. */
  moveOccurrence(id: string, originalStart: CalendarTime, to: PlacedEvent): Promise<void> | void;
  /** Deletes that occurrence. */
  cancelOccurrence(id: string, originalStart: CalendarTime): Promise<void> | void;
  /** The provider forgets every cursor that it gave out. */
  expireCursors(): Promise<void> | void;
  /** Pages hold two resources from now on; does nothing where there are no pages. */
  shortenPages(): void;
  stop(): Promise<void>;
}
