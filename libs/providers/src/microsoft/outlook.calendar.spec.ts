import type { Outbound } from '@patchbay/capabilities';
import { anEvent, calendarContract, calendarMeetingsContract } from '@patchbay/capabilities/testing';
import { fakePerson } from '../_kit/fake-connection.js';
import { asText } from './fake/outlook.fake-bodies.js';
import { connectToOutlook } from './fake/outlook.fake-connection.js';
import { wallToMs } from './fake/outlook.fake-time.js';
import { graphHttp } from './microsoft.graph-http.js';
import { outlookCalendar } from './outlook.calendar.js';
import { toOutlookEvent } from './outlook.booking.mapping.js';

const connect = async () => {
  const connection = await connectToOutlook();
  const stored = () =>
    [...(connection.calendars.find(fakePerson, connection.calendarId)?.events.values() ?? [])].filter(({ isRemoved }) => !isRemoved);
  const seen = () =>
    stored().map(({ id, fields }) => ({
      id,
      title: fields.subject,
      startTime: new Date(wallToMs(fields.start.dateTime, fields.start.timeZone)).toISOString(),
      guests: fields.attendees.map(({ emailAddress }) => emailAddress.address),
    }));
  // As if Exchange left nothing out of it: nothing says what it does.
  const putGuestCopy = (key: string) => {
    const mine = connection.calendars.find(fakePerson, connection.calendarId);
    if (mine === null) throw new Error('unreachable: this calendar is there');
    const times = { start: { dateTime: '2027-03-01T09:00:00', timeZone: 'UTC' }, end: { dateTime: '2027-03-01T09:30:00', timeZone: 'UTC' } };
    const { singleValueExtendedProperties = [] } = toOutlookEvent(anEvent({ key })) as {
      singleValueExtendedProperties?: { id: string; value: string }[];
    };
    connection.calendars.add(mine, { subject: 'Consultation', ...times, singleValueExtendedProperties, response: 'accepted' });
  };
  return { ...connection, choosesIds: true, stored, seen, putGuestCopy };
};

calendarContract('outlook', connect);
calendarMeetingsContract('outlook', connect);

describe('outlook: calendar, beyond the contract', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());
  const create = (event: ReturnType<typeof anEvent>) => harness.calendar.createEvent(harness.token, harness.calendarId, event);
  const update = (event: ReturnType<typeof anEvent>) => harness.calendar.updateEvent(harness.token, harness.calendarId, event);
  const sent = (method: string) => harness.running.requests.filter((request) => request.method === method && !request.path.endsWith('/token'));
  const bodyOf = (method: string) => JSON.parse(sent(method).at(-1)?.body.toString() ?? '{}') as Readonly<Record<string, unknown>>;

  it('makes one event when the answer to making it is lost', async () => {
    harness.running.faults.dropAfterExecuting(1, { method: 'POST', path: '/events' });

    const { id } = await create(anEvent());

    expect(harness.seen()).toEqual([expect.objectContaining({ id })]);
    expect(sent('POST')).toHaveLength(2);
  });

  it('makes one event when two make it at the same moment', async () => {
    const event = anEvent();

    const ids = (await Promise.all([create(event), create({ ...event, title: 'Another title' })])).map(({ id }) => id);

    expect([new Set(ids).size, harness.seen().length]).toEqual([1, 1]);
  });

  it('writes nothing, and so mails nobody, when the event is as wanted', async () => {
    const event = anEvent();
    await create(event);

    await create(event);
    await update(event);

    expect(sent('PATCH')).toEqual([]);
  });

  it('adds a link that came later, and invites nobody again', async () => {
    const event = anEvent({ meetingUrl: undefined, location: 'Room 5' });
    await create(event);

    await update({ ...event, meetingUrl: 'https://meet.example.com/j/2' });

    expect(bodyOf('PATCH')).toEqual({ body: { contentType: 'text', content: 'Bring the papers.\n\nJoin: https://meet.example.com/j/2' } });
  });

  it('sends the times alone when the event moves', async () => {
    const event = anEvent();
    await create(event);

    await update({ ...event, startTime: '2027-03-01T10:05:00+01:00' });

    expect(Object.keys(bodyOf('PATCH')).toSorted()).toEqual(['end', 'isAllDay', 'start']);
  });

  const withTeams = async (event: ReturnType<typeof anEvent>) => {
    const { events, token, calendarId } = harness;
    const { id } = await create(event);
    await events.updateEvent(token, calendarId, { id, change: { conference: { kind: 'new' } } });
    const read = () => events.getEvent(token, calendarId, id);
    return { read, teamsUrl: (await read()).joinUrl };
  };
  const textOf = () => asText(harness.stored()[0]?.fields.body ?? { contentType: 'text', content: '' });

  it('writes a link beside a Teams meeting, another in its place, and takes it away again', async () => {
    const event = anEvent({ meetingUrl: undefined });
    const { read, teamsUrl } = await withTeams(event);
    const texts: string[] = [];

    for (const meetingUrl of ['https://meet.example.com/j/1', 'https://meet.example.com/j/2', undefined]) {
      await update({ ...event, meetingUrl });
      texts.push(textOf().split('____')[0] ?? '');
      expect(await read()).toMatchObject({ joinUrl: teamsUrl, description: 'Bring the papers.' });
    }

    expect(texts.map((text) => text.trim())).toEqual([
      'Bring the papers.\n\nJoin: https://meet.example.com/j/1',
      'Bring the papers.\n\nJoin: https://meet.example.com/j/2',
      'Bring the papers.',
    ]);
  });

  it('writes nothing when a Teams meeting is all that the event has beside what is wanted', async () => {
    const event = anEvent({ meetingUrl: undefined });
    await withTeams(event);
    const before = sent('PATCH').length;

    await update(event);

    expect(sent('PATCH')).toHaveLength(before);
  });

  it('leaves the text of an event as it is when nobody finds the invitation to its meeting in there', async () => {
    const event = anEvent({ meetingUrl: undefined });
    const { read, teamsUrl } = await withTeams(event);
    const [stored] = harness.stored();
    if (stored === undefined) throw new Error('expected an event');
    const calendar = harness.calendars.find(fakePerson, harness.calendarId);
    if (calendar === null) throw new Error('expected a calendar');
    harness.calendars.change({ calendar, event: stored }, { body: { contentType: 'html', content: '<html><body>Join in Teams.</body></html>' } });

    await update({ ...event, title: 'Renamed', meetingUrl: 'https://meet.example.com/j/1' });

    expect(await read()).toMatchObject({
      title: 'Renamed',
      joinUrl: teamsUrl,
      description: 'Join in Teams.',
      location: 'https://meet.example.com/j/1',
    });
  });

  it('leaves it to Outlook where an event with a Teams meeting takes place, unless that is known', async () => {
    const event = anEvent({ meetingUrl: undefined });
    const { id } = await create(event);
    const change = { conference: { kind: 'new' }, location: 'Microsoft Teams Meeting' } as const;
    await harness.events.updateEvent(harness.token, harness.calendarId, { id, change });

    await update({ ...event, title: 'Renamed' });

    expect(bodyOf('PATCH')).toEqual({ subject: 'Renamed' });
  });

  it('writes the same moments in UTC where Outlook does not know the time zone', async () => {
    const event = anEvent({ timeZone: 'Europe/Kyiv' });

    await create(event);
    await update({ ...event, startTime: '2027-03-01T10:05:00+01:00' });

    expect(bodyOf('PATCH')).toMatchObject({ start: { dateTime: '2027-03-01T09:05:00', timeZone: 'UTC' } });
    expect(harness.seen()).toEqual([expect.objectContaining({ startTime: '2027-03-01T09:05:00.000Z' })]);
  });

  it('does not take an event for its own that only has the same title', async () => {
    const [event, other] = [anEvent(), anEvent()];
    await create(other);

    await harness.calendar.deleteEvent(harness.token, harness.calendarId, event.key);

    expect(harness.seen()).toHaveLength(1);
  });

  it('sends no token but in the header', async () => {
    await create(anEvent());

    expect(harness.running.requests.filter(({ path, query, body }) => `${path} ${query} ${body}`.includes(harness.token.value))).toEqual([]);
  });
});

describe('outlook: an event that Graph answers as new although it is old', () => {
  it('was deleted when it is not found, and is made under another transaction id', async () => {
    const transactions: unknown[] = [];
    const time = { dateTime: '2027-03-01T09:00:00.0000000', timeZone: 'UTC' };
    const outbound: Outbound = {
      fetch: () => async (_input, init) => {
        if (init?.method !== 'POST') return Response.json({ value: [] });
        transactions.push((JSON.parse(String(init.body)) as { readonly transactionId: string }).transactionId);
        const [id, createdDateTime] = transactions.length === 1 ? ['old', '2026-11-20T09:00:00Z'] : ['new', '2026-11-21T09:00:00Z'];
        return Response.json({ id, createdDateTime, start: time, end: time }, { status: 201 });
      },
    };
    const now = () => new Date('2026-11-21T09:00:00Z');
    const calendar = outlookCalendar(graphHttp({ provider: 'outlook', baseUrl: undefined, outbound, now }), now);
    const event = anEvent();

    const { id } = await calendar.createEvent({ value: 'token', accountId: 'a' }, 'c', event);

    expect([id, transactions]).toEqual(['new', [`patchbay-${event.key}`, `patchbay-${event.key}.${now().getTime()}`]]);
  });
});

describe('outlook: an event whose transaction id Graph has forgotten', () => {
  it('is found by our own mark, and not made again', async () => {
    const asked: string[] = [];
    const event = anEvent({ attendees: [] });
    const known = {
      id: 'known',
      start: { dateTime: '2027-03-01T09:00:00', timeZone: 'UTC' },
      end: { dateTime: '2027-03-01T09:30:00', timeZone: 'UTC' },
    };
    const outbound: Outbound = {
      fetch: () => async (input, init) => {
        asked.push(`${init?.method ?? ''} ${new URL(String(input)).searchParams.get('$filter') ?? ''}`.trim());
        return Response.json(init?.method === 'GET' ? { value: [known] } : known);
      },
    };
    const now = () => new Date();

    const calendar = outlookCalendar(graphHttp({ provider: 'outlook', baseUrl: undefined, outbound, now }), now);
    await calendar.createEvent({ value: 'token', accountId: 'a' }, 'c', event);

    const mark = "ep/id eq 'String {00020329-0000-0000-c000-000000000046} Name patchbay_key'";
    expect(asked).toEqual([`GET singleValueExtendedProperties/any(ep: ${mark} and ep/value eq '${event.key}')`, 'PATCH']);
  });
});

describe('outlook: the time of an event', () => {
  it.each([
    ['2027-03-01T10:00:00+01:00', '2027-03-01T10:00:00', 'Europe/Berlin'],
    ['2027-07-01T08:00:00Z', '2027-07-01T10:00:00', 'Europe/Berlin'],
    // The clocks show half past two twice that night.
    ['2027-10-31T02:30:00+02:00', '2027-10-31T00:30:00', 'UTC'],
    ['2027-10-31T02:30:00+01:00', '2027-10-31T01:30:00', 'UTC'],
  ])('%s is written as %s in %s', (startTime, dateTime, timeZone) => {
    expect(toOutlookEvent(anEvent({ startTime }))['start']).toEqual({ dateTime, timeZone });
  });
});
