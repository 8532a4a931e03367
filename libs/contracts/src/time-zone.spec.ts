import { timeZone } from './time-zone.js';

describe('the name of a time zone', () => {
  it.each([
    'Europe/Berlin',
    'Europe/Kyiv',
    'Asia/Kolkata',
    'America/Argentina/Buenos_Aires',
    'America/Port-au-Prince',
    'US/East-Indiana',
    'UTC',
    'Etc/UTC',
    'Etc/GMT+12',
    'EST5EDT',
    'CET',
    'GB',
  ])('is kept as it is: %s', (name) => {
    expect(timeZone.parse(name)).toBe(name);
  });

  it.each([
    ['europe/berlin', 'Europe/Berlin'],
    ['AMERICA/NEW_YORK', 'America/New_York'],
    ['america/port-au-prince', 'America/Port-au-Prince'],
    ['utc', 'UTC'],
    ['us/eastern', 'America/New_York'],
  ])('is spelled as the database spells it: %s is %s', (name, spelled) => {
    expect(timeZone.parse(name)).toBe(spelled);
  });

  it.each([
    '+01:00',
    '-03',
    '+0100',
    'GMT+1',
    'Z',
    'IST',
    'BST',
    'ist',
    'SystemV/EST5',
    'Europe/Nowhere',
    ' Europe/Berlin',
    'W. Europe Standard Time',
    '',
  ])('is none that a calendar knows: "%s"', (name) => {
    expect(timeZone.safeParse(name).success).toBe(false);
  });

  it('may be written in any case with thousands of others', () => {
    for (let count = 0; count < 5_000; count += 1) expect(timeZone.safeParse(`Nowhere/N${count}`).success).toBe(false);

    expect(timeZone.parse('europe/berlin')).toBe('Europe/Berlin');
  });
});
