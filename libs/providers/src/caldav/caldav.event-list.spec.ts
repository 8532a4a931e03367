import type { EventQuery } from '@patchbay/capabilities';
import { openEventFile } from './caldav.event-file.js';
import { listEvents } from './caldav.event-list.js';
import type { EventStore } from './caldav.event-store.js';
import { calendarText } from './caldav.fake-people.js';
import type { StoredFile } from './caldav.stored-files.js';

const storedFile = async (uid: string, ...lines: readonly string[]): Promise<StoredFile> => ({
  url: `https://dav.example.com/work/${uid}.ics`,
  etag: null,
  file: await openEventFile(calendarText('BEGIN:VEVENT', `UID:${uid}`, 'DURATION:PT30M', ...lines, 'END:VEVENT')),
});
const series = (uid: string, rule: string, start = '20270101T100000Z'): Promise<StoredFile> => storedFile(uid, `DTSTART:${start}`, `RRULE:${rule}`);
const times = <Part>(count: number, part: (index: number) => Promise<Part>): Promise<readonly Part[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => part(index)));

const storeOf = (files: readonly StoredFile[]): EventStore => {
  const never = () => Promise.reject(new Error('is not asked for here'));
  return {
    provider: 'caldav',
    now: () => new Date(),
    async *between() {
      yield* files;
    },
    timeZone: async () => 'Europe/Berlin',
    find: never,
    add: never,
    replace: never,
    remove: never,
    removeNamed: never,
    ownAddress: never,
    ownersAddresses: never,
  };
};
const longest = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-02-05T00:00:00Z'), text: null, attendee: null, cursor: null, limit: 50 };

/** Every page until the last. */
const pagesOf = async (store: EventStore, query: EventQuery) => {
  const pages = [await listEvents(store, query)];
  for (let cursor = pages[0]?.cursor ?? null; cursor !== null; cursor = pages.at(-1)?.cursor ?? null)
    pages.push(await listEvents(store, { ...query, cursor }));
  return pages.map(({ events }) => events);
};

describe('a list of events', () => {
  it('has each of them once, in their order, however the pages fall and whatever begins at the same time', async () => {
    const together = await times(7, (index) => series(`same-${index}`, 'FREQ=DAILY;COUNT=3'));
    const others = [await series('day', 'FREQ=DAILY;COUNT=3', '20270101T230000'), await storedFile('one', 'DTSTART;VALUE=DATE:20270102')];
    const store = storeOf([...others, ...together.toReversed()]);

    const whole = await listEvents(store, { ...longest, limit: 100 });
    expect(whole.cursor).toBeNull();
    expect(whole.events.slice(6, 9).map(({ id }) => id)).toEqual(['same-6#20270101T100000Z', 'day#20270101T230000', 'one']);
    expect(whole.events).toHaveLength(7 * 3 + 3 + 1);
    for (const limit of [1, 2, 5, 24, 25]) expect((await pagesOf(store, { ...longest, limit })).flat()).toEqual(whole.events);
  });

  it('looks at nothing of an event that is not on the page but when it takes place', async () => {
    const read: string[] = [];
    const watched = async (uid: string, start: string): Promise<StoredFile> => {
      const { url, etag, file } = await series(uid, 'FREQ=DAILY', start);
      const { master } = file;
      if (master === null) throw new Error('expected a series');
      const { lines, ...component } = master.component;
      const told = {
        ...component,
        get lines() {
          read.push(uid);
          return lines;
        },
      };
      return { url, etag, file: { ...file, master: { ...master, component: told } } };
    };
    const later = await times(20, (index) => watched(`later-${index}`, '20270101T120000Z'));
    const { events } = await listEvents(storeOf([...later, await watched('first', '20270101T100000Z')]), { ...longest, limit: 1 });

    expect(events.map(({ id }) => id)).toEqual(['first#20270101T100000Z']);
    expect([...new Set(read)]).toEqual(['first']);
  });

  it('is refused when it would be of more times than anybody can go through', async () => {
    const hourly = await series('hourly', 'FREQ=HOURLY');
    let looked = 0;
    const endless: EventStore = {
      ...storeOf([]),
      async *between() {
        for (; looked < 1_000; looked += 1) yield { ...hourly, url: `${hourly.url}${looked}` };
      },
    };

    await expect(listEvents(endless, longest)).rejects.toMatchObject({ code: 'invalid_response', reason: 'too_large' });
    expect(looked).toBeLessThan(50);
    // Hundreds of thousands of times are a second's work, and more where several suites run at once.
  }, 60_000);

  it('has shorter pages where events are whole documents', async () => {
    const document = 'x'.repeat(2 ** 20 - 1_000);
    const store = storeOf([await storedFile('long', 'DTSTART:20270101T100000Z', 'RRULE:FREQ=HOURLY;COUNT=10', `DESCRIPTION:${document}`)]);

    const pages = await pagesOf(store, longest);

    expect(pages.map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(10);
  });
});
