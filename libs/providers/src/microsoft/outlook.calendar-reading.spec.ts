import type { AccessToken, CalendarReadingCapability, CalendarTime, ChangePage, Outbound } from '@patchbay/capabilities';
import { calendarReadingContract, failureOf, type CalendarReadingHarness, type PlacedEvent } from '@patchbay/capabilities/testing';
import { fakePerson } from '../_kit/fake-connection.js';
import { dayOfStart } from './fake/outlook.fake-calendar-api.js';
import { connectToOutlook } from './fake/outlook.fake-connection.js';
import type { EventPlace, OutlookCalendars } from './fake/outlook.fake-calendars.js';
import type { EventFields } from './fake/outlook.fake-events.js';
import type { FakeRecurrence } from './fake/outlook.fake-recurrence.js';
import { graphHttp } from './microsoft.graph-http.js';
import { outlookCalendarReading } from './outlook.calendar-reading.js';

const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };

const placeOf = (calendars: OutlookCalendars, id: string): EventPlace => {
  const found = calendars.ofAccount(fakePerson).flatMap((calendar) => {
    const event = calendar.events.get(id);
    return event === undefined ? [] : [{ calendar, event }];
  });
  if (found[0] === undefined) throw new Error(`there is no event ${id}`);
  return found[0];
};

const timeOf = (time: CalendarTime) =>
  'date' in time ? { dateTime: `${time.date}T00:00:00`, timeZone: 'UTC' } : { dateTime: time.dateTime, timeZone: time.timeZone ?? 'UTC' };

const responses = { accepted: 'accepted', tentative: 'tentativelyAccepted', declined: 'declined', unanswered: 'notResponded' } as const;

const fieldsOf = (event: PlacedEvent): Partial<EventFields> & Pick<EventFields, 'start' | 'end'> => ({
  subject: event.title,
  start: timeOf(event.start),
  end: timeOf(event.end),
  isAllDay: 'date' in event.start,
  showAs: event.isFree === true ? 'free' : 'busy',
  response: event.response === undefined ? 'organizer' : responses[event.response],
  recurrence: event.recurrence === undefined ? null : dailyOf(event),
});

/** The suite's series are daily ones of some days. */
const dailyOf = ({ recurrence, start }: PlacedEvent): FakeRecurrence => {
  const [, count = ''] = /^RRULE:FREQ=DAILY;COUNT=(\d+)$/.exec(recurrence?.[0] ?? '') ?? [];
  const startDate = timeOf(start).dateTime.slice(0, 10);
  return { pattern: { type: 'daily', interval: 1 }, range: { type: 'numbered', startDate, numberOfOccurrences: Number(count) } };
};

const harness = async (): Promise<CalendarReadingHarness> => {
  const connection = await connectToOutlook();
  const { calendars, running } = connection;
  const dayOf = (id: string, start: CalendarTime): string => {
    const { dateTime, timeZone } = timeOf(start);
    return dayOfStart(placeOf(calendars, id).event, dateTime, timeZone);
  };
  return {
    ...connection,
    put: (event, calendarId = connection.calendarId) => {
      const calendar = calendars.find(fakePerson, calendarId);
      if (calendar === null) throw new Error(`there is no calendar ${calendarId}`);
      return calendars.add(calendar, fieldsOf(event)).id;
    },
    change: (id, event) => void calendars.change(placeOf(calendars, id), fieldsOf(event)),
    remove: (id) => calendars.remove(placeOf(calendars, id)),
    moveOccurrence: (id, originalStart, to) => void calendars.except(placeOf(calendars, id), dayOf(id, originalStart), fieldsOf(to)),
    cancelOccurrence: (id, originalStart) => void calendars.except(placeOf(calendars, id), dayOf(id, originalStart), 'deleted'),
    expireCursors: () => running.fake.forgetSyncStates(),
    shortenPages: () => running.fake.limitPages({ pageMax: 2 }),
  };
};

calendarReadingContract(
  'outlook',
  {
    series: 'occurrences',
    isOneResource: false,
    hasPages: true,
    resumesMidway: true,
    readsByVersion: false,
    forgetsCursors: true,
    hasSeveralCalendars: true,
    knowsResponses: true,
    isWritable: true,
  },
  harness,
);

const pagesFrom = async (
  { reading, token }: { readonly reading: CalendarReadingCapability; readonly token: AccessToken },
  start: { readonly calendarId: string; readonly cursor?: string | null },
): Promise<readonly ChangePage[]> => {
  const pages: ChangePage[] = [];
  for await (const page of reading.read(token, { cursor: null, window, known: async () => new Map(), ...start })) pages.push(page);
  return pages;
};

const daily = (title: string, count: number): PlacedEvent => ({
  title,
  start: { dateTime: '2027-03-13T10:00:00', timeZone: 'America/New_York' },
  end: { dateTime: '2027-03-13T10:30:00', timeZone: 'America/New_York' },
  recurrence: [`RRULE:FREQ=DAILY;COUNT=${count}`],
});

const deltaPath = /\/calendarView\/delta$/;

describe('outlook: calendar reading, beyond the contract', () => {
  let connection: Awaited<ReturnType<typeof connectToOutlook>>;
  beforeEach(async () => (connection = await connectToOutlook()));
  afterEach(() => connection.stop());
  const put = (event: PlacedEvent) => {
    const calendar = connection.calendars.find(fakePerson, connection.calendarId);
    if (calendar === null) throw new Error('the calendar is gone');
    return connection.calendars.add(calendar, fieldsOf(event)).id;
  };
  const read = (cursor: string | null = null) => pagesFrom(connection, { calendarId: connection.calendarId, cursor });
  const startsIn = (pages: readonly ChangePage[]) =>
    pages.flatMap(({ changes }) => changes.flatMap((change) => (change.kind === 'present' ? change.events.map(({ start }) => start) : [])));
  const requestsTo = (path: RegExp) => connection.running.requests.filter((request) => path.test(request.path));

  it('lists calendars that others have shared, through all pages, as ones that cannot be written', async () => {
    connection.running.fake.limitPages({ pageMax: 1 });

    const calendars = await connection.reading.listCalendars(connection.token);

    expect(calendars.map(({ name, isPrimary, isWritable }) => [name, isPrimary, isWritable])).toEqual([
      ['Calendar', true, true],
      ['Team', false, false],
      ['Work', false, true],
    ]);
  });

  it('says with every request, also where a link goes on, how ids and times shall be', async () => {
    for (const title of ['A', 'B', 'C']) put({ ...daily(title, 2) });
    connection.running.fake.limitPages({ pageMax: 2 });

    const pages = await read();
    await read(pages.at(-1)?.cursor);

    const preferences = requestsTo(deltaPath).map(({ headers }) => headers['prefer']);
    expect(preferences.length).toBeGreaterThan(3);
    expect(new Set(preferences)).toEqual(
      new Set(['odata.maxpagesize=50, IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"']),
    );
  });

  it('tells a series whole, as one resource: a deleted occurrence leaves no trace in a delta', async () => {
    const id = put(daily('Standup', 3));
    const before = await read();

    connection.calendars.except(placeOf(connection.calendars, id), '2027-03-14', 'deleted');
    const after = await read(before.at(-1)?.cursor);

    expect(after.flatMap(({ changes }) => changes)).toEqual([
      {
        kind: 'present',
        resource: id,
        version: null,
        events: [expect.objectContaining({ title: 'Standup' }), expect.objectContaining({ title: 'Standup' })],
      },
    ]);
    expect(startsIn(after)).toEqual([
      { dateTime: '2027-03-13T15:00:00', timeZone: 'UTC' },
      { dateTime: '2027-03-15T14:00:00', timeZone: 'UTC' },
    ]);
    expect(requestsTo(/\/instances$/)).toEqual([]);
  });

  it('tells that a series is gone whose last occurrence in the window was deleted', async () => {
    const id = put(daily('Standup', 1));
    const before = await read();

    connection.calendars.except(placeOf(connection.calendars, id), '2027-03-13', 'deleted');
    const after = await read(before.at(-1)?.cursor);

    expect(after.flatMap(({ changes }) => changes)).toEqual([{ kind: 'gone', resource: id }]);
  });

  it.each(['in one go', 'by one who is killed after every page'])(
    'loses no occurrence of a series that is spread over pages, read %s',
    async (how) => {
      put(daily('Standup', 7));
      connection.running.fake.limitPages({ pageMax: 3, spreadsSeries: true });
      const pages: ChangePage[] = [];

      if (how === 'in one go') pages.push(...(await read()));
      else {
        let cursor: string | null = null;
        do {
          const [first] = await read(cursor);
          if (first === undefined) break;
          pages.push(first);
          cursor = first.cursor;
        } while (pages.at(-1)?.changes.length !== 0 && pages.length < 10);
      }

      const last = pages.filter(({ changes }) => changes.length > 0).at(-1);
      expect(startsIn(last === undefined ? [] : [last])).toHaveLength(7);
    },
  );

  it('tells when an event leaves the window or comes into it', async () => {
    const dentist = (day: string): PlacedEvent => ({ title: 'Dentist', start: { date: day }, end: { date: `${day.slice(0, -1)}9` } });
    const id = put(dentist('2027-05-01'));
    const first = await read();

    connection.calendars.change(placeOf(connection.calendars, id), fieldsOf(dentist('2029-05-01')));
    const second = await read(first.at(-1)?.cursor);
    connection.calendars.change(placeOf(connection.calendars, id), fieldsOf(dentist('2027-06-01')));
    const third = await read(second.at(-1)?.cursor);

    expect(second.flatMap(({ changes }) => changes)).toEqual([{ kind: 'gone', resource: id }]);
    expect(startsIn(third)).toEqual([{ date: '2027-06-01' }]);
  });

  it('asks for the window that its cursor was begun with when it has to load a series', async () => {
    put(daily('Standup', 7));
    connection.running.fake.limitPages({ pageMax: 3, spreadsSeries: true });
    const { reading, token, calendarId } = connection;
    const [first] = await read();

    const later = { from: new Date('2029-01-01T00:00:00Z'), to: new Date('2030-01-01T00:00:00Z') };
    const rest: ChangePage[] = [];
    for await (const page of reading.read(token, { calendarId, cursor: first?.cursor ?? null, window: later, known: async () => new Map() }))
      rest.push(page);

    expect(startsIn(rest.slice(-1))).toHaveLength(7);
  });

  it.each([
    [503, 'ApplicationThrottled', 'rate_limited'],
    [429, 'MailboxConcurrency', 'rate_limited'],
    [410, 'resyncRequired', 'cursor_expired'],
    [400, 'SyncStateInvalid', 'cursor_expired'],
    [400, 'ErrorInvalidIdMalformed', 'not_found'],
    [403, 'ErrorAccessDenied', 'forbidden'],
  ])('reads a %i with the word %s as %s', async (status, word, code) => {
    const reading = answering(() => Response.json({ error: { code: word, message: 'No.' } }, { status, headers: { 'retry-after': '30' } }));

    expect(await failureOf(pagesFrom(reading, { calendarId: 'c' }))).toMatchObject({ code, reason: word, retryAfterMs: 30_000 });
  });
});

/** A reading that gets answers by hand, by the addresses it asks for. */
const answering = (answer: (url: URL) => Response, baseUrl = 'https://graph.microsoft.com') => {
  const outbound: Outbound = { fetch: () => async (input) => answer(new URL(String(input))) };
  const reading = outlookCalendarReading(graphHttp({ provider: 'outlook', baseUrl, outbound, now: () => new Date() }));
  return { reading, token: { value: 'token', accountId: 'a' } };
};

describe('outlook: links of Graph', () => {
  const time = { dateTime: '2027-03-01T09:00:00.0000000', timeZone: 'UTC' };

  it('are followed at no address but our own', async () => {
    const asked: string[] = [];
    const account = answering((url) => {
      asked.push(`${url.origin}${url.pathname}?${url.searchParams.get('$skiptoken') ?? ''}`);
      if (!url.searchParams.has('$skiptoken'))
        return Response.json({ value: [], '@odata.nextLink': 'https://evil.example/v1.0/steal?$skiptoken=abc' });
      return Response.json({ value: [], '@odata.deltaLink': 'https://evil.example/?$deltatoken=def' });
    }, 'https://proxy.example/graph/');

    await pagesFrom(account, { calendarId: 'c' });

    const delta = 'https://proxy.example/graph/v1.0/me/calendars/c/calendarView/delta';
    expect(asked).toEqual([`${delta}?`, `${delta}?abc`]);
  });

  it('go on behind a page without events', async () => {
    const account = answering((url) =>
      url.searchParams.has('$skiptoken')
        ? Response.json({ value: [{ id: 'e', start: time, end: time }], '@odata.deltaLink': 'https://graph.microsoft.com/v1.0/x?$deltatoken=2' })
        : Response.json({ value: [], '@odata.nextLink': 'https://graph.microsoft.com/v1.0/x?$skiptoken=1' }),
    );

    const pages = await pagesFrom(account, { calendarId: 'c' });

    expect(pages.map(({ changes }) => changes.length)).toEqual([0, 1]);
  });

  it.each([
    { value: [] },
    { value: [], '@odata.deltaLink': 'nonsense' },
    { value: [{ id: 'e' }], '@odata.deltaLink': 'https://g.example/?$deltatoken=1' },
  ])('that are missing or unreadable, like events without a time, are no answer: %j', async (body) => {
    const account = answering(() => Response.json(body));

    expect(await failureOf(pagesFrom(account, { calendarId: 'c' }))).toMatchObject({ code: 'invalid_response', retryable: false });
  });

  it('of a series that went meanwhile lead to nothing, and the series is gone', async () => {
    const account = answering((url) =>
      url.pathname.endsWith('/instances')
        ? Response.json({ error: { code: 'ErrorItemNotFound', message: 'No.' } }, { status: 404 })
        : Response.json({
            value: [{ id: 'o', type: 'occurrence', seriesMasterId: 'm', start: time, end: time }],
            '@odata.deltaLink': 'https://graph.microsoft.com/v1.0/x?$deltatoken=2',
          }),
    );

    expect((await pagesFrom(account, { calendarId: 'c' })).flatMap(({ changes }) => changes)).toEqual([{ kind: 'gone', resource: 'm' }]);
  });
});

describe('outlook: a series of which a page tells only a part', () => {
  const day = (date: string) => ({ dateTime: `${date}T09:00:00.0000000`, timeZone: 'UTC' });
  const occurrence = (date: string) => ({ id: `o-${date}`, type: 'occurrence', seriesMasterId: 'm', start: day(date), end: day(date) });
  const master = { id: 'm', type: 'seriesMaster', subject: 'Standup', start: day('2027-03-01'), end: day('2027-03-01') };
  const whole = [occurrence('2027-03-01'), occurrence('2027-03-02'), occurrence('2027-03-03')];
  const link = (query: string) => `https://graph.microsoft.com/v1.0/x?${query}`;
  const told = async (account: ReturnType<typeof answering>) =>
    (await pagesFrom(account, { calendarId: 'c' })).map(({ changes }) =>
      changes.map((change) => (change.kind === 'present' ? change.events.map(({ id, title }) => `${id} ${title}`) : change.kind)),
    );
  const everything = whole.map(({ id }) => `${id} Standup`);

  it('is loaded whole when another page tells more of it, with its master once more', async () => {
    const account = answering((url) => {
      if (url.pathname.endsWith('/m/instances')) return Response.json({ value: whole });
      if (url.searchParams.has('$skiptoken')) return Response.json({ value: [master, whole[2]], '@odata.deltaLink': link('$deltatoken=2') });
      return Response.json({ value: [master, ...whole.slice(0, 2)], '@odata.nextLink': link('$skiptoken=1') });
    });

    expect(await told(account)).toEqual([[everything.slice(0, 2)], [everything]]);
  });

  it('is loaded with its master where that is on another page: it is the master’s first time that we wrote', async () => {
    const key = '0198f2a4-0000-7000-8000-000000000001';
    const account = answering((url) => {
      if (url.pathname.endsWith('/m/instances')) return Response.json({ value: whole });
      if (url.pathname.endsWith('/events/m')) return Response.json({ ...master, transactionId: `patchbay-${key}` });
      return Response.json({ value: [whole[2]], '@odata.deltaLink': link('$deltatoken=2') });
    });

    const changes = (await pagesFrom(account, { calendarId: 'c' })).flatMap((page) => page.changes);

    expect(changes.flatMap((change) => (change.kind === 'present' ? change.events.map((event) => event.key) : []))).toEqual([key, null, null]);
  });

  it.each([
    ['is loaded whole', whole, [everything]],
    ['is gone when nothing of it is left in the window', [], ['gone']],
  ])('%s when its master comes alone', async (_, instances, expected) => {
    const account = answering((url) =>
      url.pathname.endsWith('/m/instances')
        ? Response.json({ value: instances })
        : Response.json({ value: [master], '@odata.deltaLink': link('$deltatoken=2') }),
    );

    expect(await told(account)).toEqual([expected]);
  });
});
