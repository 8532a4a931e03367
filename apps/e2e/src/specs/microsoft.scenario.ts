import type { EventDraft, EventQuery } from '@patchbay/capabilities';
import { connectToFake, createMicrosoftFake, fakePerson, microsoftFakeClient, type FakeExchange } from '@patchbay/providers/testing';
import { randomUUID } from 'node:crypto';
import { manifestOf } from './manifest.js';
import { channelSecret, watchCalendars } from './push.js';
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
          OUTLOOK_WEBHOOK_SECRET: channelSecret,
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

const watchCalendar = async ({ capabilities: { calendarPush: push }, token, running }: Connection): Promise<void> => {
  const context = { config: { OUTLOOK_WEBHOOK_SECRET: channelSecret } } as Parameters<NonNullable<typeof outlook.inboundWebhooks>['connect']>[0];
  const [shared, mine] = running.fake.calendars.ofAccount(fakePerson);
  const ids = { calendarId: mine?.id ?? '', unwatchableId: shared?.id ?? '' };
  await watchCalendars({ push, inbound: outlook.inboundWebhooks?.connect(context), token, ...ids });
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
  await calendar.holdsEvent(token, calendarId, event.key);
  await calendar.deleteEvent(token, calendarId, event.key);
  await expectRefusal('not_found', () => calendar.updateEvent(token, calendarId, event));
  await calendar.createEvent(token, calendarId, event);
};

const aDraft = (draft: Partial<EventDraft> = {}): EventDraft => ({
  title: 'Consultation',
  description: 'Bring the papers.',
  location: 'Room 5',
  start: { dateTime: '2027-03-01T10:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-03-01T10:30:00', timeZone: 'Europe/Berlin' },
  recurrence: [],
  attendees: [{ email: 'guest@example.com', name: 'Gus Guest', isOptional: true }],
  reminders: [{ method: 'popup', minutesBefore: 30 }],
  isFree: true,
  visibility: 'private',
  conference: null,
  ...draft,
});

const rules = ['FREQ=DAILY;BYDAY=MO,TU;UNTIL=20270401T080000Z', 'FREQ=MONTHLY;BYDAY=1MO', 'FREQ=YEARLY;COUNT=3', 'FREQ=YEARLY;BYMONTH=3;BYDAY=1MO'];

/** What people do with all events, one by one and several at once. */
const changeEvents = async ({ capabilities: { calendarEvents: events }, token }: Connection, calendarId: string): Promise<void> => {
  const create = (draft: EventDraft) => events.createEvent(token, calendarId, { key: randomUUID(), draft });
  const update = (id: string, change: Partial<EventDraft>) => events.updateEvent(token, calendarId, { id, change });
  const list = (query: Partial<EventQuery> = {}) =>
    events.listEvents(token, calendarId, { ...window, text: null, attendee: null, cursor: null, limit: 3, ...query });
  for (const rule of rules) await events.deleteEvent(token, calendarId, (await create(aDraft({ recurrence: [`RRULE:${rule}`] }))).id);
  const floating = { dateTime: '2027-05-01T10:00:00', timeZone: null };
  await create(aDraft({ start: floating, end: floating }));
  const series = await create(aDraft({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=5', 'EXDATE:20270308T090000Z'], conference: { kind: 'new' } }));
  await update(series.id, { description: 'Bring more papers.', attendees: [], reminders: [] });
  await update(series.id, { start: { date: '2027-03-02' }, end: { date: '2027-03-03' } });
  const { events: occurrences, cursor } = await list();
  await list({ cursor, limit: 2 });
  await list({ text: 'papers' });
  await update(occurrences[1]?.id ?? '', { title: 'Late', isFree: false });
  await update(series.id, { recurrence: [], conference: { kind: 'elsewhere', joinUrl: 'https://meet.example.com/j/1' } });
  const key = randomUUID();
  await events.writeEvents(token, calendarId, [
    { kind: 'create', key, draft: aDraft() },
    { kind: 'create', key, draft: aDraft() },
    { kind: 'update', id: series.id, change: { title: 'Together' } },
    { kind: 'update', id: series.id, change: { location: '' } },
    { kind: 'delete', id: occurrences[2]?.id ?? '' },
  ]);
  await events.deleteEvent(token, calendarId, series.id);
  await expectRefusal('not_found', () => events.getEvent(token, calendarId, series.id));
  await expectRefusal('invalid_request', () => create(aDraft({ recurrence: ['RRULE:FREQ=HOURLY'] })));
};

const shareCalendar = async ({ capabilities: { calendarSharing: sharing }, token, running }: Connection, calendarId: string): Promise<void> => {
  running.faults.dropAfterExecuting(1, { method: 'POST', path: '/calendarPermissions' });
  const { id } = await sharing.grant(token, calendarId, { email: 'colleague@example.com', role: 'reader' });
  await sharing.grant(token, calendarId, { email: 'colleague@example.com', role: 'writer' });
  await sharing.listShares(token, calendarId);
  await sharing.revoke(token, calendarId, id);
  await expectRefusal('invalid_request', () => sharing.grant(token, calendarId, { email: 'nobody@nowhere.example', role: 'reader' }));
};

const manageCalendar = async (connection: Connection): Promise<void> => {
  const [, second] = await connection.capabilities.calendarReading.listCalendars(connection.token);
  const calendarId = connection.running.fake.calendars.ofAccount(fakePerson).find(({ name }) => name === 'Work')?.id ?? second?.id ?? '';
  await changeEvents(connection, calendarId);
  await shareCalendar(connection, calendarId);
};

/** What went through a batch, each request as if it had been sent by itself: batches themselves are described nowhere. */
const unbatched = (exchanges: readonly FakeExchange[]): readonly FakeExchange[] =>
  exchanges.flatMap((exchange) => {
    if (!exchange.request.path.endsWith('/$batch') || exchange.response === null) return [exchange];
    const { requests } = JSON.parse(exchange.request.body.toString('utf8')) as { readonly requests: readonly BatchedRequest[] };
    const { responses } = exchange.response.body as { readonly responses: readonly BatchedResponse[] };
    return [exchange, ...requests.map((one) => oneOf(exchange, one, responses))];
  });

interface BatchedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
}

interface BatchedResponse {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
}

const oneOf = (
  { request }: FakeExchange,
  { id, method, url, headers, body }: BatchedRequest,
  responses: readonly BatchedResponse[],
): FakeExchange => {
  const [path = '', query = ''] = url.split('?');
  const content = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const response = responses.find((one) => one.id === id) ?? null;
  return { request: { ...request, method, headers, path: `/v1.0${path}`, query: new URLSearchParams(query), body: content }, response };
};

/** Everything the adapters that Outlook, Teams, OneDrive and sign-in share do, then what the fake answers beyond that. */
export const microsoftScenario = async (): Promise<Recording> => {
  const connection = await connect();
  const { capabilities, token, running, stop } = connection;
  const take = takeExchanges(running.exchanges);
  try {
    await capabilities.identity.getAccount(token);
    await writeEvents(connection);
    await manageCalendar(connection);
    await readCalendars(connection);
    await watchCalendar(connection);
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
    return { provider: 'microsoft', byAdapters: unbatched([...meant, ...take()]), byHand: unbatched(byHand) };
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
  await send('PATCH', `/v1.0/me/events/${first?.id ?? ''}`, { recurrence: daily('', 2).recurrence });
  await send('DELETE', `/v1.0/me/events/${second?.id ?? ''}`);
  await send('GET', `${calendar}/events?$top=5`);
  await send('GET', `${calendar}/calendarView?startDateTime=2027-01-01T00:00:00Z&endDateTime=2028-01-01T00:00:00Z`);
  await send('GET', `${calendar}/calendarView`);
  await send('DELETE', event);
  await send('GET', event);
  await send('POST', `${calendar}/events`, { ...daily('Not a day', 1), isAllDay: true });
  await send('POST', '/v1.0/$batch', {
    requests: [
      { id: '1', method: 'GET', url: '/me', headers: {} },
      { id: '2', method: 'GET', url: '/me/events/AAMkNothing=', headers: {} },
      { id: '3', method: 'GET', url: '/me/calendars', headers: {}, dependsOn: ['2'] },
    ],
  });
};
