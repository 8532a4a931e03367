import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { googleFakeClient } from './google.fake-clients.js';
import { createGoogleFake } from './google.fake.js';
import { google } from './google.provider.js';

const credentials = { GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId, GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret };

const connect = () =>
  connectToFake(
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

const events = '/calendar/v3/calendars/primary/events';
const berlin = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Berlin' });
const series = {
  id: 'standup01',
  summary: 'Standup',
  start: berlin('2027-03-27T10:00:00'),
  end: berlin('2027-03-27T10:15:00'),
  recurrence: ['RRULE:FREQ=DAILY'],
};

describe('series in the Google fake', () => {
  let connection: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (connection = await connect()));
  afterEach(() => connection.stop());

  const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => {
    const { request } = await import('undici');
    const headers = { authorization: `Bearer ${connection.token.value}`, 'content-type': 'application/json' };
    const answer = await request(`${connection.running.url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text === '' ? null : JSON.parse(text) };
  };
  const list = async (query = '') => (await call('GET', `${events}${query}`)).body;

  it('show an occurrence under the id of the series and the time in UTC, on the clock of the zone', async () => {
    await call('POST', events, series);

    const { status, body } = await call('GET', `${events}/standup01_20270329T080000Z`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      recurringEventId: 'standup01',
      originalStartTime: berlin('2027-03-29T10:00:00+02:00'),
      start: berlin('2027-03-29T10:00:00+02:00'),
      end: berlin('2027-03-29T10:15:00+02:00'),
      iCalUID: 'standup01@google.com',
    });
    expect(body).not.toHaveProperty('recurrence');
  });

  it.each(['standup01_20270329T090000Z', 'standup01_20270301T090000Z', 'standup01_20270329', 'other_20270329T080000Z'])(
    'have no occurrence %s',
    async (id) => {
      await call('POST', events, series);

      expect((await call('GET', `${events}/${id}`)).status).toBe(404);
    },
  );

  it('list exceptions beside the series, cancelled ones by little more than their ids', async () => {
    await call('POST', events, series);
    await call('PATCH', `${events}/standup01_20270329T080000Z`, {
      summary: 'Late',
      start: berlin('2027-03-29T15:00:00'),
      end: berlin('2027-03-29T15:15:00'),
    });
    await call('DELETE', `${events}/standup01_20270330T080000Z`);

    const { items } = await list();

    expect(items.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
      ['standup01', 'confirmed'],
      ['standup01_20270329T080000Z', 'confirmed'],
      ['standup01_20270330T080000Z', 'cancelled'],
    ]);
    expect(items[1]).toMatchObject({ start: berlin('2027-03-29T15:00:00+02:00'), originalStartTime: berlin('2027-03-29T10:00:00+02:00') });
    expect(Object.keys(items[2]).sort()).toEqual(['etag', 'id', 'kind', 'originalStartTime', 'recurringEventId', 'status']);
  });

  it('tell of a deleted series alone, and list its exceptions no more', async () => {
    await call('POST', events, series);
    await call('DELETE', `${events}/standup01_20270330T080000Z`);
    const { nextSyncToken } = await list();

    await call('DELETE', `${events}/standup01`);

    const { items } = await list(`?syncToken=${nextSyncToken}`);
    expect(items).toMatchObject([{ id: 'standup01', status: 'cancelled' }]);
    expect((await list()).items).toEqual([]);
  });

  it('are found by anybody who asks for a time before their end', async () => {
    await call('POST', events, series);
    await call('POST', events, { ...series, id: 'ended0001', recurrence: ['RRULE:FREQ=DAILY;UNTIL=20270401T235959Z'] });

    const idsAfter = async (time: string) => (await list(`?timeMin=${time}`)).items.map(({ id }: { id: string }) => id);

    expect(await idsAfter('2027-04-01T00:00:00Z')).toEqual(['standup01', 'ended0001']);
    expect(await idsAfter('2028-04-01T00:00:00Z')).toEqual(['standup01']);
  });
});

describe('lists of the Google fake', () => {
  let connection: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (connection = await connect()));
  afterEach(() => connection.stop());
  const list = async (query: string) => {
    const { request } = await import('undici');
    const answer = await request(`${connection.running.url}${events}?${query}`, { headers: { authorization: `Bearer ${connection.token.value}` } });
    return { status: answer.statusCode, body: JSON.parse(await answer.body.text()) };
  };
  const guests = [{ email: 'host@example.com' }, { email: fakePerson, responseStatus: 'declined' }];
  const put = (summary: string) => {
    const times = { start: { date: '2027-03-01' }, end: { date: '2027-03-02' } };
    const event = { summary, ...times, attendees: guests };
    return connection.running.fake.people.putEvent({ email: fakePerson, calendarId: 'primary', invitedBy: 'host@example.com', event });
  };

  it('hold the fields that were asked for and no others', async () => {
    put('Invitation');

    const { body } = await list('fields=timeZone,items(id,start/date,attendees(self,responseStatus))');

    expect(body).toEqual({
      timeZone: 'Europe/Berlin',
      items: [
        {
          id: expect.any(String),
          start: { date: '2027-03-01' },
          attendees: [{ responseStatus: 'needsAction' }, { self: true, responseStatus: 'declined' }],
        },
      ],
    });
    for (const wrong of ['items(id', 'items)', ',', 'a b', '('])
      expect([wrong, (await list(`fields=${encodeURIComponent(wrong)}`)).status]).toEqual([wrong, 400]);
  });

  it('show the owner alone where there are more guests than were asked for, and who invited them', async () => {
    put('Invitation');

    const [event] = (await list('maxAttendees=1')).body.items;

    expect(event).toMatchObject({ attendeesOmitted: true, attendees: [{ email: fakePerson, self: true }], organizer: { email: 'host@example.com' } });
    expect(event.attendees).toHaveLength(1);
  });

  it('are as short as Google likes, lose nothing between pages, and know a page of their own only', async () => {
    const ids = ['A', 'B', 'C', 'D', 'E'].map(put);
    connection.running.fake.setEventsPerPageMax(2);

    const listed: string[] = [];
    let query = 'maxResults=100';
    for (let page = 0; page < 3; page += 1) {
      const { body } = await list(query);
      listed.push(...body.items.map(({ id }: { id: string }) => id));
      // Deleted behind the reader's back: what follows must not move up.
      if (page === 0) connection.running.fake.people.removeEvent({ email: fakePerson, calendarId: 'primary', id: ids[0] ?? '' });
      query = `maxResults=100&pageToken=${body.nextPageToken}`;
    }

    expect(listed).toEqual(ids);
    expect((await list('pageToken=2')).status).toBe(400);
  });
});

describe('what can happen to calendars in the Google fake', () => {
  const fake = createGoogleFake({ now: () => new Date('2027-03-01T08:00:00Z') });
  const situation = (name: string) => {
    const found = fake.situations?.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`there is no situation ${name}`);
    return { begin: (input: unknown) => found.begin(found.input.parse(input)), accepts: (input: unknown) => found.input.safeParse(input).success };
  };
  const items = () => fake.accounts().find(({ email }) => email === fakePerson)?.collections[0]?.items ?? [];
  beforeEach(() => fake.reset());

  it('is that somebody puts a lunch in, moves it and deletes it', () => {
    situation('put-event').begin({ email: fakePerson });
    expect(items()).toMatchObject([{ title: 'Lunch', starts: '2027-03-01T10:00:00+01:00' }]);

    const [{ id } = { id: '' }] = items();
    situation('put-event').begin({
      email: fakePerson,
      id,
      event: { summary: 'Long lunch', start: { date: '2027-03-02' }, end: { date: '2027-03-03' } },
    });
    expect(items()).toMatchObject([{ id, title: 'Long lunch', starts: '2027-03-02' }]);

    const start = { date: null, dateTime: '2027-03-04T12:00:00+01:00' };
    situation('move-event').begin({ email: fakePerson, id, start, end: { date: null, dateTime: '2027-03-04T13:00:00+01:00' } });
    expect(items()).toMatchObject([{ id, title: 'Long lunch', starts: '2027-03-04T12:00:00+01:00' }]);

    situation('remove-event').begin({ email: fakePerson, id });
    expect(items()).toMatchObject([{ id, status: 'cancelled' }]);
  });

  it.each([
    ['put-event', { email: fakePerson, calendar_id: 'nowhere' }],
    ['put-event', { email: fakePerson, event: { summary: 'No times' } }],
    ['put-event', { email: fakePerson, id: 'unknown' }],
    ['move-event', { email: fakePerson, id: 'unknown', start: { date: '2027-03-02' }, end: { date: '2027-03-03' } }],
    ['remove-event', { email: fakePerson, id: 'unknown' }],
    ['events-per-page', { events: 0 }],
  ])('is not %s with %j', (name, input) => {
    expect(situation(name).accepts(input)).toBe(false);
  });
});
