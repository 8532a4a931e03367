import { calendarParserVersion } from '@patchbay/icalendar';
import { isAsRead, readingVersion } from './caldav.reading-version.js';

const file = { href: '/a.ics', path: '/a.ics', version: 'etag' };
const addresses = (...found: readonly string[]) => {
  const asked: true[] = [];
  const ownAddresses = async () => {
    asked.push(true);
    return found;
  };
  return { asked, ownAddresses };
};
const version = (invited: readonly string[] | null): string => readingVersion('etag', invited) ?? '';

describe('a file that has not changed on its server', () => {
  it('is not fetched again, and whose it is need not be known where nobody is invited', async () => {
    const { asked, ownAddresses } = addresses('ada@example.com');

    expect(await isAsRead(file, version(null), ownAddresses)).toBe(true);
    expect(asked).toEqual([]);
  });

  it.each([
    [['ada@example.com', 'ada@example.org'], ['Ada@example.org', 'ada@example.com'], true],
    [['ada@example.com'], ['ada@example.com', 'ada@example.org'], false],
    [['ada@example.com'], [], false],
    [[], [], true],
  ])('is fetched again when its owner is invited by other addresses: %j, then %j', async (before, now, isSame) => {
    expect(await isAsRead(file, version(before), addresses(...now).ownAddresses)).toBe(isSame);
  });

  it.each([null, ['ada@example.com']])('is fetched again by another reader of calendar texts (%j)', async (invited) => {
    const older = version(invited).replace(`etag ${calendarParserVersion}`, `etag ${calendarParserVersion - 1}`);

    expect(await isAsRead(file, older, addresses('ada@example.com').ownAddresses)).toBe(false);
  });

  it('is fetched again where there is no telling', async () => {
    const { ownAddresses } = addresses();

    expect(await isAsRead({ ...file, version: null }, version(null), ownAddresses)).toBe(false);
    expect(await isAsRead(file, undefined, ownAddresses)).toBe(false);
    expect(await isAsRead({ ...file, version: 'other' }, version(null), ownAddresses)).toBe(false);
  });
});
