import { SeriesError } from './series-error.js';
import { zoneOf } from './zone.js';

/** The moment at which clocks show a time. */
const instant = (zone: string, wall: string): string => new Date(zoneOf(zone).instantOf(Date.parse(`${wall}Z`))).toISOString().slice(0, 16);

describe('a time zone', () => {
  it.each([
    ['Europe/Berlin', '2026-01-15T10:00', '2026-01-15T09:00'],
    ['Europe/Berlin', '2026-07-15T10:00', '2026-07-15T08:00'],
    ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59'],
    ['Europe/Berlin', '2026-03-29T02:00', '2026-03-29T01:00'],
    ['Europe/Berlin', '2026-03-29T02:59', '2026-03-29T01:59'],
    ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00'],
    ['Europe/Berlin', '2026-10-25T02:00', '2026-10-25T00:00'],
    ['Europe/Berlin', '2026-10-25T02:59', '2026-10-25T00:59'],
    ['Europe/Berlin', '2026-10-25T03:00', '2026-10-25T02:00'],
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T07:30'],
    ['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30'],
    ['America/New_York', '2025-12-31T23:30', '2026-01-01T04:30'],
    ['Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45'],
    ['Pacific/Apia', '2011-12-31T00:00', '2011-12-30T10:00'],
    ['Asia/Kathmandu', '2026-01-01T00:00', '2025-12-31T18:15'],
    ['Africa/Casablanca', '2026-02-20T12:00', '2026-02-20T12:00'],
    ['Africa/Casablanca', '2026-03-25T12:00', '2026-03-25T11:00'],
    ['UTC', '0001-01-01T00:00', '0001-01-01T00:00'],
  ])('%s shows %s at %s in UTC', (zone, wall, moment) => {
    expect(instant(zone, wall)).toBe(moment);
  });

  it('shows the same as Intl at every hour of some years', () => {
    for (const zone of ['Europe/Berlin', 'Africa/Cairo', 'Asia/Tehran', 'America/Sao_Paulo', 'Antarctica/Troll']) {
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
      for (let moment = Date.UTC(2017, 0, 1); moment < Date.UTC(2020, 0, 1); moment += 7 * 3_600_000)
        expect(new Date(zoneOf(zone).wallOf(moment)).toISOString().slice(0, 16).replace('T', ' ')).toBe(format.format(moment));
    }
  });

  it('that nobody knows is an error', () => {
    expect(() => zoneOf('Mars/Olympus')).toThrow(SeriesError);
  });
});
