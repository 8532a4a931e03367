import { toIanaZone } from '@patchbay/icalendar';

/** Milliseconds of a time on the wall in a zone, by its IANA or Windows name; NaN when either is unreadable. */
export const wallToMs = (wall: string, zone: string): number => {
  const name = toIanaZone(zone);
  const asUtc = Date.parse(`${wall.slice(0, secondsLength)}Z`);
  if (name === null || Number.isNaN(asUtc)) return Number.NaN;
  const guess = asUtc - offsetMs(asUtc, name);
  return asUtc - offsetMs(guess, name);
};

/** The time on the wall in a zone: `2027-03-01T10:00:00`. */
export const msToWall = (ms: number, zone: string): string => {
  const name = toIanaZone(zone) ?? 'UTC';
  return new Date(ms + offsetMs(ms, name)).toISOString().slice(0, secondsLength);
};

/** Graph writes seven digits of a second. */
export const graphDateTime = (wall: string): string => `${wall.slice(0, secondsLength)}.0000000`;

const secondsLength = 19;

const offsetMs = (ms: number, timeZone: string): number => {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(ms);
  const offset = /([+-])(\d{2}):(\d{2})/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '');
  return offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000;
};
