import { ianaCandidates, toIanaZone } from './windows-zones.js';
import { offsetsOf, type WrittenOffsets } from './written-zone.js';
import { instantBy, zoneOf } from './zone.js';

/** What the time zones that a calendar names are: by their names, and by what it says about them itself in a `VTIMEZONE`. */
export interface CalendarZones {
  /** The IANA name; null when there is none that agrees with the offsets of the calendar. */
  nameOf(tzid: string): string | null;
  /** The IANA name or, where none agrees with the offsets of the calendar, the one that does so for most of the time; else what the name alone says. */
  closestNameOf(tzid: string): string | null;
  /** The moment at which a wall clock in the zone shows a time, by the offsets of the calendar; null when it gives none. */
  instantOf(tzid: string, wall: number): number | null;
}

/** How many zones of one calendar are compared with all that there are: more than any calendar has, and not long. */
const comparisonsMax = 50;
/** How many years of zones without a name are read, and how long (in characters) what is written of one may be. */
const readingsMax = 200;
const writtenLengthMax = 65_536;

/** The zones of one calendar: each is looked for once, for all of its events. */
export function calendarZonesOf(zones: readonly (readonly string[])[], now: Date): CalendarZones {
  const written = new Map(zones.map((lines) => [valueOf(lines, 'TZID') ?? '', lines]));
  let comparisons = 0;
  const sampleOf = remembered((name: string): Sample | null => {
    const lines = written.get(name);
    if (lines === undefined || comparisons >= comparisonsMax) return null;
    comparisons += 1;
    return samplesOf(lines, now);
  });
  let readings = 0;
  const offsetsIn = remembered((key: string): WrittenOffsets | null => {
    const [year = '', name = ''] = /^(-?\d+) (.*)$/s.exec(key)?.slice(1) ?? [];
    const lines = written.get(name) ?? [];
    readings += 1;
    if (readings > readingsMax || lines.reduce((length, line) => length + line.length, 0) > writtenLengthMax) return null;
    return offsetsOf(lines, { from: Date.UTC(Number(year), 0, 1) - dayMs, to: Date.UTC(Number(year) + 1, 0, 1) + dayMs });
  });
  const namesOf = (name: string): readonly Named[] => namesIn(name, written.get(name));
  const nameOf = remembered((name) => nameOnDay({ name, lines: written.get(name), now }, () => nameFor(namesOf(name), sampleOf(name))));
  const closestNameOf = remembered((name) => {
    const sample = sampleOf(name);
    return (sample === null ? null : closestTo(sample)) ?? namesOf(name)[0]?.zone ?? null;
  });
  return {
    nameOf: (tzid) => nameOf(tzid.trim()),
    closestNameOf: (tzid) => nameOf(tzid.trim()) ?? closestNameOf(tzid.trim()),
    instantOf: (tzid, wall) => {
      const offsets = offsetsIn(`${new Date(wall).getUTCFullYear()} ${tzid.trim()}`);
      return offsets === null ? null : instantBy(offsets.offsetAt, wall);
    },
  };
}

/** Where each event is a file of its own, as in CalDAV, thousands of calendars say the same about the same few zones. */
const namesOnDays = new Map<string, string | null>();
const namesOnDaysMax = 200;
const sharedLengthMax = 8_192;

interface WrittenZone {
  readonly name: string;
  readonly lines: readonly string[] | undefined;
  readonly now: Date;
}

/** What was found for the same words earlier on the same day. */
function nameOnDay({ name, lines, now }: WrittenZone, find: () => string | null): string | null {
  if (lines === undefined) return find();
  const key = [Math.floor(now.getTime() / dayMs), name, ...lines].join('\n');
  if (key.length > sharedLengthMax) return find();
  const before = namesOnDays.get(key);
  if (before !== undefined) return before;
  const found = find();
  if (namesOnDays.size >= namesOnDaysMax) namesOnDays.clear();
  namesOnDays.set(key, found);
  return found;
}

function remembered<T>(find: (key: string) => T | null): (key: string) => T | null {
  const known = new Map<string, T | null>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = find(key);
    known.set(key, found);
    return found;
  };
}

interface Named {
  readonly zone: string;
  /** Whether it is called by a place, as `Europe/Berlin` is, and not by an abbreviation, which means another thing to everybody. */
  readonly isPlace: boolean;
}

function namesIn(tzid: string, lines: readonly string[] = []): readonly Named[] {
  const texts = [tzid, valueOf(lines, 'X-LIC-LOCATION') ?? ''];
  return texts.flatMap((text) => {
    const zone = nameIn(text);
    if (zone === null) return [];
    return [{ zone, isPlace: /^(?!Etc\/).+\//.test(zone) && text.toLowerCase().endsWith(zone.toLowerCase()) }];
  });
}

/**
 * What a calendar says about a zone goes before what it calls it: the clocks of an `EST` may well change. But what it calls by a place is there: whoever
 * wrote rules that the place has no more has old ones, and every calendar program goes by the place. `Europe/Istanbul` with the clock changes that it had
 * until 2016 is no other place that has them still.
 */
function nameFor(names: readonly Named[], sample: Sample | null): string | null {
  const [first] = names;
  if (sample === null) return first?.zone ?? null;
  const agreeing = names.find(({ zone, isPlace }) => (isPlace && !sample.hasChanges) || agreesWith(zone, sample))?.zone;
  const place = names.find(({ isPlace }) => isPlace)?.zone;
  return agreeing ?? place ?? ianaCandidates().find((name) => agreesWith(name, sample)) ?? null;
}

function valueOf(lines: readonly string[], name: string): string | null {
  const line = lines.find((candidate) => new RegExp(`^${name}[;:]`, 'i').test(candidate));
  return line === undefined ? null : line.slice(line.indexOf(':') + 1).trim();
}

/** The name itself, or one at its end behind what a vendor puts before it, as in `/freeassociation.sourceforge.net/Europe/Berlin`. */
function nameIn(text: string): string | null {
  const parts = text.split('/');
  const endings = [3, 2, 1].filter((length) => length < parts.length).map((length) => parts.slice(-length).join('/'));
  for (const name of [text, ...endings]) {
    const zone = toIanaZone(name);
    if (zone !== null) return zone;
  }
  return null;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const fortnightMs = 14 * dayMs;
/** More than the clocks of any zone change in three years. */
const changesMax = 50;

/** Moments from last year until the year after next, and how far the clocks of a zone are ahead of UTC at each. */
interface Sample {
  readonly offsets: readonly (readonly [moment: number, offset: number])[];
  readonly hasChanges: boolean;
}

function samplesOf(lines: readonly string[], now: Date): Sample | null {
  const to = now.getTime() + 2 * 365 * dayMs;
  const earliest = now.getTime() - 365 * dayMs;
  const offsets = offsetsOf(lines, { from: earliest, to });
  if (offsets === null) return null;
  // Of the time before its first change a calendar says nothing.
  const from = Math.min(now.getTime(), Math.max(earliest, offsets.changes[0] ?? earliest));
  const changes = offsets.changes.filter((change) => change > from && change < to);
  if (changes.length > changesMax) return null;
  const moments = changes.flatMap((change) => [change - hourMs, change]);
  for (let moment = from; moment < to; moment += fortnightMs) moments.push(moment);
  const found = moments.map((moment) => [moment, offsets.offsetAt(moment)] as const);
  return { offsets: found, hasChanges: new Set(found.map(([, offset]) => offset)).size > 1 };
}

function agreesWith(name: string, { offsets }: Sample): boolean {
  const zone = zoneOf(name);
  return offsets.every(([moment, offset]) => zone.offsetAt(moment) === offset);
}

/** The zone that differs least, and for no more than a quarter of the time: more would be another zone. */
function closestTo({ offsets }: Sample): string | null {
  let closest: string | null = null;
  let fewest = offsets.length / 4;
  for (const name of ianaCandidates()) {
    const zone = zoneOf(name);
    let differing = 0;
    for (const [moment, offset] of offsets) {
      if (zone.offsetAt(moment) !== offset) differing += 1;
      if (differing >= fewest) break;
    }
    if (differing < fewest) [closest, fewest] = [name, differing];
  }
  return closest;
}
