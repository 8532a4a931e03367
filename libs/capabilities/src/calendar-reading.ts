import type { AccessToken } from './access-token.js';
import type { RemoteCalendar } from './calendar.js';

/** A moment as a calendar writes it down. */
export type CalendarTime =
  /** A whole day, wherever one is: `2026-11-21`. */
  | { readonly date: string }
  /** The time on the wall, `2026-11-21T10:00:00`, in a zone of the IANA database; `null` floats: it is that time wherever its reader is. */
  | { readonly dateTime: string; readonly timeZone: string | null };

/** What the account's owner said to an invitation; null where nobody was asked. */
export type EventResponse = 'accepted' | 'tentative' | 'declined' | 'unanswered';

/** An event as it stands in a calendar: a single one, a whole series, or an exception of one. */
export interface SourceEvent {
  /** The provider's id of this event. An exception of a series has one of its own. */
  readonly id: string;
  /** The series that this is an exception of, by the `id` of its master; null for everything else. */
  readonly seriesId: string | null;
  /** Which occurrence of the series it stands for; null for everything else. */
  readonly originalStart: CalendarTime | null;
  readonly start: CalendarTime;
  /** The first moment, or day, after it. */
  readonly end: CalendarTime;
  /** `RRULE`, `RDATE`, `EXDATE` and `EXRULE` lines (RFC 5545 section 3.8.5) of a series; empty for everything else. */
  readonly recurrence: readonly string[];
  /** A cancelled exception takes its occurrence out of the series. */
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  /** True when its owner is free all the same (`TRANSP:TRANSPARENT`). */
  readonly isFree: boolean;
  readonly response: EventResponse | null;
  readonly title: string;
  /** The event's page at the provider, for people; null where there is none. */
  readonly htmlLink: string | null;
  /** The key that we wrote it under ({@link CalendarEvent.key}); null for events that are not ours. */
  readonly key: string | null;
}

/** An event that stands in a calendar and cannot be read, by what its owner finds it by there. */
export interface UnreadableEvent {
  readonly title: string | null;
  /** As it is written there, whatever it means. */
  readonly start: string | null;
  /** A stable word, such as `unreadable_time`. */
  readonly fault: string;
}

/** What became of one resource: the thing that a provider hands out, replaces and removes whole, such as an event of Google or a file of CalDAV. */
export type ResourceChange =
  /** It is there like this now. */
  | (ReadResource & { readonly kind: 'present'; readonly version: string | null; readonly events: readonly SourceEvent[] })
  /** It is there as {@link ReadingStart.known} had it; or it was, and can no longer be read. */
  | (ReadResource & { readonly kind: 'unchanged' })
  | { readonly kind: 'gone'; readonly resource: string };

interface ReadResource {
  readonly resource: string;
  /**
   * What stands in it beside `events` and cannot be read. An adapter never drops an event silently: its time would be taken for free. Said anew each
   * time; absent when everything could be read.
   */
  readonly unreadable?: readonly UnreadableEvent[];
}

/** Some changes, stored together with the cursor that follows them. */
export interface ChangePage {
  readonly changes: readonly ResourceChange[];
  /** Where reading goes on: after this page if it is not the last one, next time if it is. Null when it can only begin again. */
  readonly cursor: string | null;
}

/** The time that is of interest. */
export interface ReadingWindow {
  readonly from: Date;
  readonly to: Date;
}

/** Where reading begins. */
export interface ReadingStart {
  readonly calendarId: string;
  /** The last stored one of an earlier reading; null reads everything. Only the provider that made it can read it. */
  readonly cursor: string | null;
  /** Events outside may be left out. */
  readonly window: ReadingWindow;
  /** Versions of those of the named resources that are stored already: what has not changed need not be fetched again. */
  readonly known: (resources: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/**
 * Reads what stands in the calendars of one account, and afterwards only what has changed.
 *
 * Throws {@link ProviderError} as {@link CalendarCapability} does, and `cursor_expired` when the provider has forgotten the cursor: everything
 * must be read again, beside what is stored.
 */
export interface CalendarReadingCapability {
  /** True when a cursor covers only the window it was begun with: for a later window everything is read again. */
  readonly isBoundToWindow: boolean;

  /** Lists all calendars of the account, through all pages, the primary one first. */
  listCalendars(token: AccessToken): Promise<readonly RemoteCalendar[]>;

  /**
   * The changes since `cursor`, page by page; the last page's cursor is where the next reading begins. Without a cursor: everything that is there,
   * so that what is stored and not told of is gone.
   *
   * @throws ProviderError `not_found` when there is no such calendar.
   */
  read(token: AccessToken, start: ReadingStart): AsyncIterable<ChangePage>;
}
