import { SeriesError } from './series-error.js';

/** A time zone of the IANA database. Times on the wall are milliseconds as `Date.UTC` counts them for what the clock shows. */
export interface Zone {
  /** How much the clocks are ahead of UTC, in milliseconds. */
  offsetAt(instant: number): number;
  /**
   * The moment at which the clocks show a time: the first of two where they are set back. A time that they leave out is read with the offset from
   * before the gap. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5
   */
  instantOf(wall: number): number;
  wallOf(instant: number): number;
}

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** More names than there are zones: whoever makes names up does not fill the memory. */
const zonesMax = 1_000;
/** In years before the first all clocks showed the time of their place; from the last on, every 400 years are like those before: the calendar repeats, and so do rules. */
const [tableFrom, tableTo] = [Date.UTC(1800, 0, 1), Date.UTC(2500, 0, 1)];
const cycleMs = 146_097 * dayMs;
const zones = new Map<string, Zone>();

/**
 * The zone with an IANA name. What has been found out about it is kept for all that ask: `Intl` answers in microseconds, an expansion asks a million times.
 *
 * @throws SeriesError `unknown_zone`
 */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (zones.size >= zonesMax) zones.clear();
  const zone = makeZone(intlOffsets(name));
  zones.set(name, zone);
  return zone;
}

/** A stretch of time without a clock change. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

function makeZone(lookUp: (instant: number) => number): Zone {
  const years = new Map<number, readonly Stretch[]>();
  let last: Stretch = { from: 0, to: 0, offset: 0 };
  const offsetAt = (instant: number): number => {
    if (instant >= last.from && instant < last.to) return last.offset;
    const at = inTable(instant);
    const year = new Date(at).getUTCFullYear();
    if (Number.isNaN(year)) throw new SeriesError('unreadable_time');
    let stretches = years.get(year);
    if (stretches === undefined) {
      stretches = stretchesOf(year, lookUp);
      years.set(year, stretches);
    }
    for (const stretch of stretches) if (at >= stretch.from && at < stretch.to) last = stretch;
    return last.offset;
  };
  return { offsetAt, instantOf: (wall) => instantBy(offsetAt, wall), wallOf: (instant) => instant + offsetAt(instant) };
}

/** A moment at which the clocks are as they are then: whoever names all years that there are does not have all of them looked through. */
function inTable(instant: number): number {
  if (instant < tableFrom) return tableFrom;
  return instant < tableTo ? instant : instant - Math.ceil((instant - tableTo + 1) / cycleMs) * cycleMs;
}

/** {@link Zone.instantOf} for clocks that are known by their offsets. */
export function instantBy(offsetAt: (instant: number) => number, wall: number): number {
  const before = offsetAt(wall - dayMs);
  const after = offsetAt(wall + dayMs);
  if (before === after || offsetAt(wall - before) === before) return wall - before;
  return offsetAt(wall - after) === after ? wall - after : wall - before;
}

/** A zone that need not be known before somebody asks it. */
export function lazyZone(find: () => Zone): Zone {
  return {
    offsetAt: (instant) => find().offsetAt(instant),
    instantOf: (wall) => find().instantOf(wall),
    wallOf: (instant) => find().wallOf(instant),
  };
}

/** Looks once a week, and closely where the offset has changed: no zone has changed its clocks twice within a week since 1970. */
function stretchesOf(year: number, lookUp: (instant: number) => number): readonly Stretch[] {
  const begin = startOfYear(year);
  const end = startOfYear(year + 1);
  const stretches: Stretch[] = [];
  let from = begin;
  let offset = lookUp(begin);
  for (let seen = begin; seen < end;) {
    const next = Math.min(seen + weekMs, end - 1_000);
    const nextOffset = lookUp(next);
    if (nextOffset !== offset) {
      const change = changeBetween({ seen, next }, offset, lookUp);
      stretches.push({ from, to: change, offset });
      from = change;
      offset = nextOffset;
    }
    seen = next === end - 1_000 ? end : next;
  }
  stretches.push({ from, to: end, offset });
  return stretches;
}

function startOfYear(year: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, 0, 1);
  return date.getTime();
}

function changeBetween(
  { seen, next }: { readonly seen: number; readonly next: number },
  offset: number,
  lookUp: (instant: number) => number,
): number {
  let [low, high] = [seen, next];
  while (high - low > 1_000) {
    const middle = low + Math.floor((high - low) / 2_000) * 1_000;
    if (lookUp(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

function intlOffsets(name: string): (instant: number) => number {
  const format = formatFor(name);
  return (instant) => {
    const [, month = '', day = '', year = '', hour = '', minute = '', second = ''] =
      /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)/.exec(format.format(instant)) ?? [];
    const wall = new Date(0);
    wall.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    wall.setUTCHours(Number(hour), Number(minute), Number(second));
    return wall.getTime() - Math.floor(instant / 1_000) * 1_000;
  };
}

function formatFor(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new SeriesError('unknown_zone');
  }
}
