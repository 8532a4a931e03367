import { WINDOWS_TO_IANA_MAP } from 'windows-iana';
import { toIanaZone } from './windows-zones.js';

describe('the name of a time zone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['US/Eastern', 'US/Eastern'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
    [' W. Europe Standard Time ', 'Europe/Berlin'],
    ['eastern standard time', 'America/New_York'],
    ['UTC-11', 'Etc/GMT+11'],
    ['Kamchatka Standard Time', 'Asia/Kamchatka'],
    ['tzone://Microsoft/Utc', 'Etc/UTC'],
  ])('%s is %s', (name, zone) => {
    expect(toIanaZone(name)).toBe(zone);
  });

  it.each(['', 'Mars/Olympus', '+01:00', 'Customized Time Zone', '(UTC+01:00) Amsterdam, Berlin', 'a'.repeat(10_000), 'Europe/Berlin\n; x'])(
    'is not "%s"',
    (name) => {
      expect(toIanaZone(name)).toBeNull();
    },
  );

  it("is known for every zone of Windows that is in CLDR's table", () => {
    const names = [...new Set(WINDOWS_TO_IANA_MAP.map(({ windowsName }) => windowsName))];

    expect(names.length).toBeGreaterThan(130);
    expect(names.filter((name) => toIanaZone(name) === null)).toEqual([]);
  });
});
