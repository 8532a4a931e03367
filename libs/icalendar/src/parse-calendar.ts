import type { SourceEvent } from '@patchbay/capabilities';

/** What a calendar text holds. */
export interface ParsedCalendar {
  /**
   * Its events: `UID` is the id of a master or a single event, `UID#<recurrence id>` that of an exception. The exception that stands for all that
   * follow (`RANGE=THISANDFUTURE`) says so in its `recurrence`; `expandSeries` knows what it means.
   */
  readonly events: readonly SourceEvent[];
  /** The calendar's own zone (`X-WR-TIMEZONE`) by its IANA name. */
  readonly timeZone: string | null;
  readonly name: string | null;
  /** How many events could not be read: they are left out, the others are there. */
  readonly unreadable: number;
  /** False when the text ends before its calendar does, as half a download does: what is missing is then not gone. */
  readonly isWhole: boolean;
}

/** How a calendar is read. */
export interface ParseOptions {
  /** The owner's e-mail addresses: what was answered to an invitation is looked for under them. */
  readonly ownAddresses?: readonly string[];
  /** Time zones that are known by their rules only are compared in the years around it. Today when left out. */
  readonly now?: Date;
}

/** Why a text is no calendar. */
export type CalendarTextFault = 'not_a_calendar' | 'too_large';

/** Thrown for a text that is no calendar at all, or larger than 64 MiB. */
export class CalendarTextError extends Error {
  override readonly name = 'CalendarTextError';

  constructor(readonly fault: CalendarTextFault) {
    super(`the calendar cannot be read: ${fault}`);
  }
}

/**
 * Reads calendar text (RFC 5545). What is broken costs the event it is in, never the others.
 *
 * @throws CalendarTextError
 */
export function parseCalendar(_text: string, _options: ParseOptions = {}): ParsedCalendar {
  return { events: [], timeZone: null, name: null, unreadable: 0, isWhole: true };
}
