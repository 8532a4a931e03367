import { calendarContract, calendarMeetingsContract, anEvent, identityContract, oauthContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { createFakeLedger } from '../_kit/fake-ledger.js';
import { googleCalendar } from './google.calendar.js';
import { googleFakeClient } from './google.fake-clients.js';
import { createGoogleFake } from './google.fake.js';
import { google } from './google.provider.js';

const credentials = { GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId, GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret };

const connect = async (prefix = '') => {
  const ledger = createFakeLedger();
  const connection = await connectToFake(
    {
      ...google,
      connect: (outbound, baseUrl) => {
        const config = google.config.parse({ ...credentials, GOOGLE_API_BASE_URL: `${baseUrl}${prefix}`, GOOGLE_AUTH_BASE_URL: baseUrl });
        return google.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createGoogleFake({ ledger }),
    'calendar',
  );
  const seen = () =>
    (connection.running.fake.accounts().find(({ email }) => email === fakePerson)?.collections[0]?.items ?? [])
      .filter(({ status }) => status !== 'cancelled')
      .map(({ id, title, starts, notes }) => ({ id, title, startTime: starts ?? '', guests: notes }));
  const putGuestCopy = (key: string) => {
    const { startTime, endTime, title, attendees } = anEvent();
    const event = { summary: title, start: { dateTime: startTime }, end: { dateTime: endTime }, attendees: [...attendees, { email: fakePerson }] };
    connection.running.fake.people.putEvent({
      email: fakePerson,
      calendarId: 'primary',
      id: key.replaceAll('-', ''),
      invitedBy: 'host@example.org',
      event,
    });
  };
  return {
    ...connection,
    putGuestCopy,
    ...connection.capabilities,
    events: connection.capabilities.calendarEvents,
    ledger,
    seen,
    calendarId: 'primary',
    email: fakePerson,
  };
};

calendarContract('google', () => connect());
calendarMeetingsContract('google', () => connect());
identityContract('google', () => connect());
oauthContract('google', () => {
  const outbound = {
    fetch: () => {
      throw new Error('no call is expected');
    },
  };
  const { oauth } = google.connect({ config: google.config.parse(credentials), outbound, userAimedOutbound: outbound, now: () => new Date() });
  return { oauth, types: google.types };
});

describe('google: base URL', () => {
  it.each(['http://127.0.0.1:4400/google', 'http://127.0.0.1:4400/google/'])('may have a path of its own: %s', async (baseUrl) => {
    const urls: string[] = [];
    const outbound = {
      fetch: () => async (input: unknown) => {
        urls.push(String(input));
        return Response.json({ items: [] });
      },
    };

    await googleCalendar({ provider: 'google', baseUrl, outbound, now: () => new Date() }).listCalendars({ value: 'token', accountId: 'a' });

    expect(urls).toEqual(['http://127.0.0.1:4400/google/calendar/v3/users/me/calendarList?maxResults=250&showHidden=true']);
  });
});

describe('google: calendar, beyond the contract', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect('/')));
  afterEach(() => harness.stop());
  const create = (event: ReturnType<typeof anEvent>) => harness.calendar.createEvent(harness.token, 'primary', event);
  const update = (event: ReturnType<typeof anEvent>) => harness.calendar.updateEvent(harness.token, 'primary', event);
  const changes = () => harness.ledger.entries({ kind: 'event.changed' });

  it('mails guests about every change', async () => {
    const event = anEvent();
    await create(event);
    await update({ ...event, title: 'Moved' });
    await harness.calendar.deleteEvent(harness.token, 'primary', event.key);

    const mailed = harness.ledger.entries().filter(({ kind }) => kind.startsWith('event.'));

    expect(mailed.map(({ kind, details }) => [kind, details['send_updates']])).toEqual([
      ['event.created', 'all'],
      ['event.changed', 'all'],
      ['event.deleted', 'all'],
    ]);
  });

  it('writes nothing, and so mails nobody, when the event is as wanted', async () => {
    const event = anEvent();
    await create(event);

    await create(event);
    await update(event);

    expect(changes()).toEqual([]);
  });

  it('adds a link that came later', async () => {
    const event = anEvent({ meetingUrl: undefined, location: 'Room 5' });
    await create(event);

    await update({ ...event, meetingUrl: 'https://meet.example.com/j/2' });

    const { body } = harness.running.requests.findLast(({ method }) => method === 'PATCH') ?? { body: Buffer.alloc(0) };
    expect(JSON.parse(body.toString())).toMatchObject({ description: 'Bring the papers.\n\nJoin: https://meet.example.com/j/2' });
    expect(JSON.parse(body.toString())).not.toHaveProperty('location');
  });

  it('keeps the answers of guests who stay when another one comes', async () => {
    const event = anEvent();
    const { id } = await create(event);
    await answerAsGuest(id);

    await update({ ...event, attendees: [...event.attendees, { email: 'second@example.com' }] });

    expect(changes().at(-1)?.details['attendees']).toEqual([
      expect.objectContaining({ email: 'guest@example.com', responseStatus: 'accepted' }),
      expect.objectContaining({ email: 'second@example.com' }),
    ]);
  });

  it('does not take over an event of another app that chose the same id', async () => {
    const event = anEvent();
    await create(event);
    await patch(event.key.replaceAll('-', ''), { extendedProperties: { private: { patchbay_key: 'of somebody else' } } });

    await expect(create(event)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('takes a 403 that means "not so fast" for a rate limit', async () => {
    harness.situations.failNext({ status: 403, count: 1 });

    await expect(create(anEvent())).rejects.toMatchObject({ code: 'rate_limited', reason: expect.stringContaining('ateLimitExceeded') });
  });

  it('sends no token but in the header', async () => {
    await create(anEvent());

    const elsewhere = harness.running.requests.filter(({ path, query, body }) => `${path} ${query} ${body}`.includes(harness.token.value));

    expect(elsewhere).toEqual([]);
  });

  const patch = (id: string, body: object) =>
    fetchApi(`/calendar/v3/calendars/primary/events/${id}`, { method: 'PATCH', body: JSON.stringify(body) });
  const answerAsGuest = (id: string) => patch(id, { attendees: [{ email: 'guest@example.com', responseStatus: 'accepted' }] });
  const fetchApi = async (path: string, init: { readonly method: string; readonly body: string }) => {
    const { request } = await import('undici');
    const headers = { authorization: `Bearer ${harness.token.value}`, 'content-type': 'application/json' };
    const { body } = await request(`${harness.running.url}${path}`, { method: 'PATCH', headers, body: init.body });
    await body.dump();
  };
});
