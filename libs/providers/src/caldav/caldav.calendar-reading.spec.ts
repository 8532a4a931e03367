import { aPlacedEvent, calendarReadingContract } from '@patchbay/capabilities/testing';
import { apple } from './apple.provider.js';
import { caldav } from './caldav.provider.js';
import type { SyncHabit } from './caldav.fake-calendars.js';
import { caldavTraits, connectToCaldavFake } from './caldav.fake-harness.js';
import { aMirror } from './caldav.fake-mirror.js';
import { calendarText } from './caldav.fake-people.js';
import { createAppleFake, createCaldavFake } from './caldav.fake.js';

const begin = (syncHabit: SyncHabit = 'sync') => {
  const fake = createCaldavFake();
  fake.calendars.syncHabit = syncHabit;
  return connectToCaldavFake(caldav, { fake, environment: () => ({}), wrong: {} });
};
const beginApple = () => connectToCaldavFake(apple, { fake: createAppleFake(), environment: (url) => ({ APPLE_API_BASE_URL: url }), wrong: {} });

const anEventOf = (uid: string): readonly string[] => [
  'BEGIN:VEVENT',
  `UID:${uid}`,
  'DTSTAMP:20270101T000000Z',
  'DTSTART:20270301T100000Z',
  'DTEND:20270301T103000Z',
  `SUMMARY:${uid}`,
  'END:VEVENT',
];

calendarReadingContract('caldav', caldavTraits, () => begin());
calendarReadingContract('apple', caldavTraits, beginApple);

describe('a CalDAV server that knows no changes', () => {
  const once = async (syncHabit: SyncHabit) => {
    const harness = await begin(syncHabit);
    const kept = aMirror(harness);
    return { harness, kept, reports: () => harness.running.requests.filter(({ method }) => method === 'REPORT').length };
  };

  it('is asked by one request whether anything is different, and only other files are fetched', async () => {
    const { harness, kept, reports } = await once('ctag');
    try {
      const [a] = [
        await harness.put(aPlacedEvent({ title: 'A' })),
        await harness.put(aPlacedEvent({ title: 'B' })),
        await harness.put(aPlacedEvent({ title: 'C' })),
      ];
      await kept.read();
      const requests = harness.running.requests.length;
      await kept.read();
      expect([harness.running.requests.length - requests, kept.changes]).toEqual([1, []]);

      await harness.change(a, aPlacedEvent({ title: 'A changed' }));
      await expect(kept.read()).rejects.toMatchObject({ code: 'cursor_expired' });
      await kept.readAfresh();
      expect(kept.changes.map(({ kind }) => kind).toSorted()).toEqual(['present', 'unchanged', 'unchanged']);
      // Both from a list: once for three files, once for one.
      expect(reports()).toBe(2);
    } finally {
      await harness.stop();
    }
  });

  it('has no cursor where it has no ctag either', async () => {
    const { harness, kept } = await once('etags');
    try {
      await harness.put(aPlacedEvent());
      await kept.read();

      expect([kept.changes.length, kept.cursor]).toEqual([1, null]);
    } finally {
      await harness.stop();
    }
  });
});

describe('a CalDAV calendar with much in it', () => {
  it('is fetched in pages, and what is told already costs nothing when the reading begins again', async () => {
    const harness = await begin();
    try {
      for (let index = 0; index < 550; index += 1) await harness.putText(`${index}.ics`, calendarText(...anEventOf(`event-${index}`)));
      const kept = aMirror(harness);
      await kept.read();
      expect(kept.pages.map(({ changes, cursor }) => [changes.length, cursor === null])).toEqual([
        [500, true],
        [50, false],
      ]);

      const fetched = harness.running.requests.length;
      await kept.readAfresh();
      expect(kept.changes.filter(({ kind }) => kind !== 'unchanged')).toEqual([]);
      expect(harness.running.requests.slice(fetched).map(({ method }) => method)).toEqual(['PROPFIND', 'REPORT']);
    } finally {
      await harness.stop();
    }
  }, 60_000);
});
