import {
  connectWithCredentials,
  createCalendarEvent,
  deleteCalendarEvent,
  getBusyTimes,
  getCalendarAccount,
  getCalendarEvent,
  listCalendarEvents,
  listCalendarShares,
  revokeCalendarShare,
  shareCalendar,
  updateCalendarEvent,
  writeCalendarEvents,
  type CalendarEvent,
  type TimeRange,
} from '@patchbay/contracts';
import { calendarAccountReady, connectAccount, eventually, hours, NotYet } from '@patchbay/local-stack';
import { credentialsToType } from './sandbox-credentials.js';
import { callRaw, clientOf, freshId, sandbox, signIn, soon, stack } from './whole-stack.js';

const startsAt = soon();
const moment = (hour: number): string => new Date(startsAt + hours(hour)).toISOString();
const asked = { from: moment(-1), to: moment(24 * 7) };
const anHour = (hour: number) => ({ start_time: moment(hour), end_time: moment(hour + 1), time_zone: 'Europe/Berlin' });

/** A person who has signed in and connected one account. */
async function newPerson(provider: 'google' | 'outlook' | 'caldav' | 'ics') {
  const email = `${freshId(provider)}@example.com`;
  const token = String((await signIn('github', email)).body['access_token']);
  const client = clientOf(token);
  const id =
    provider === 'caldav' || provider === 'ics'
      ? (await client.call(connectWithCredentials, { provider, credentials: await credentialsToType(provider, 'olivia.organiser@example.com') })).id
      : await connectAccount({ client, gatewayUrl: stack.gatewayUrl, sandbox }, { provider, type: 'calendar', email });
  return { token, client, id, path: `/api/v1/integrations/calendar/${id}` };
}

type Person = Awaited<ReturnType<typeof newPerson>>;

const busyOf = async ({ client }: Person): Promise<readonly TimeRange[]> => (await client.call(getBusyTimes, asked)).items[0]?.busy ?? [];

describe.each(['google', 'outlook', 'caldav'] as const)('events of %s', (provider) => {
  let person: Person;
  let before: readonly TimeRange[];

  beforeAll(async () => {
    person = await newPerson(provider);
    await calendarAccountReady(person.client, person.id);
    before = await eventually('calendars that were read', async () => {
      const { items } = await person.client.call(getBusyTimes, asked);
      if (items[0]?.bookable !== true) throw new NotYet(JSON.stringify(items[0]?.calendars));
      return items[0].busy;
    });
  }, 60_000);

  const create = (event: object): Promise<CalendarEvent> =>
    person.client.call(
      createCalendarEvent,
      createCalendarEvent.input.parse({ id: person.id, calendar_id: 'primary', ...anHour(0), title: 'Consultation', ...event }),
    );
  const get = (event_id: string) => person.client.call(getCalendarEvent, { id: person.id, calendar_id: 'primary', event_id });
  const update = (event_id: string, change: object): Promise<CalendarEvent> =>
    person.client.call(updateCalendarEvent, updateCalendarEvent.input.parse({ id: person.id, calendar_id: 'primary', event_id, ...change }));
  const remove = (event_id: string) => person.client.call(deleteCalendarEvent, { id: person.id, calendar_id: 'primary', event_id });
  const list = async (q: string): Promise<readonly CalendarEvent[]> =>
    (await person.client.call(listCalendarEvents, { id: person.id, calendar_id: 'primary', ...asked, q, limit: 50 })).items;
  const busyIs = (extra: readonly TimeRange[]) =>
    eventually('busy time to follow', async () => {
      const busy = (await busyOf(person)).filter(({ start }) => !before.some((known) => known.start === start));
      if (JSON.stringify(busy) !== JSON.stringify(extra)) throw new NotYet(JSON.stringify(busy));
    });

  it('are created, read, changed and deleted, and busy time follows each', async () => {
    const attendees = [{ email: 'guest@example.com', name: 'Gus Guest' }];
    const created = await create({ attendees, location: 'Room 5', description: 'Bring the papers.' });
    expect(created).toMatchObject({ title: 'Consultation', time_zone: 'Europe/Berlin', location: 'Room 5', is_all_day: false });
    expect(Date.parse(created.start_time)).toBe(Date.parse(moment(0)));
    expect(await get(created.id)).toEqual(created);
    await busyIs([{ start: moment(0), end: moment(1) }]);

    const moved = await update(created.id, anHour(2));
    expect(moved).toMatchObject({ id: created.id, title: 'Consultation', attendees: created.attendees });
    await busyIs([{ start: moment(2), end: moment(3) }]);

    await remove(created.id);
    await remove(created.id);
    await expect(get(created.id)).rejects.toMatchObject({ status: 404, code: 'calendar_event_not_found' });
    await busyIs([]);
  });

  it('stay as they are when they are sent back as they were read', async () => {
    const withMeeting = provider === 'caldav' ? { join_url: 'https://meet.example.com/j/1' } : { create: true };
    const guests = [{ email: 'guest@example.com', name: 'Gus Guest' }];
    const { id } = await create({
      title: 'Sent back',
      conference: withMeeting,
      attendees: guests,
      reminders: [{ method: 'popup', minutes_before: 5 }],
    });
    const read = await get(id);

    const { status, body } = await callRaw('PATCH', `${person.path}/events/${encodeURIComponent(id)}/`, {
      token: person.token,
      body: JSON.stringify(read),
    });

    expect(read.conference?.join_url).toMatch(/^https:/);
    expect([status, { ...body, version: null }]).toEqual([200, { ...read, version: null }]);
    await remove(id);
  });

  it('are made once of one Idempotency-Key', async () => {
    const body = JSON.stringify({ title: 'Once', ...anHour(4) });
    const post = () => callRaw('POST', `${person.path}/events/`, { token: person.token, body, headers: { 'idempotency-key': 'order-7' } });

    const [first, again] = [await post(), await post()];

    expect([first.status, again.status, again.body['id']]).toEqual([201, 201, first.body['id']]);
    expect((await list('Once')).map(({ id }) => id)).toEqual([first.body['id']]);
    await remove(String(first.body['id']));
  });

  it('repeat, and one occurrence is moved and another taken out', async () => {
    const series = await create({ title: 'Standup', recurrence: { FREQ: 'DAILY', COUNT: 4 }, ...anHour(6) });
    const occurrences = await list('Standup');
    expect(occurrences.map(({ series_id: of }) => of)).toEqual(Array(4).fill(series.id));

    const [, second, third] = occurrences;
    await update(second?.id ?? '', { title: 'Standup, late', ...anHour(24 + 10) });
    await remove(third?.id ?? '');

    expect((await list('Standup')).map(({ title }) => title)).toEqual(['Standup', 'Standup, late', 'Standup']);
    await busyIs([6, 24 + 10, 72 + 6].map((hour) => ({ start: moment(hour), end: moment(hour + 1) })));
    await remove(series.id);
    await busyIs([]);
  });

  it('are written in batches', async () => {
    const changed = await create({ title: 'Before' });
    const event = { title: 'Created', ...anHour(8) };

    const input = writeCalendarEvents.input.parse({
      id: person.id,
      calendar_id: 'primary',
      operations: [
        { operation: 'create', event },
        { operation: 'update', event_id: changed.id, event: { title: 'After' } },
        { operation: 'update', event_id: `${changed.id.slice(0, -3)}zzz`, event: { title: 'Nothing' } },
      ],
    });
    const { items } = await person.client.call(writeCalendarEvents, input);

    expect(items.map(({ status, event: written, error }) => [status, written?.title ?? error?.code])).toEqual([
      ['succeeded', 'Created'],
      ['succeeded', 'After'],
      ['failed', 'calendar_event_not_found'],
    ]);
    for (const { event: written } of items) if (written !== null) await remove(written.id);
  });

  it.each([
    [{ title: 'A', start_time: moment(1), end_time: moment(0) }, 'end_time'],
    [{ title: 'A', start_time: '2027-03-01', end_time: moment(0) }, 'end_time'],
    [{ title: 'A', ...anHour(0), recurrence: 'FREQ=NEVER' }, 'recurrence'],
    [{ title: 'A', ...anHour(0), time_zone: 'Mars/Base' }, 'time_zone'],
    [{ title: 'A\nB', ...anHour(0) }, 'title'],
    [{ title: 'A', ...anHour(0), attendees: [{ email: 'nobody' }] }, 'attendees.0.email'],
    [{ title: 'A', ...anHour(0), conference: { join_url: 'javascript:alert(1)' } }, 'conference.join_url'],
    [{ title: 'A', ...anHour(0), organizer: null }, 'organizer'],
    [{ title: 'A' }, 'start_time'],
  ])('are refused with the name of what is wrong: %#', async (event, field) => {
    const { status, body } = await callRaw('POST', `${person.path}/events/`, { token: person.token, body: JSON.stringify(event) });

    expect([status, body['code'], Object.keys(body['details'] as object)]).toEqual([400, 'request_invalid', expect.arrayContaining([field])]);
  });

  it('are those of the calendar that is named', async () => {
    const { calendars } = await person.client.call(getCalendarAccount, { id: person.id });
    const primary = calendars.find((calendar) => calendar.is_primary)?.id ?? calendars[0]?.id ?? '';
    const { id, calendar_id: of } = await create({ calendar_id: primary });

    expect(of).toBe(primary);
    await expect(person.client.call(getCalendarEvent, { id: person.id, calendar_id: 'nobody@example.com', event_id: id })).rejects.toMatchObject({
      status: 404,
      code: 'calendar_unknown',
    });
    await remove(id);
  });
});

describe.each(['google', 'outlook'] as const)('calendars of %s', (provider) => {
  it('are shared, and no longer', async () => {
    const { client, id } = await newPerson(provider);
    const { calendar_id: calendarId } = await calendarAccountReady(client, id);
    const place = { id, calendar_id: calendarId ?? '' };
    const people = async () => (await client.call(listCalendarShares, place)).items.map(({ email, role }) => [email, role]);
    const before = await people();

    const { id: share } = await client.call(shareCalendar, { ...place, email: 'colleague@example.com', role: 'reader' });
    await client.call(shareCalendar, { ...place, email: 'colleague@example.com', role: 'writer' });
    expect(await people()).toEqual(expect.arrayContaining([...before, ['colleague@example.com', 'writer']]));

    await client.call(revokeCalendarShare, { ...place, share_id: share });
    expect(await people()).toEqual(before);
  });
});

describe('what a provider cannot do', () => {
  it('is said: feeds are read only, and CalDAV calendars are shared elsewhere', async () => {
    const feed = await newPerson('ics');
    const dav = await newPerson('caldav');
    const { calendar_id: calendarId } = await calendarAccountReady(dav.client, dav.id);
    const body = JSON.stringify({ title: 'A', ...anHour(0) });
    const written = await eventually('the account to be known', async () => {
      const answer = await callRaw('POST', `${feed.path}/events/`, { token: feed.token, body });
      if (answer.status === 404) throw new NotYet(String(answer.body['code']));
      return answer;
    });

    const acl = `${dav.path}/calendars/${encodeURIComponent(calendarId ?? '')}/acl/`;
    const shared = await callRaw('GET', acl, { token: dav.token });

    expect([written.status, written.body['code']]).toEqual([409, 'calendar_read_only']);
    expect([shared.status, shared.body['code']]).toEqual([409, 'sharing_unsupported']);
  });
});
