import { dateTimeText } from './calendar-times.js';
import type { CalendarComponent } from './calendar-tree.js';
import { civilDate, dayMs } from './civil-days.js';
import { zoneOf, type Zone } from './zone.js';

/** One change of the clocks. */
interface ClockChange {
  /** What the clocks show when they change, by the offset from before. */
  readonly wall: number;
  readonly before: number;
  readonly after: number;
}

/** Between them a zone is told as it was, from them on by its rules. Years. */
export interface DefinedYears {
  readonly from: number;
  readonly to: number;
}

// Before that, not even our own tables are sure.
const firstYear = 1970;
// After it all go by their rules.
const lastYear = 2100;
/** Rules are taken for such when they have held, and go on, for so long. */
const yearsAhead = 8;

/**
 * The definition of a zone (`VTIMEZONE`): by a rule where its clocks change by one in all of these years and some more, else every change by itself.
 * https://www.rfc-editor.org/rfc/rfc5545#section-3.6.5
 *
 * @throws SeriesError `unknown_zone`
 */
export function defineZone(timeZone: string, { from, to }: DefinedYears): CalendarComponent {
  const zone = zoneOf(timeZone);
  // A year earlier: what holds when the first year begins is then said as well.
  const begin = Math.min(lastYear, Math.max(firstYear, from - 1));
  const changes = changesOf(zone, { from: begin, to: Math.max(begin, Math.min(lastYear, to)) + yearsAhead });
  const lines = [`TZID:${timeZone}`, `X-LIC-LOCATION:${timeZone}`];
  return { name: 'VTIMEZONE', lines, components: [firstObservance(zone, begin), ...(byRules(changes) ?? byDates(changes))] };
}

function changesOf(zone: Zone, { from, to }: DefinedYears): readonly ClockChange[] {
  const found: ClockChange[] = [];
  const end = Date.UTC(to + 1, 0, 1);
  let at = Date.UTC(from, 0, 1);
  while (at < end) {
    const next = Math.min(at + 7 * dayMs, end);
    const [before, after] = [zone.offsetAt(at), zone.offsetAt(next)];
    if (before !== after) found.push({ wall: momentOfChange(zone, at, next) + before, before, after });
    at = next;
  }
  return found;
}

function momentOfChange(zone: Zone, from: number, to: number): number {
  const before = zone.offsetAt(from);
  let [low, high] = [from, to];
  while (high - low > 1_000) {
    const middle = low + Math.floor((high - low) / 2_000) * 1_000;
    if (zone.offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** Without it, readers differ in what they take the time before the first change for. */
function firstObservance(zone: Zone, year: number): CalendarComponent {
  const offset = zone.offsetAt(Date.UTC(year, 0, 1));
  return observance({ wall: Date.UTC(year, 0, 1), before: offset, after: offset }, []);
}

/** One observance for each of the changes that come every year, if each comes by one rule; else null. */
function byRules(changes: readonly ClockChange[]): readonly CalendarComponent[] | null {
  const kinds = Map.groupBy(changes, ({ wall, before, after }) => [civilDate(Math.floor(wall / dayMs)).month, before, after].join(' '));
  const years = new Set(changes.map(({ wall }) => civilDate(Math.floor(wall / dayMs)).year));
  const observances: CalendarComponent[] = [];
  for (const kind of kinds.values()) {
    const [first] = kind;
    const rule = kind.length === years.size ? ruleOf(kind) : null;
    if (first === undefined || rule === null) return null;
    observances.push(observance(first, [`RRULE:${rule}`]));
  }
  return observances;
}

const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** Such as the last Sunday of March, always at the same time; null where no such rule holds. */
function ruleOf(changes: readonly ClockChange[]): string | null {
  const days = changes.map(({ wall }) => {
    const { year, month, day } = civilDate(Math.floor(wall / dayMs));
    return { month, nth: Math.ceil(day / 7), isLast: day + 7 > new Date(Date.UTC(year, month, 0)).getUTCDate(), time: wall % dayMs, wall };
  });
  const [first] = days;
  const weekday = (wall: number): number => new Date(wall).getUTCDay();
  if (first === undefined || days.some(({ wall, time }) => weekday(wall) !== weekday(first.wall) || time !== first.time)) return null;
  const nth = days.every(({ isLast }) => isLast) ? '-1' : days.every((day) => day.nth === first.nth) ? String(first.nth) : null;
  return nth === null ? null : `FREQ=YEARLY;BYMONTH=${first.month};BYDAY=${nth}${weekdays[weekday(first.wall)] ?? ''}`;
}

/** For zones that follow no rule, or have changed theirs. */
function byDates(changes: readonly ClockChange[]): readonly CalendarComponent[] {
  const kinds = Map.groupBy(changes, ({ before, after }) => [before, after].join(' '));
  return [...kinds.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          observance(
            first,
            others.map(({ wall }) => `RDATE:${basic(wall)}`),
          ),
        ],
  );
}

const observance = ({ wall, before, after }: ClockChange, recurrence: readonly string[]): CalendarComponent => ({
  name: after > before ? 'DAYLIGHT' : 'STANDARD',
  lines: [`DTSTART:${basic(wall)}`, `TZOFFSETFROM:${offsetText(before)}`, `TZOFFSETTO:${offsetText(after)}`, ...recurrence],
  components: [],
});

const basic = (wall: number): string => dateTimeText(wall).replaceAll(/[-:]/g, '');

function offsetText(offset: number): string {
  const seconds = Math.abs(offset) / 1_000;
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  const text = `${offset < 0 ? '-' : '+'}${two(seconds / 3_600)}${two((seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? text : `${text}${two(seconds % 60)}`;
}
