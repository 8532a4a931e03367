import { tokenOfCredentials, type ChangePage, type Outbound, type ResourceChange } from '@patchbay/capabilities';
import {
  aPlacedEvent,
  calendarReadingContract,
  failureOf,
  longestTurnOf,
  type CalendarReadingHarness,
  type ReadingTraits,
} from '@patchbay/capabilities/testing';
import { startFake } from '../_kit/fake-server.js';
import { createOutbound } from '../_kit/outbound.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { undiciTransport } from '../_kit/transport.js';
import { createIcsFake, type IcsFakeOptions } from './ics.fake.js';
import { ics } from './ics.provider.js';

const email = 'olivia.organiser@example.com';
const calendarId = 'feed';

/** A feed at a running server, and a person who changes the calendar behind it. */
const start = async (options: IcsFakeOptions = {}) => {
  const fake = createIcsFake(options);
  const running = await startFake(fake);
  const transport = undiciTransport();
  const clock = { now: () => new Date(), sleep: async () => {} };
  const outbound = createOutbound({ provider: 'ics', limits: ics.limits, transport, limiter: inProcessRateLimiter(), clock });
  const { calendarReading: reading } = ics.connect({ config: {}, outbound, userAimedOutbound: outbound, now: clock.now });
  const { failNext, dropAfterExecuting, cutAnswers, down, up } = running.faults;
  const feed = fake.feedOf(email);
  let made = 0;
  const harness: CalendarReadingHarness = {
    reading,
    token: tokenOfCredentials(fake.credentialsOf(email, running.url), 'connection-1'),
    calendarId,
    otherCalendarId: calendarId,
    calendar: null,
    situations: { revokeGrant: () => fake.revokeGrant(email), failNext, dropAfterExecuting, cutAnswers, down, up },
    put: (event) => {
      made += 1;
      feed.put(`${made}@example.com`, event);
      return `${made}@example.com`;
    },
    change: (id, event) => feed.put(id, event),
    remove: (id) => feed.remove(id),
    moveOccurrence: (id, originalStart, to) => feed.moveOccurrence(id, originalStart, to),
    cancelOccurrence: (id, originalStart) => feed.cancelOccurrence(id, originalStart),
    expireCursors: () => undefined,
    shortenPages: () => undefined,
    stop: async () => {
      await running.stop();
      await transport.close();
    },
  };
  return { ...harness, running, feed };
};

const traits: ReadingTraits = {
  series: 'masters',
  isOneResource: false,
  // More than a test puts into a calendar.
  hasPages: false,
  resumesMidway: false,
  readsByVersion: true,
  forgetsCursors: false,
  hasSeveralCalendars: false,
  knowsResponses: false,
  isWritable: false,
  // As at Google: whoever does not know the secret any more finds nothing.
  revokedAs: 'not_found',
};

calendarReadingContract('ics', traits, () => start());
describe('without ETag and Last-Modified', () => calendarReadingContract('ics', traits, () => start({ validators: [] })));

describe('a feed that is read again', () => {
  let harness: Awaited<ReturnType<typeof start>>;
  afterEach(() => harness.stop());
  const read = async (cursor: string | null, known: ReadonlyMap<string, string> = new Map()): Promise<readonly ChangePage[]> => {
    const pages: ChangePage[] = [];
    const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };
    for await (const page of harness.reading.read(harness.token, { calendarId, cursor, window, known: async () => known })) pages.push(page);
    return pages;
  };
  const lastAnswer = () => harness.running.exchanges.at(-1);

  it('is not sent again while it is the same', async () => {
    harness = await start();
    await harness.put(aPlacedEvent());
    const [first] = await read(null);

    const again = await read(first?.cursor ?? null);

    expect([again, lastAnswer()?.response?.status]).toEqual([[{ changes: [], cursor: first?.cursor }], 304]);
  });

  it('is asked for by its ETag alone where it has one', async () => {
    harness = await start();
    const [first] = await read(null);
    await read(first?.cursor ?? null);

    const { 'if-none-match': etag, 'if-modified-since': since } = lastAnswer()?.request.headers ?? {};
    expect([etag, since]).toEqual([harness.feed.etag(), undefined]);
  });

  it('is asked for by its date where it has nothing else, but not by one that more changes could share', async () => {
    let at = Date.parse('2026-01-01T00:00:00Z');
    harness = await start({ validators: ['last-modified'], now: () => new Date(at) });
    await harness.put(aPlacedEvent());
    const [old] = await read(null);
    await read(old?.cursor ?? null);
    expect(lastAnswer()?.request.headers['if-modified-since']).toBe('Thu, 01 Jan 2026 00:00:00 GMT');

    // The fake's server tells the machine's time as the time of its answer.
    at = Date.now();
    await harness.put(aPlacedEvent({ title: 'Just now' }));
    const [young] = await read(null);
    await read(young?.cursor ?? null);
    expect(lastAnswer()?.request.headers['if-modified-since']).toBeUndefined();
  });

  it('tells nothing when only the time of the answer has changed in it', async () => {
    let at = Date.parse('2027-01-01T00:00:00Z');
    harness = await start({ validators: [], now: () => new Date((at += 60_000)) });
    await harness.put(aPlacedEvent());
    const [first] = await read(null);

    const [second] = await read(first?.cursor ?? null);

    expect([second?.changes, lastAnswer()?.response?.status]).toEqual([[], 200]);
  });

  it('at a new address is read whole, and what it has in common with the old one stays', async () => {
    harness = await start();
    for (const title of ['A', 'B']) await harness.put(aPlacedEvent({ title }));
    const [first] = await read(null);
    const versions = new Map(first?.changes.flatMap((change) => (change.kind === 'present' ? [[change.resource, change.version ?? '']] : [])));
    harness.running.fake.revokeGrant(email);
    harness = { ...harness, token: tokenOfCredentials(harness.running.fake.credentialsOf(email, harness.running.url), 'connection-1') };

    const [second] = await read(first?.cursor ?? null, versions);

    expect(lastAnswer()?.request.headers['if-none-match']).toBeUndefined();
    expect(second?.changes).toEqual([]);
  });

  it.each([
    ['with validators', undefined],
    ['without', []],
  ] as const)('by another reader of calendar texts is read whole, though it is the same, %s', async (_what, validators) => {
    harness = await start(validators === undefined ? {} : { validators });
    await harness.put(aPlacedEvent());
    const [first] = await read(null);
    const older = JSON.stringify({ ...(JSON.parse(first?.cursor ?? '') as object), parser: 0 });

    const [again] = await read(older);

    expect(again?.changes).toMatchObject([{ kind: 'present' }]);
    expect(again?.cursor).toBe(first?.cursor);
  });

  it('is told in pages when it is large, and begins again after a page that is not the last', async () => {
    harness = await start();
    for (let index = 0; index < 1_100; index += 1) await harness.put(aPlacedEvent({ title: `Event ${index}` }));

    const pages = await read(null);

    expect(pages.map(({ changes, cursor }) => [changes.length, typeof cursor])).toEqual([
      [500, 'object'],
      [500, 'object'],
      [100, 'string'],
    ]);
    expect(new Set(pages.flatMap(({ changes }) => changes.map(({ resource }) => resource))).size).toBe(1_100);
    expect(pages.at(-1)?.cursor?.length).toBeLessThan(1_100 * 13 + 500);
  });
});

describe.each([
  ['with ETag and Last-Modified', undefined],
  ['without either', []],
] as const)('a large feed of which only the first page of changes was stored, %s', (_what, validators) => {
  let harness: Awaited<ReturnType<typeof start>>;
  let stored: Map<string, Extract<ResourceChange, { readonly kind: 'present' }>>;
  let cursor: string | null;
  beforeEach(async () => {
    harness = await start(validators === undefined ? {} : { validators });
    [stored, cursor] = [new Map(), null];
  });
  afterEach(() => harness.stop());
  const many = Array.from({ length: 600 }, (_, index) => `Event ${index}`);
  const put = (...titles: readonly string[]) => titles.forEach((title) => harness.feed.put(`${title}@example.com`, aPlacedEvent({ title })));
  const remove = (...titles: readonly string[]) => titles.forEach((title) => harness.feed.remove(`${title}@example.com`));
  const titles = () => new Set([...stored.values()].flatMap(({ events }) => events.map(({ title }) => title)));
  /** As a service does that ends after some pages. */
  const read = async (pagesMax = Number.POSITIVE_INFINITY): Promise<void> => {
    const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };
    const known = async () => new Map([...stored].map(([resource, { version }]) => [resource, version ?? '']));
    let pages = 0;
    for await (const page of harness.reading.read(harness.token, { calendarId, cursor, window, known })) {
      for (const change of page.changes) {
        if (change.kind === 'present') stored.set(change.resource, change);
        if (change.kind === 'gone') stored.delete(change.resource);
      }
      cursor = page.cursor;
      if (++pages >= pagesMax) return;
    }
  };

  it('brings back what was missing for a moment, though the feed is as it was before', async () => {
    put(...many);
    await read();
    remove(...many);
    await read(1);
    expect(titles().size).toBe(100);
    put(...many);

    await read();

    expect(titles()).toEqual(new Set(many));
  });

  it.each([
    ['and the feed is as it was before', []],
    ['and something else is new', ['New']],
  ])('lets go of what was new on that page when it has left the feed, %s', async (_how, others) => {
    put('Stays');
    await read();
    put(...many);
    await read(1);
    expect(titles().size).toBe(500);
    remove(...many);
    put(...others);

    await read();

    expect(titles()).toEqual(new Set(['Stays', ...others]));
  });
});

describe('what a server sends in the place of a feed', () => {
  const event = (lines: readonly string[]) => ['BEGIN:VEVENT', 'DTSTAMP:20270101T000000Z', ...lines, 'END:VEVENT'];
  const feedOf = (...events: readonly (readonly string[])[]) =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//a//b//EN', ...events.flatMap(event), 'END:VCALENDAR', ''].join('\r\n');
  const dentist = ['UID:1', 'SUMMARY:Dentist', 'DTSTART:20270301T090000Z', 'DTEND:20270301T100000Z'];
  const readBody = async (body: string) => {
    const outbound: Outbound = { fetch: () => () => Promise.resolve(new Response(body)) };
    const { calendarReading } = ics.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date() });
    const token = tokenOfCredentials({ url: 'https://calendar.example.com/a.ics' }, 'connection-1');
    const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };
    const events = [];
    for await (const { changes } of calendarReading.read(token, { calendarId, cursor: null, window, known: async () => new Map() }))
      for (const change of changes) if (change.kind === 'present') events.push(...change.events);
    return events;
  };

  it.each([
    ['a page', '<!doctype html><title>Sign in</title>', 'not_a_calendar'],
    ['nothing', '', 'not_a_calendar'],
    ['the first half of it', feedOf(dentist, dentist).slice(0, 200), 'incomplete'],
    ['more than anybody has', `${feedOf(dentist)}${' '.repeat(8 * 1024 * 1024)}`, 'too_large'],
    ['more parts than anybody has', `BEGIN:VCALENDAR\r\n${'BEGIN:VEVENT\r\n'.repeat(60_000)}END:VCALENDAR\r\n`, 'too_large'],
    ['events of which none can be read', feedOf(['UID:1', 'SUMMARY:When?']), 'unreadable'],
  ])('is not taken for an empty calendar: %s', async (_what, body, reason) => {
    expect(await failureOf(readBody(body))).toMatchObject({ code: 'invalid_response', reason, retryable: false });
  });

  it.each([
    ['a line with a million parameters', `SUMMARY${';A=b'.repeat(1_000_000)}:Lunch`],
    ['half a million dates in a line', `EXDATE:${'20270301T090000Z,'.repeat(450_000)}20270301T090000Z`],
  ])('takes no longer than it is long: %s', async (_what, line) => {
    const begun = performance.now();

    const events = await readBody(feedOf([...dentist.slice(0, 1), ...dentist.slice(2), line]));

    expect(events).toHaveLength(1);
    // It has taken minutes.
    expect(performance.now() - begun).toBeLessThan(18_000);
  });

  it('leaves the process to others in between, however much there is to read', async () => {
    const many = Array.from({ length: 15_000 }, (_, index) => [`UID:${index}`, ...dentist.slice(1), 'RRULE:FREQ=WEEKLY;COUNT=3']);

    const { result: events, longestMs, totalMs } = await longestTurnOf(() => readBody(feedOf(...many)));

    expect(events).toHaveLength(15_000);
    // However quick the machine is: far from all of it at once.
    expect(longestMs).toBeLessThan(totalMs / 3);
  });

  it('gives one UID to two events: their owner is busy in both', async () => {
    const events = await readBody(feedOf(dentist, ['UID:1', 'SUMMARY:Lunch', 'DTSTART:20270302T120000Z', 'DTEND:20270302T130000Z']));

    expect(events.map(({ title }) => title)).toEqual(['Dentist', 'Lunch']);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });
});
