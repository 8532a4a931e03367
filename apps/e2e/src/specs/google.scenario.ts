import { connectToFake, createGoogleFake, fakePerson, googleFakeClient } from '@patchbay/providers/testing';
import type { EventDraft, EventPage, EventQuery } from '@patchbay/capabilities';
import { randomUUID } from 'node:crypto';
import { manifestOf } from './manifest.js';
import { channelSecret, watchCalendars } from './push.js';
import { expectRefusal, sender, takeExchanges, type Recording } from './scenario.js';

const google = manifestOf('google');

const connect = () =>
  connectToFake(
    {
      ...google,
      connect: (outbound, baseUrl) => {
        const config = google.config.parse({
          GOOGLE_CALENDAR_CLIENT_ID: googleFakeClient.clientId,
          GOOGLE_CALENDAR_CLIENT_SECRET: googleFakeClient.clientSecret,
          GOOGLE_API_BASE_URL: baseUrl,
          GOOGLE_AUTH_BASE_URL: baseUrl,
          GOOGLE_WEBHOOK_SECRET: channelSecret,
        });
        return google.connect({ config, outbound, userAimedOutbound: outbound, now: () => new Date() });
      },
    },
    createGoogleFake(),
    'calendar',
  );

type Connection = Awaited<ReturnType<typeof connect>>;

/** Everything the Google adapters do, then what the fake answers beyond that. */
export const googleScenario = async (): Promise<Recording> => {
  const connection = await connect();
  const take = takeExchanges(connection.running.exchanges);
  try {
    await useCalendar(connection);
    await readCalendar(connection);
    await useEvents(connection);
    await shareCalendar(connection);
    await watchCalendar(connection);
    await meetFailures(connection);
    const byAdapters = take();
    await sendByHand(sender(connection.running.url, await freshToken(connection)), () => connection.running.fake.expireSyncTokens());
    return { provider: 'google', byAdapters, byHand: take() };
  } finally {
    await connection.stop();
  }
};

const watchCalendar = async ({ capabilities: { calendarPush: push, calendar }, token }: Connection): Promise<void> => {
  const context = { config: { GOOGLE_WEBHOOK_SECRET: channelSecret } } as Parameters<NonNullable<typeof google.inboundWebhooks>['connect']>[0];
  const holidays = (await calendar.listCalendars(token)).find(({ isWritable }) => !isWritable);
  const ids = { calendarId: 'primary', unwatchableId: holidays?.id ?? '' };
  await watchCalendars({ push, inbound: google.inboundWebhooks?.connect(context), token, ...ids });
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

const useCalendar = async ({ capabilities: { identity, calendar }, token }: Connection): Promise<void> => {
  await identity.getAccount(token);
  const [primary] = await calendar.listCalendars(token);
  if (primary === undefined) throw new Error('The scenario found no calendar.');
  for (const calendarId of ['primary', primary.id]) {
    const event = anEvent();
    await calendar.createEvent(token, calendarId, event);
    await calendar.createEvent(token, calendarId, { ...event, title: 'Adopted' });
    await calendar.updateEvent(token, calendarId, {
      ...event,
      startTime: '2027-03-02T10:00:00Z',
      endTime: '2027-03-02T11:00:00Z',
      location: 'Room 5',
    });
    await calendar.updateEvent(token, calendarId, { ...event, attendees: [] });
    await calendar.holdsEvent(token, calendarId, event.key);
    await calendar.deleteEvent(token, calendarId, event.key);
    await calendar.deleteEvent(token, calendarId, event.key);
    await expectRefusal('not_found', () => calendar.updateEvent(token, calendarId, event));
    await calendar.createEvent(token, calendarId, event);
  }
};

/** Everything, what has changed, and from a cursor that was forgotten; with a series that has exceptions, on short pages. */
const readCalendar = async ({ capabilities: { calendarReading }, token, running }: Connection): Promise<void> => {
  const { people } = running.fake;
  const place = { email: fakePerson, calendarId: 'primary' };
  const times = (hour: string) => ({
    start: { dateTime: `2027-04-01T${hour}:00:00Z`, timeZone: 'UTC' },
    end: { dateTime: `2027-04-01T${hour}:30:00Z`, timeZone: 'UTC' },
  });
  const id = people.putEvent({ ...place, event: { summary: 'Standup', ...times('10'), recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] } });
  people.putEvent({ ...place, id: `${id}_20270402T100000Z`, event: { summary: 'Late standup', ...times('15') } });
  people.removeEvent({ ...place, id: `${id}_20270403T100000Z` });
  people.putEvent({ ...place, invitedBy: 'host@example.com', event: { summary: 'Invited', ...times('12'), attendees: [{ email: fakePerson }] } });
  running.fake.setEventsPerPageMax(2);

  const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };
  const read = async (cursor: string | null): Promise<string | null> => {
    let last = cursor;
    const pages = calendarReading.read(token, { calendarId: 'primary', cursor, window, known: async () => new Map() });
    for await (const page of pages) last = page.cursor;
    return last;
  };
  const cursor = await read(null);
  people.removeEvent({ ...place, id });
  const later = await read(cursor);
  running.fake.expireSyncTokens();
  await expectRefusal('cursor_expired', () => read(later));
  running.fake.setEventsPerPageMax(2_500);
};

/** Events one by one and several at once, a series with its occurrences, meetings of Google and elsewhere, and what Google refuses. */
const useEvents = async ({ capabilities: { calendarEvents }, token, running }: Connection): Promise<void> => {
  const berlin = (dateTime: string) => ({ dateTime, timeZone: 'Europe/Berlin' });
  const draft = {
    title: 'Consultation',
    description: 'Bring the papers.',
    location: 'Room 5',
    start: berlin('2027-05-03T10:00:00'),
    end: berlin('2027-05-03T11:00:00'),
    recurrence: [],
    attendees: [{ email: 'guest@example.com', name: 'Gus Guest', isOptional: true }],
    reminders: [{ method: 'email', minutesBefore: 30 }],
    isFree: false,
    visibility: 'private',
    conference: { kind: 'new' },
  } as const satisfies EventDraft;
  const calendarId = 'primary';
  const create = (change: Partial<EventDraft> = {}, key: string = randomUUID()) =>
    calendarEvents.createEvent(token, calendarId, { key, draft: { ...draft, ...change } });
  const update = (id: string, change: Partial<EventDraft>) => calendarEvents.updateEvent(token, calendarId, { id, change });
  const list = async (query: Partial<EventQuery> = {}): Promise<EventPage> => {
    const may = { from: new Date('2027-05-01T00:00:00Z'), to: new Date('2027-06-01T00:00:00Z') };
    return calendarEvents.listEvents(token, calendarId, { ...may, text: null, attendee: null, cursor: null, limit: 2, ...query });
  };

  const key = randomUUID();
  const { id } = await create({}, key);
  await create({}, key);
  await update(id, { conference: { kind: 'elsewhere', joinUrl: 'https://meet.example.com/j/1' }, reminders: null });
  await update(id, { start: { date: '2027-05-04' }, end: { date: '2027-05-05' }, conference: null, attendees: [] });
  await create({ start: { ...draft.start, timeZone: null }, end: { ...draft.end, timeZone: null }, conference: null });
  const series = await create({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'], conference: null });
  const { cursor } = await list();
  const { events } = await list({ cursor });
  await list({ text: 'papers', attendee: 'guest@example.com' });
  const [occurrence] = events.filter(({ seriesId }) => seriesId !== null);
  await update(occurrence?.id ?? '', { title: 'Moved', start: berlin('2027-05-06T10:00:00'), end: berlin('2027-05-06T11:00:00') });
  await calendarEvents.deleteEvent(token, calendarId, occurrence?.id ?? '');
  await calendarEvents.writeEvents(token, calendarId, [
    { kind: 'create', key: randomUUID(), draft },
    { kind: 'update', id: series.id, change: { recurrence: [] } },
    { kind: 'delete', id },
  ]);
  await expectRefusal('not_found', () => calendarEvents.getEvent(token, calendarId, id));
  await expectRefusal('invalid_request', () => create({ end: berlin('2027-05-01T11:00:00') }));
  running.faults.dropAfterExecuting(1, { method: 'PATCH', path: '/events' });
  await update(series.id, { title: 'After a lost answer' });
};

const shareCalendar = async ({ capabilities: { calendarSharing }, token }: Connection): Promise<void> => {
  for (const role of ['free_busy', 'reader', 'writer', 'owner'] as const)
    await calendarSharing.grant(token, 'primary', { email: 'colleague@example.com', role });
  const shares = await calendarSharing.listShares(token, 'primary');
  for (const { id } of shares.filter(({ isRemovable }) => isRemovable)) await calendarSharing.revoke(token, 'primary', id);
  await expectRefusal('invalid_request', () => calendarSharing.grant(token, 'primary', { email: 'nobody', role: 'reader' }));
  for (const { id } of shares.filter(({ isRemovable }) => !isRemovable))
    await expectRefusal('forbidden', () => calendarSharing.revoke(token, 'primary', id));
};

const meetFailures = async ({ capabilities: { identity, calendar }, token, running }: Connection): Promise<void> => {
  await expectRefusal('not_found', () => calendar.updateEvent(token, 'primary', anEvent()));
  await expectRefusal('not_found', () => calendar.createEvent(token, 'nobody@example.com', anEvent()));
  running.faults.failNext({ status: 503, count: 1, match: { path: '/events' } });
  await calendar.createEvent(token, 'primary', anEvent());
  running.faults.failNext({ status: 429, count: 1, retryAfter: 1, match: { path: '/calendarList' } });
  await calendar.listCalendars(token);
  running.faults.dropAfterExecuting(1, { method: 'POST', path: '/events' });
  await calendar.createEvent(token, 'primary', anEvent());
  running.fake.expireTokens();
  await expectRefusal('unauthorized', () => identity.getAccount(token));
  await expectRefusal('unauthorized', () => calendar.listCalendars(token));
};

/** The scenario ended every token; the fake's own way back in is short. */
const freshToken = async ({ running }: Connection): Promise<string> => {
  const redirectUri = 'http://127.0.0.1:4321/callback';
  const query = new URLSearchParams({
    client_id: googleFakeClient.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email profile https://www.googleapis.com/auth/calendar',
    auto_approve: 'ben.bookings@example.com',
  });
  const { request } = await import('undici');
  const consent = await request(`${running.url}/o/oauth2/v2/auth?${query.toString()}`);
  const code = new URL(String(consent.headers['location'])).searchParams.get('code') ?? '';
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: googleFakeClient.clientId,
    client_secret: googleFakeClient.clientSecret,
  };
  const answer = await request(`${running.url}/token`, { method: 'POST', body: new URLSearchParams(form).toString() });
  return ((await answer.body.json()) as { readonly access_token: string }).access_token;
};

const sendByHand = async (send: ReturnType<typeof sender>, forgetSyncTokens: () => void): Promise<void> => {
  const times = { start: { dateTime: '2027-03-01T10:00:00Z' }, end: { dateTime: '2027-03-01T11:00:00Z' } };
  const events = '/calendar/v3/calendars/primary/events';
  await send('GET', '/oauth2/v2/userinfo');
  await send('GET', '/userinfo/v2/me');
  await send('GET', '/calendar/v3/users/me/calendarList?maxResults=1');
  await send('GET', '/calendar/v3/users/me/calendarList/primary');
  await send('GET', '/calendar/v3/calendars/primary');
  const conferenceData = { createRequest: { requestId: 'r-1', conferenceSolutionKey: { type: 'hangoutsMeet' } } };
  await send('POST', `${events}?conferenceDataVersion=1`, { id: 'hand00001', summary: 'With Meet', ...times, conferenceData });
  await send('POST', events, {
    summary: 'All day',
    start: { date: '2027-03-01' },
    end: { date: '2027-03-02' },
    extendedProperties: { private: { a: 'b' } },
  });
  const series = { start: { dateTime: '2027-03-01T10:00:00Z', timeZone: 'UTC' }, end: { dateTime: '2027-03-01T11:00:00Z', timeZone: 'UTC' } };
  await send('POST', events, { id: 'hand00002', summary: 'Series', ...series, recurrence: ['RRULE:FREQ=DAILY'] });
  await send('GET', `${events}/hand00002_20270302T100000Z`);
  await send('PATCH', `${events}/hand00002_20270302T100000Z`, { summary: 'Once' });
  await send('DELETE', `${events}/hand00002_20270303T100000Z`);
  await send('PUT', `${events}/hand00001`, { summary: 'Replaced', ...times });
  await send('POST', events, { id: 'WRONG', ...times });
  await send('POST', events, { summary: 'No times' });
  await send('GET', `${events}?maxResults=1`);
  const { body } = await send('GET', `${events}?showDeleted=true&q=with&timeMin=2026-01-01T00:00:00Z`);
  await send('DELETE', `${events}/hand00001`);
  const { nextSyncToken = '' } = body as { readonly nextSyncToken?: string };
  await send('GET', `${events}?syncToken=${nextSyncToken}`);
  forgetSyncTokens();
  await send('GET', `${events}?syncToken=${nextSyncToken}`);
};
