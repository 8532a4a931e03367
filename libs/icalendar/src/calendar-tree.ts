import { CalendarTextError } from './parse-calendar.js';

/** A component of a calendar text with all that it holds, whether we know what it means or not: what others wrote stays when a file is written again. */
export interface CalendarComponent {
  /** In upper case: `VEVENT`. */
  readonly name: string;
  /** Unfolded, as they were written: `SUMMARY;LANGUAGE=en:Lunch`. */
  readonly lines: readonly string[];
  readonly components: readonly CalendarComponent[];
}

interface OpenComponent {
  readonly name: string;
  readonly lines: string[];
  readonly components: CalendarComponent[];
}

/** Deeper than any calendar goes: alarms are in events, and those in a calendar. */
const depthMax = 10;

/**
 * The first calendar of a text, with everything in it. Whoever only wants to know when events are reads it with `parseCalendar`: that survives broken text.
 *
 * @throws CalendarTextError for a text that could not be written again as it was
 */
export function readCalendarTree(text: string): CalendarComponent {
  const open: OpenComponent[] = [];
  for (const line of unfold(text)) {
    const [, word = '', rest = ''] = /^(BEGIN|END):(.*)$/i.exec(line) ?? [];
    const name = rest.trim().toUpperCase();
    if (word.toUpperCase() === 'BEGIN') {
      if (open.length >= depthMax) throw new CalendarTextError('not_a_calendar');
      open.push({ name, lines: [], components: [] });
    } else if (word.toUpperCase() === 'END') {
      const closed = open.pop();
      if (closed?.name !== name) throw new CalendarTextError('not_a_calendar');
      const around = open.at(-1);
      if (around !== undefined) around.components.push(closed);
      else if (name === 'VCALENDAR') return closed;
    } else if (line.trim() !== '') open.at(-1)?.lines.push(line);
  }
  throw new CalendarTextError('not_a_calendar');
}

/** The text of a component, folded, as it is sent. https://www.rfc-editor.org/rfc/rfc5545#section-3.1 */
export function writeCalendarTree(component: CalendarComponent): string {
  return linesOf(component)
    .map((line) => `${folded(line)}\r\n`)
    .join('');
}

/** All lines of a component, with those that begin and end it. */
export function linesOf({ name, lines, components }: CalendarComponent): readonly string[] {
  return [`BEGIN:${name}`, ...lines, ...components.flatMap(linesOf), `END:${name}`];
}

function unfold(text: string): readonly string[] {
  const whole = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return whole
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/\n[ \t]/g, '')
    .split('\n');
}

const octetsMax = 75;

/** No line is longer than 75 octets, and no character is cut in two. */
function folded(line: string): string {
  if (line.length * 3 <= octetsMax || Buffer.byteLength(line) <= octetsMax) return line;
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > octetsMax) {
      parts.push(part);
      part = '';
      // The space that continues a line counts as well.
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n ');
}
