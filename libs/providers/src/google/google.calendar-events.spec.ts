import { randomUUID } from 'node:crypto';
import { aDraft, anEvent, calendarEventsContract, calendarSharingContract } from '@patchbay/capabilities/testing';
import { connectToFake, fakePerson } from '../_kit/fake-connection.js';
import { googleFakeClient } from './google.fake-clients.js';
import { createGoogleFake } from './google.fake.js';
import { google } from './google.provider.js';

const credentials = { GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId, GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret };

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
  const { calendarEvents: events, calendarSharing: sharing, calendar } = connection.capabilities;
  const readOnly = (await calendar.listCalendars(connection.token)).find(({ isWritable }) => !isWritable);
  return { ...connection, events, sharing, calendar, calendarId: 'primary', readOnlyCalendarId: readOnly?.id ?? '' };
};

calendarEventsContract(
  'google',
  { reminders: 'several', hasDefaultReminders: true, makesConferences: true, floats: false, hasReadOnlyCalendars: true },
  async () => {
    const connection = await connect();
    const { people } = connection.running.fake;
    return {
      ...connection,
      respond: (id, email, response) => people.answer({ email: fakePerson, calendarId: 'primary', id, guest: email, response }),
    };
  },
);

calendarSharingContract('google', async () => {
  const connection = await connect();
  return {
    ...connection,
    roles: ['free_busy', 'reader', 'writer', 'owner'],
    refusedEmail: 'not-an-address',
    shortenPages: () => connection.running.fake.setEventsPerPageMax(2),
  };
});

describe('google: calendar events, beyond the contract', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());
  const create = (draft: Parameters<typeof aDraft>[0] = {}, key: string = randomUUID()) =>
    harness.events.createEvent(harness.token, 'primary', { key, draft: aDraft(draft) });
  const update = (id: string, change: Partial<ReturnType<typeof aDraft>>) => harness.events.updateEvent(harness.token, 'primary', { id, change });
  const sent = (method: string) => harness.running.requests.filter((request) => request.method === method);

  it('mails guests about every change', async () => {
    const { id } = await create();
    await update(id, { title: 'Moved' });
    await harness.events.deleteEvent(harness.token, 'primary', id);

    const writes = ['POST', 'PATCH', 'DELETE'].flatMap(sent).filter(({ path }) => path.includes('/events'));

    expect(writes.map(({ query }) => query.get('sendUpdates'))).toEqual(['all', 'all', 'all']);
  });

  it('keeps what guests wrote to their answers, and whom they bring', async () => {
    const guest = { email: 'guest@example.com', responseStatus: 'accepted', comment: 'Late', additionalGuests: 1 };
    const times = { start: { date: '2027-03-01' }, end: { date: '2027-03-02' } };
    const { people } = harness.running.fake;
    const id = people.putEvent({ email: fakePerson, calendarId: 'primary', event: { summary: 'Party', ...times, attendees: [guest] } });

    await update(id, { attendees: [...aDraft().attendees, { email: 'second@example.com', name: null, isOptional: false }] });

    const { attendees } = JSON.parse(sent('PATCH').at(-1)?.body.toString() ?? '{}') as { readonly attendees: readonly object[] };
    expect(attendees).toEqual([
      { ...guest, displayName: 'Gus Guest', optional: false },
      { email: 'second@example.com', optional: false },
    ]);
  });

  it('takes no event for its own that another app wrote, or one that was deleted since', async () => {
    const key = randomUUID();
    const { id } = await create({}, key);
    await harness.events.deleteEvent(harness.token, 'primary', id);
    await harness.calendar.createEvent(harness.token, 'primary', anEvent({ key: bookingKey }));

    await expect(create({}, key)).rejects.toMatchObject({ code: 'conflict' });
    await expect(create({}, bookingKey)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('takes in what a guest answered while it wrote', async () => {
    const { id } = await create();
    const { people } = harness.running.fake;
    let answers = 1;
    harness.running.fake.handle = ((handle) => (request) => {
      if (request.method === 'PATCH' && answers-- > 0)
        people.answer({ email: fakePerson, calendarId: 'primary', id, guest: 'guest@example.com', response: 'accepted' });
      return handle(request);
    })(harness.running.fake.handle);

    const { attendees } = await update(id, { attendees: [...aDraft().attendees, { email: 'second@example.com', name: null, isOptional: false }] });

    expect(attendees.map(({ response }) => response)).toEqual(['accepted', 'unanswered']);
  });

  it('reads no more pages in search of a guest than somebody waits for, and says how to go on', async () => {
    const attendees = [{ email: 'notwanted@example.com', name: null, isOptional: false }];
    for (let day = 1; day <= 8; day += 1)
      await create({ start: { date: `2027-03-0${day}` }, end: { date: `2027-03-0${day + 1}` }, attendees, title: 'wanted@example.com' });
    const march = { from: new Date('2027-03-01T00:00:00Z'), to: new Date('2027-04-01T00:00:00Z') };

    const page = await harness.events.listEvents(harness.token, 'primary', {
      ...march,
      text: null,
      attendee: 'wanted@example.com',
      cursor: null,
      limit: 1,
    });

    expect(page.events).toEqual([]);
    expect(page.cursor).not.toBeNull();
  });

  it('sends no token but in the header', async () => {
    await create();

    const elsewhere = harness.running.requests.filter(({ path, query, body }) => `${path} ${query} ${body}`.includes(harness.token.value));

    expect(elsewhere).toEqual([]);
  });
});

const bookingKey = '0198f2a4-0000-7000-8000-00000000000f';
