import { ianaCandidates, toIanaZone } from './windows-zones.js';
import { offsetsOf } from './written-zone.js';
import { zoneOf } from './zone.js';

/** Finds the IANA name of what a calendar calls a time zone; null when there is none. */
export type ZoneNames = (tzid: string) => string | null;

/** How many zones of one calendar are compared with all that there are: more than any calendar has, and not long. */
const comparisonsMax = 50;

/** The zones of one calendar: each is looked for once, for all of its events. */
export function zoneNamesOf(zones: readonly (readonly string[])[], now: Date): ZoneNames {
  const written = new Map(zones.map((lines) => [valueOf(lines, 'TZID') ?? '', lines]));
  const known = new Map<string, string | null>();
  let comparisons = 0;
  return (tzid) => {
    const name = tzid.trim();
    const found = known.get(name);
    if (found !== undefined) return found;
    const lines = written.get(name);
    const byName = nameIn(name) ?? (lines === undefined ? null : nameIn(valueOf(lines, 'X-LIC-LOCATION') ?? ''));
    if (byName === null && lines !== undefined) comparisons += 1;
    const zone = byName ?? (lines === undefined || comparisons > comparisonsMax ? null : nameByOffsets(lines, now));
    known.set(name, zone);
    return zone;
  };
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

/** The zone whose clocks show the same from last year until the year after next. */
function nameByOffsets(lines: readonly string[], now: Date): string | null {
  const from = now.getTime() - 365 * dayMs;
  const to = now.getTime() + 2 * 365 * dayMs;
  const offsets = offsetsOf(lines, { from, to });
  if (offsets === null) return null;
  const moments = [...offsets.changes.filter((change) => change > from && change < to).flatMap((change) => [change - hourMs, change])];
  for (let moment = from; moment < to; moment += 14 * dayMs) moments.push(moment);
  const wanted = moments.map((moment) => [moment, offsets.offsetAt(moment)] as const);
  return (
    ianaCandidates().find((name) => {
      const zone = zoneOf(name);
      return wanted.every(([moment, offset]) => zone.offsetAt(moment) === offset);
    }) ?? null
  );
}
