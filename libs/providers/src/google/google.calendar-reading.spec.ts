import { ProviderError, type CalendarTime, type ChangePage, type ReadingStart } from '@patchbay/capabilities';
import { aPlacedEvent, anEvent, calendarReadingContract, type CalendarReadingHarness, type PlacedEvent } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { occurrenceId } from './fake/google.fake-occurrences.js';
import { googleCalendarReading } from './google.calendar-reading.js';
import { googleFakeClient } from './google.fake-clients.js';
import { createGoogleFake } from './google.fake.js';
import { google } from './google.provider.js';

const credentials = { GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId, GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret };
const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };

const connect = async () => {
  const connection = await connectToFake(
    {
      ...google,
      connect: (outbound, baseUrl) => {
        const config = google.config.parse({ ...credentials, GOOGLE_API_BASE_URL: baseUrl, GOOGLE_AUTH_BASE_URL: baseUrl });
        return google.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createGoogleFake(),
    'calendar',
  );
  const { calendar, calendarReading: reading } = connection.capabilities;
  return { ...connection, calendar, reading, people: connection.running.fake.people };
};

const responseStatuses = { accepted: 'accepted', tentative: 'tentative', declined: 'declined', unanswered: 'needsAction' } as const;

/** An event in Google's fields, as its owner writes it or somebody else who invited them. */
const googleFields = ({ title, start, end, recurrence, isFree, response }: PlacedEvent): Readonly<Record<string, unknown>> => ({
  summary: title,
  start,
  end,
  ...(recurrence === undefined ? {} : { recurrence }),
  ...(isFree === true ? { transparency: 'transparent' } : {}),
  ...(response === undefined
    ? {}
    : {
        attendees: [
          { email: 'host@example.com', responseStatus: 'accepted' },
          { email: fakePerson, responseStatus: responseStatuses[response] },
        ],
      }),
});

/** New York is four hours behind in the tests' summer; days are days. */
const occurrence = (id: string, originalStart: CalendarTime): string =>
  occurrenceId(id, 'date' in originalStart ? originalStart : { ms: Date.parse(`${originalStart.dateTime}-04:00`) });

const harness = async (): Promise<CalendarReadingHarness> => {
  const { people, running, ...connection } = await connect();
  const place = { email: fakePerson, calendarId: 'primary' };
  const [, work] = await connection.reading.listCalendars(connection.token);
  return {
    ...connection,
    calendarId: 'primary',
    otherCalendarId: work?.id ?? '',
    put: (event, calendarId = 'primary') => {
      const invitedBy = event.response === undefined ? undefined : 'host@example.com';
      return people.putEvent({ ...place, calendarId, invitedBy, event: googleFields(event) });
    },
    change: (id, event) => void people.putEvent({ ...place, id, event: googleFields(event) }),
    remove: (id) => people.removeEvent({ ...place, id }),
    moveOccurrence: (id, originalStart, to) => void people.putEvent({ ...place, id: occurrence(id, originalStart), event: googleFields(to) }),
    cancelOccurrence: (id, originalStart) => people.removeEvent({ ...place, id: occurrence(id, originalStart) }),
    expireCursors: () => running.fake.expireSyncTokens(),
    shortenPages: () => running.fake.setEventsPerPageMax(2),
  };
};

calendarReadingContract(
  'google',
  {
    series: 'masters',
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

const pagesOf = async (reading: CalendarReadingHarness['reading'], start: Partial<ReadingStart> = {}): Promise<readonly ChangePage[]> => {
  const pages: ChangePage[] = [];
  const token = { value: 'token', accountId: 'connection-1' };
  for await (const page of reading.read(token, { calendarId: 'primary', cursor: null, window, known: async () => new Map(), ...start }))
    pages.push(page);
  return pages;
};

interface ScriptedAnswer {
  readonly status?: number;
  readonly body?: object;
  /** Why there is no answer. */
  readonly failure?: string;
}

/** A Google that gives these answers, one after the other, and keeps what it was asked. */
const scripted = (answers: readonly ScriptedAnswer[]) => {
  const asked: URLSearchParams[] = [];
  const outbound = {
    fetch: () => async (input: unknown) => {
      asked.push(new URL(String(input)).searchParams);
      const { status = 200, body = {}, failure } = answers[asked.length - 1] ?? { status: 404 };
      if (failure !== undefined) throw new ProviderError('google', 'invalid_response', { reason: failure });
      return Response.json(body, { status });
    },
  };
  return { asked, reading: googleCalendarReading({ provider: 'google', baseUrl: 'https://google.test', outbound, now: () => new Date() }) };
};

const listed = (id: string, more: object = {}) => ({
  id,
  start: { dateTime: '2027-03-01T10:00:00+01:00' },
  end: { dateTime: '2027-03-01T11:00:00+01:00' },
  ...more,
});
const refusal = (status: number, reason: string) => ({ status, body: { error: { code: status, errors: [{ reason }] } } });

describe('google: calendar reading, beyond the contract', () => {
  it('asks for what has changed in the way in which everything was asked for, but for the time', async () => {
    const { asked, reading } = scripted([{ body: { nextSyncToken: 'sync-1' } }, { body: { nextSyncToken: 'sync-2' } }]);
    const [first] = await pagesOf(reading);
    await pagesOf(reading, { cursor: first?.cursor ?? null });

    const [all = {}, changes = {}] = asked.map((query) => Object.fromEntries(query));
    const { timeMin, ...filters } = all as Readonly<Record<string, string>>;
    expect([timeMin, filters['maxAttendees']]).toEqual(['2027-01-01T00:00:00.000Z', '1']);
    expect(changes).toEqual({ ...filters, syncToken: 'sync-1' });
    // Together with a sync token Google refuses them, or it is a promise to miss deletions.
    expect(asked.flatMap((query) => ['timeMax', 'orderBy', 'showDeleted', 'q', 'updatedMin'].filter((name) => query.has(name)))).toEqual([]);
  });

  it('goes on over pages that are empty, in the middle and at the end', async () => {
    const { asked, reading } = scripted([
      { body: { nextPageToken: 'page-2' } },
      { body: { items: [listed('aaaaa')], nextPageToken: 'page-3' } },
      { body: { items: [], nextSyncToken: 'sync-1' } },
    ]);

    const pages = await pagesOf(reading);

    expect(asked.map((query) => query.get('pageToken'))).toEqual([null, 'page-2', 'page-3']);
    expect(pages.map(({ changes }) => changes.length)).toEqual([0, 1, 0]);
    expect(pages.at(-1)?.cursor).toContain('sync-1');
  });

  it('sends the sync token with every page of what has changed, also when it is resumed', async () => {
    const { asked, reading } = scripted([
      { body: { nextSyncToken: 'sync-1' } },
      { body: { nextPageToken: 'page-2' } },
      refusal(404, 'notFound'),
      { body: { nextSyncToken: 'sync-2' } },
    ]);
    const [first] = await pagesOf(reading);
    const pages: ChangePage[] = [];
    const changes = async () => {
      for await (const page of reading.read(
        { value: 'token', accountId: 'c' },
        { calendarId: 'primary', cursor: first?.cursor ?? null, window, known: async () => new Map() },
      ))
        pages.push(page);
    };
    await expect(changes()).rejects.toMatchObject({ code: 'not_found' });
    await pagesOf(reading, { cursor: pages[0]?.cursor ?? null });

    expect(asked.slice(1).map((query) => [query.get('syncToken'), query.get('pageToken')])).toEqual([
      ['sync-1', null],
      ['sync-1', 'page-2'],
      ['sync-1', 'page-2'],
    ]);
  });

  it('keeps the time that the first reading was asked for, whenever it is resumed', async () => {
    const { asked, reading } = scripted([
      { body: { items: [listed('aaaaa')], nextPageToken: 'page-2' } },
      refusal(404, 'notFound'),
      { body: { nextSyncToken: 'sync-1' } },
    ]);
    const pages: ChangePage[] = [];
    const first = reading.read({ value: 'token', accountId: 'c' }, { calendarId: 'primary', cursor: null, window, known: async () => new Map() });
    for await (const page of first) {
      pages.push(page);
      break;
    }
    const later = { from: new Date('2027-02-01T00:00:00Z'), to: window.to };
    await expect(pagesOf(reading, { cursor: pages[0]?.cursor ?? null, window: later })).rejects.toMatchObject({ code: 'not_found' });

    expect(asked.map((query) => [query.get('timeMin'), query.get('pageToken')])).toEqual([
      ['2027-01-01T00:00:00.000Z', null],
      ['2027-01-01T00:00:00.000Z', 'page-2'],
    ]);
  });

  it('begins again next time when Google gives no sync token', async () => {
    const { reading } = scripted([{ body: { items: [listed('aaaaa')] } }]);

    expect((await pagesOf(reading)).map(({ cursor }) => cursor)).toEqual([null]);
  });

  it.each([
    [410, 'fullSyncRequired'],
    [410, 'updatedMinTooLongAgo'],
    [400, 'invalid'],
  ])('takes %i %s for a lost sync token, and for itself where there was none', async (status, reason) => {
    const { reading } = scripted([{ body: { nextSyncToken: 'sync-1' } }, refusal(status, reason), refusal(status, reason)]);
    const [first] = await pagesOf(reading);

    await expect(pagesOf(reading, { cursor: first?.cursor ?? null })).rejects.toMatchObject({ code: 'cursor_expired', retryable: false, reason });
    await expect(pagesOf(reading)).rejects.toMatchObject({ code: status === 410 ? 'not_found' : 'invalid_request' });
  });

  it('does not take the list that never ends for one', async () => {
    const { asked, reading } = scripted(Array.from({ length: 1_000 }, () => ({ body: { nextPageToken: 'again' } })));

    await expect(pagesOf(reading)).rejects.toMatchObject({ code: 'invalid_response', reason: 'endless_list' });
    expect(asked.length).toBeLessThan(1_000);
  });

  it('asks for less at a time where a page is more than it takes', async () => {
    const { asked, reading } = scripted([
      { body: { items: [listed('aaaaa')], nextPageToken: 'page-2' } },
      { failure: 'too_large' },
      { body: { items: [listed('bbbbb')], nextPageToken: 'page-3' } },
      { body: { items: [listed('ccccc')], nextSyncToken: 'sync-1' } },
    ]);

    const pages = await pagesOf(reading);

    expect(pages.flatMap(({ changes }) => changes.map(({ resource }) => resource))).toEqual(['aaaaa', 'bbbbb', 'ccccc']);
    expect(asked.map((query) => [query.get('pageToken'), query.get('maxResults')])).toEqual([
      [null, '2500'],
      ['page-2', '2500'],
      ['page-2', '100'],
      ['page-3', '2500'],
    ]);
  });

  it('tells of an event that is no time, instead of leaving it out', async () => {
    const { reading } = scripted([{ body: { items: [{ id: 'aaaaa', status: 'confirmed' }], nextSyncToken: 'sync-1' } }]);

    const [page] = await pagesOf(reading);

    expect(page?.changes).toMatchObject([{ resource: 'aaaaa', events: [], unreadable: [{ fault: 'unreadable_time' }] }]);
  });
});

describe('google: calendar reading at the fake', () => {
  let connection: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (connection = await connect()));
  afterEach(() => connection.stop());
  const eventsNow = async () => {
    const { reading, token } = connection;
    const events = [];
    for await (const { changes } of reading.read(token, { calendarId: 'primary', cursor: null, window, known: async () => new Map() }))
      for (const change of changes) if (change.kind === 'present') events.push(...change.events);
    return events;
  };
  const put = (event: PlacedEvent, id?: string) =>
    connection.people.putEvent({ email: fakePerson, calendarId: 'primary', id, event: googleFields(event) });

  it('knows 2,600 events once each, page after page', async () => {
    for (let count = 0; count < 2_600; count += 1) put(aPlacedEvent({ title: `Event ${count}` }));

    const events = await eventsNow();

    expect([events.length, new Set(events.map(({ id }) => id)).size]).toEqual([2_600, 2_600]);
    const lists = connection.running.requests.filter(({ path }) => path.endsWith('/events'));
    expect(lists).toHaveLength(2);
  });

  it('leaves out what ended before the time of interest, but no series that goes on', async () => {
    const lastYear = {
      start: { dateTime: '2026-03-02T10:00:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2026-03-02T11:00:00', timeZone: 'Europe/Berlin' },
    };
    put(aPlacedEvent({ title: 'Past', ...lastYear }));
    put(aPlacedEvent({ title: 'Goes on', ...lastYear, recurrence: ['RRULE:FREQ=WEEKLY'] }));
    put(aPlacedEvent({ title: 'Ended', ...lastYear, recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20260601T000000Z'] }));
    put(aPlacedEvent({ title: 'In ten years', start: { date: '2037-03-01' }, end: { date: '2037-03-02' } }));

    expect((await eventsNow()).map(({ title }) => title)).toEqual(['Goes on', 'In ten years']);
  });

  it('does not take exceptions of our event for ours', async () => {
    const event = anEvent({ attendees: [], timeZone: 'Europe/Berlin' });
    const { id } = await connection.calendar.createEvent(connection.token, 'primary', event);
    const written = connection.running.requests.findLast(({ method }) => method === 'POST')?.body.toString() ?? '{}';
    const fields = JSON.parse(written) as Readonly<Record<string, unknown>>;
    connection.people.putEvent({ email: fakePerson, calendarId: 'primary', id, event: { ...fields, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] } });
    const exception = occurrenceId(id, { ms: Date.parse('2027-03-02T09:00:00Z') });
    connection.people.putEvent({ email: fakePerson, calendarId: 'primary', id: exception, event: { ...fields, summary: 'Once' } });

    expect((await eventsNow()).map(({ key, seriesId }) => [key, seriesId])).toEqual([
      [event.key, null],
      [null, id],
    ]);
  });

  it('tells the exceptions of a series as cancelled when its time changes', async () => {
    const series = aPlacedEvent({ title: 'Standup', recurrence: ['RRULE:FREQ=DAILY;COUNT=4'] });
    const id = put(series);
    put(aPlacedEvent({ title: 'Late' }), occurrenceId(id, { ms: Date.parse('2027-03-02T09:00:00Z') }));
    put({ ...series, start: { dateTime: '2027-03-01T09:00:00', timeZone: 'Europe/Berlin' } }, id);

    expect((await eventsNow()).map(({ title, status }) => [title, status])).toEqual([
      ['Standup', 'confirmed'],
      ['', 'cancelled'],
    ]);
  });
});
