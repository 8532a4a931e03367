import type { Steps } from './turns.js';

/** The lines of a calendar text, unfolded, by the component they stand in. */
export interface CalendarLines {
  /** Those of the calendars themselves. */
  readonly calendar: readonly string[];
  readonly events: readonly (readonly string[])[];
  /** With the `BEGIN` and `END` of their observances. */
  readonly zones: readonly (readonly string[])[];
  /** Whether a calendar begins in it at all. */
  readonly isCalendar: boolean;
  /** Whether everything that begins ends as well. */
  readonly isWhole: boolean;
}

/** All that is ever read. Descriptions, attachments and alarms are most of a calendar, and need not even be unfolded. */
const wanted = new Set([
  'BEGIN',
  'END',
  'UID',
  'RECURRENCE-ID',
  'DTSTART',
  'DTEND',
  'DURATION',
  'RRULE',
  'RDATE',
  'EXDATE',
  'EXRULE',
  'STATUS',
  'TRANSP',
  'SUMMARY',
  'ATTENDEE',
  'SEQUENCE',
  'URL',
  'X-MICROSOFT-CDO-BUSYSTATUS',
  'X-PATCHBAY-KEY',
  'TZID',
  'TZOFFSETFROM',
  'TZOFFSETTO',
  'X-LIC-LOCATION',
  'NAME',
  'X-WR-CALNAME',
  'X-WR-TIMEZONE',
]);

type Kind = 'event' | 'zone' | 'other';

interface OpenComponent {
  readonly kind: Kind;
  readonly name: string;
  readonly lines: string[];
  /** How many components have begun within it and not ended. */
  depth: number;
}

/**
 * Takes a text apart line by line, in one pass. A component that never ends costs itself: the next one that begins ends it.
 */
export function* readLines(text: string): Steps<CalendarLines> {
  const reader = new LineReader();
  for (const line of unfolded(text)) {
    if (line === null) yield;
    else reader.take(line);
  }
  return reader.finish();
}

class LineReader {
  private readonly calendar: string[] = [];
  private readonly events: string[][] = [];
  private readonly zones: string[][] = [];
  private component: OpenComponent | null = null;
  private isCalendar = false;
  private isOpen = false;
  private isWhole = true;

  take(line: string): void {
    const [, word, rest = ''] = /^(BEGIN|END):(.{0,60})/i.exec(line) ?? [];
    const name = rest.trim().toUpperCase();
    if (word === undefined) this.keep(line);
    else if (word.toUpperCase() === 'BEGIN') this.begin(name, line);
    else this.end(name, line);
  }

  finish(): CalendarLines {
    this.close(false);
    const { calendar, events, zones, isCalendar, isWhole } = this;
    return { calendar, events, zones, isCalendar, isWhole: isWhole && !this.isOpen };
  }

  private keep(line: string): void {
    if (this.component === null) {
      if (this.isOpen) this.calendar.push(line);
    } else if (this.component.kind === 'zone' || (this.component.kind === 'event' && this.component.depth === 0)) this.component.lines.push(line);
  }

  private begin(name: string, line: string): void {
    if (name === 'VCALENDAR') {
      this.close(false);
      this.isCalendar = true;
      this.isOpen = true;
    } else if (name === 'VEVENT' || name === 'VTIMEZONE') {
      this.close(false);
      this.component = { kind: name === 'VEVENT' ? 'event' : 'zone', name, lines: [], depth: 0 };
    } else if (this.component === null) this.component = { kind: 'other', name, lines: [], depth: 0 };
    else {
      this.component.depth += 1;
      if (this.component.kind === 'zone') this.component.lines.push(line);
    }
  }

  private end(name: string, line: string): void {
    if (name === 'VCALENDAR') {
      this.close(false);
      this.isOpen = false;
    } else if (this.component === null) return;
    else if (name === this.component.name && (this.component.kind !== 'other' || this.component.depth === 0)) this.close(true);
    else {
      this.component.depth = Math.max(0, this.component.depth - 1);
      if (this.component.kind === 'zone') this.component.lines.push(line);
    }
  }

  private close(isEnded: boolean): void {
    const { component } = this;
    if (component === null) return;
    if (!isEnded) this.isWhole = false;
    if (component.kind === 'event') this.events.push(component.lines);
    if (component.kind === 'zone') this.zones.push(component.lines);
    this.component = null;
  }
}

/** After so many lines of the text other work may have its turn: less than a millisecond. */
const linesPerStep = 500;

/** Joins folded lines (RFC 5545 section 3.1), whatever ends them, and leaves out those that nobody reads. Null: other work may have its turn. */
function* unfolded(text: string): Generator<string | null> {
  let lines = 0;
  const ending = text.includes('\n') ? '\n' : '\r';
  let parts: string[] = [];
  let isWanted = false;
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length;) {
    const found = text.indexOf(ending, at);
    const end = found === -1 ? text.length : found;
    const isFolded = text[at] === ' ' || text[at] === '\t';
    if (!isFolded) {
      if (isWanted && parts.length > 0) yield cleaned(parts);
      parts = [];
      isWanted = mayBeWanted(text.slice(at, Math.min(end, at + 40)));
    }
    lines += 1;
    if (lines % linesPerStep === 0) yield null;
    if (isWanted) parts.push(withoutReturns(text.slice(isFolded ? at + 1 : at, end)));
    at = end + 1;
  }
  if (isWanted && parts.length > 0) yield cleaned(parts);
}

/** A name that is folded itself is known only when it is whole. */
function mayBeWanted(begin: string): boolean {
  const length = begin.search(/[;:]/);
  return length === -1 ? begin.length < 40 : wanted.has(begin.slice(0, length).trim().toUpperCase());
}

function withoutReturns(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end -= 1;
  return end === line.length ? line : line.slice(0, end);
}

// A tab is the one control character that a value may have.
const controls = /[\u0000-\u0008\u000A-\u001F\u007F]/g;

/** Of lines that are unfolded already, those that are ever read, as {@link readLines} tells them. */
export const linesThatAreRead = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => mayBeWanted(line.slice(0, 40))).map((line) => cleaned([line]));

const cleaned = (parts: readonly string[]): string => parts.join('').replace(controls, '');
