import { connectToFake, createMicrosoftFake, fakePerson, microsoftFakeClient } from '@patchbay/providers/testing';
import { randomUUID } from 'node:crypto';
import { manifestOf } from './manifest.js';
import { expectRefusal, sender, takeExchanges, type Recording } from './scenario.js';

const outlook = manifestOf('outlook');

const connect = () =>
  connectToFake(
    {
      ...outlook,
      connect: (outbound, baseUrl) => {
        const config = outlook.config.parse({
          OUTLOOK_CLIENT_ID: microsoftFakeClient.clientId,
          OUTLOOK_CLIENT_SECRET: microsoftFakeClient.clientSecret,
          OUTLOOK_API_BASE_URL: baseUrl,
          OUTLOOK_AUTH_BASE_URL: baseUrl,
        });
        return outlook.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createMicrosoftFake(),
    'calendar',
  );

type Connection = Awaited<ReturnType<typeof connect>>;

const daily = (subject: string, count: number) => ({
  subject,
  body: { contentType: 'html' as const, content: '<p>Bring the papers.</p>' },
  start: { dateTime: '2027-03-01T10:00:00', timeZone: 'W. Europe Standard Time' },
  end: { dateTime: '2027-03-01T10:30:00', timeZone: 'Europe/Berlin' },
  attendees: [{ emailAddress: { address: 'guest@example.com', name: 'Gus Guest' }, type: 'required' }],
  location: { displayName: 'Room 5' },
  recurrence: {
    pattern: { type: 'daily' as const, interval: 1 },
    range: { type: 'numbered' as const, startDate: '2027-03-01', numberOfOccurrences: count },
  },
});

const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };

/** Reads from a cursor to the end, and says where to go on. */
const readAll = async (
  { capabilities: { calendarReading }, token }: Connection,
  calendarId: string,
  cursor: string | null,
): Promise<string | null> => {
  let place = cursor;
  for await (const page of calendarReading.read(token, { calendarId, cursor, window, known: async () => new Map() })) place = page.cursor;
  return place;
};

const readCalendars = async (connection: Connection): Promise<void> => {
  const { capabilities, token, running } = connection;
  const { calendars } = running.fake;
  const [primary] = await capabilities.calendarReading.listCalendars(token);
  const calendar = calendars.find(fakePerson, primary?.id ?? '');
  if (calendar === null) throw new Error('The scenario found no calendar.');
  const { recurrence: _, ...single } = daily('Dentist', 1);
  calendars.add(calendar, {
    ...single,
    isAllDay: true,
    start: { dateTime: '2027-03-28T00:00:00', timeZone: 'UTC' },
    end: { dateTime: '2027-03-29T00:00:00', timeZone: 'UTC' },
  });
  const event = calendars.add(calendar, { ...single, showAs: 'tentative', response: 'notResponded' });
  const series = calendars.add(calendar, daily('Standup', 9));
  running.fake.limitPages({ pageMax: 4, spreadsSeries: true });
  const cursor = await readAll(connection, calendar.id, null);
  calendars.remove({ calendar, event });
  calendars.except({ calendar, event: series }, '2027-03-02', { subject: 'Standup, late' });
  await readAll(connection, calendar.id, cursor);
  running.fake.forgetSyncStates();
  await expectRefusal('cursor_expired', () => readAll(connection, calendar.id, cursor));
  await expectRefusal('not_found', () => readAll(connection, 'no-such-calendar', null));
};

const anEvent = () => ({
  key: randomUUID(),
  title: 'Consultation',
  description: 'Bring the papers.',
  startTime: '2027-03-01T10:00:00+01:00',
  endTime: '2027-03-01T10:30:00+01:00',
  timeZone: 'Europe/Berlin',
  attendees: [{ email: 'guest@example.com', name: 'Gus Guest' }, { email: 'second@example.com' }],
  meetingUrl: 'https://meet.example.com/j/1',
});

const writeEvents = async ({ capabilities: { calendar }, token, running }: Connection): Promise<void> => {
  const [primary] = await calendar.listCalendars(token);
  const calendarId = primary?.id ?? '';
  const event = anEvent();
  running.faults.dropAfterExecuting(1, { method: 'POST', path: '/events' });
  await calendar.createEvent(token, calendarId, event);
  await calendar.createEvent(token, calendarId, { ...event, title: 'Adopted' });
  await calendar.updateEvent(token, calendarId, { ...event, attendees: [], location: 'Room 5', endTime: '2027-03-01T11:00:00+01:00' });
  await calendar.deleteEvent(token, calendarId, event.key);
  await expectRefusal('not_found', () => calendar.updateEvent(token, calendarId, event));
  await calendar.createEvent(token, calendarId, event);
};

/** Everything the adapters that Outlook, Teams, OneDrive and sign-in share do, then what the fake answers beyond that. */
export const microsoftScenario = async (): Promise<Recording> => {
  const connection = await connect();
  const { capabilities, token, running, stop } = connection;
  const take = takeExchanges(running.exchanges);
  try {
    await capabilities.identity.getAccount(token);
    await writeEvents(connection);
    await readCalendars(connection);
    const send = sender(running.url, token.value);
    const meant = take();
    await send('GET', '/v1.0/me');
    await send('GET', '/v1.0/me/');
    await send('GET', '/v1.0/me?$select=shoeSize');
    await writeByHand(send);
    const byHand = take();
    running.faults.failNext({ status: 429, count: 1, retryAfter: 1 });
    await capabilities.identity.getAccount(token);
    running.faults.failNext({ status: 503, count: 1 });
    await capabilities.identity.getAccount(token);
    running.fake.expireTokens();
    await expectRefusal('unauthorized', () => capabilities.identity.getAccount(token));
    return { provider: 'microsoft', byAdapters: [...meant, ...take()], byHand };
  } finally {
    await stop();
  }
};

/** What other apps do in Outlook, some of it wrong on purpose. */
const writeByHand = async (send: ReturnType<typeof sender>): Promise<void> => {
  const { body: list } = await send('GET', '/v1.0/me/calendars?$top=2');
  const { value } = list as { readonly value: readonly { readonly id: string; readonly isDefaultCalendar: boolean }[] };
  const calendar = `/v1.0/me/calendars/${value.find(({ isDefaultCalendar }) => isDefaultCalendar)?.id ?? ''}`;
  await send('GET', calendar);
  const { body: created } = await send('POST', `${calendar}/events`, daily('Made by hand', 3));
  const event = `/v1.0/me/events/${(created as { readonly id: string }).id}`;
  await send('POST', `${calendar}/events`, { subject: 'No times' });
  await send('GET', event);
  await send('PATCH', event, { subject: 'Changed by hand' });
  const { body: instances } = await send('GET', `${event}/instances?startDateTime=2027-01-01T00:00:00Z&endDateTime=2028-01-01T00:00:00Z`);
  const [first, second] = (instances as { readonly value: readonly { readonly id: string }[] }).value;
  await send('PATCH', `/v1.0/me/events/${first?.id ?? ''}`, { showAs: 'free' });
  await send('GET', `/v1.0/me/events/${first?.id ?? ''}`);
  await send('DELETE', `/v1.0/me/events/${second?.id ?? ''}`);
  await send('GET', `${calendar}/events?$top=5`);
  await send('GET', `${calendar}/calendarView?startDateTime=2027-01-01T00:00:00Z&endDateTime=2028-01-01T00:00:00Z`);
  await send('GET', `${calendar}/calendarView`);
  await send('DELETE', event);
  await send('GET', event);
};
