import { WINDOWS_TO_IANA_MAP } from 'windows-iana';

/** More names than there are zones: whoever makes names up does not fill the memory. */
const namesMax = 5_000;
const found = new Map<string, string | null>();

/** Names of CLDR's table (`001` is the zone that stands for all territories), and those that Microsoft has retired or uses beside it. */
const windowsZones: ReadonlyMap<string, string> = new Map([
  ...WINDOWS_TO_IANA_MAP.filter(({ territory }) => territory === '001').map(
    ({ windowsName, iana }) => [windowsName.toLowerCase(), iana[0] ?? ''] as const,
  ),
  ['mid-atlantic standard time', 'Etc/GMT+2'],
  ['kamchatka standard time', 'Asia/Kamchatka'],
  // https://learn.microsoft.com/graph/api/resources/datetimetimezone
  ['tzone://microsoft/utc', 'Etc/UTC'],
]);

/**
 * The IANA name of a time zone: of `W. Europe Standard Time`, as Windows, Outlook and Exchange call it, it is `Europe/Berlin`; an IANA name is
 * its own. Null for a name that nobody knows.
 */
export function toIanaZone(name: string): string | null {
  const known = found.get(name);
  if (known !== undefined) return known;
  const zone = find(name.trim());
  if (found.size >= namesMax) found.clear();
  if (name.length <= zoneNameLengthMax) found.set(name, zone);
  return zone;
}

const zoneNameLengthMax = 100;

function find(name: string): string | null {
  // "UTC" is a name of both lists.
  if (isIana(name)) return ianaSpellings().get(name.toLowerCase()) ?? name;
  return windowsZones.get(name.toLowerCase()) ?? null;
}

/** `Intl` also takes offsets, such as `+01:00`, for names. */
function isIana(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name) || name.length > zoneNameLengthMax) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

let spellings: ReadonlyMap<string, string> | null = null;

function ianaSpellings(): ReadonlyMap<string, string> {
  spellings ??= new Map(['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => [name.toLowerCase(), name]));
  return spellings;
}

let candidates: readonly string[] | null = null;

/** All zones, those that stand for many first: what a nameless zone is compared with. */
export function ianaCandidates(): readonly string[] {
  candidates ??= [...new Set([...preferred, ...windowsZones.values(), ...Intl.supportedValuesOf('timeZone')])].filter(isIana);
  return candidates;
}

/** Of zones that agree today, the ones that most people live in. */
const preferred = ['Etc/UTC', 'Europe/London', 'Europe/Berlin', 'America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'];
