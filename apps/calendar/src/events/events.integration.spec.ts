import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  createCalendarEvent,
  deleteCalendarEvent,
  getBusyTimes,
  getCalendarAccount,
  getCalendarEvent,
  integrationDisconnected,
  listCalendarEvents,
  updateCalendarEvent,
  writeCalendarEvents,
  type InputOf,
} from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { as, openCallers, type CalendarCallers } from '../testing/calendar-callers.js';
import { startCalendarStack, type CalendarStack } from '../testing/calendar-stack.js';

jest.setTimeout(60_000);

type Draft = Partial<InputOf<typeof createCalendarEvent>>;
const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
const insertion = { method: 'POST', path: /\/events$/ };
const month = { from: `${day}T00:00:00Z`, to: new Date(Date.parse(day) + 30 * 86_400_000).toISOString() };

describe('events of calendars', () => {
  let stack: CalendarStack;
  let requests: CalendarCallers['requests'];
  let close: CalendarCallers['close'];
  let user: ReturnType<typeof as>;
  let id: string;

  beforeAll(async () => {
    stack = await startCalendarStack();
    ({ requests, close } = await openCallers(stack));
    const { userId, connectionId } = await stack.connectAccount();
    user = as(userId);
    id = connectionId;
    const isRead = async () => {
      const account = await requests.send(getCalendarAccount, { id }, user).catch(() => undefined);
      return account?.calendars.some(({ is_primary: isPrimary, bookable }) => isPrimary && bookable) === true ? account : undefined;
    };
    await waitFor(isRead, 'the calendars to be read');
  });
  afterAll(async () => {
    await close();
    await stack.stop();
  });
  afterEach(() => {
    stack.faults.clear();
    stack.faults.up();
  });

  const aDraft = (draft: Draft = {}) =>
    createCalendarEvent.input.parse({
      id,
      title: 'Consultation',
      start_time: `${day}T10:00:00+01:00`,
      end_time: `${day}T11:00:00+01:00`,
      time_zone: 'Europe/Paris',
      ...draft,
    }) as InputOf<typeof createCalendarEvent>;
  const create = (draft: Draft = {}) => requests.send(createCalendarEvent, aDraft(draft), user);
  const get = (event_id: string, calendar_id = 'primary') => requests.send(getCalendarEvent, { id, calendar_id, event_id }, user);
  const update = (event_id: string, change: Omit<InputOf<typeof updateCalendarEvent>, 'id' | 'event_id' | 'calendar_id'>) =>
    requests.send(updateCalendarEvent, { id, calendar_id: 'primary', event_id, ...change }, user);
  const remove = (event_id: string) => requests.send(deleteCalendarEvent, { id, calendar_id: 'primary', event_id }, user);
  const list = (query: Partial<InputOf<typeof listCalendarEvents>> = {}) =>
    requests.send(listCalendarEvents, { id, calendar_id: 'primary', ...month, limit: 50, ...query }, user);
  const busyOn = async (date: string) => {
    const next = new Date(Date.parse(date) + 86_400_000).toISOString();
    const { items } = await requests.send(getBusyTimes, { from: `${date}T00:00:00Z`, to: next }, user);
    return items[0]?.busy ?? [];
  };

  it('are created whole, read, changed in part and deleted, and busy time follows', async () => {
    const attendees = [{ email: 'guest@example.com', name: 'Gus Guest', optional: true }];
    const created = await create({ attendees, location: 'Room 5', description: 'Bring it.', reminders: [{ method: 'email', minutes_before: 60 }] });
    expect(created).toMatchObject({
      title: 'Consultation',
      start_time: expect.stringMatching(`^${day}T1[01]:00:00`),
      time_zone: 'Europe/Paris',
      is_all_day: false,
      attendees: [{ ...attendees[0], response: 'unanswered' }],
      reminders: [{ method: 'email', minutes_before: 60 }],
      conference: null,
      series_id: null,
    });
    expect(Date.parse(created.start_time)).toBe(Date.parse(`${day}T09:00:00Z`));
    expect(await get(created.id)).toEqual(created);
    await waitFor(async () => ((await busyOn(day)).length === 1 ? true : undefined), 'the busy time');

    const changed = await update(created.id, { title: 'Second consultation' });
    expect(changed).toEqual({ ...created, title: 'Second consultation', version: changed.version });

    await remove(created.id);
    await remove(created.id);
    await expect(get(created.id)).rejects.toMatchObject({ code: 'calendar_event_not_found', status: 404 });
    await waitFor(async () => ((await busyOn(day)).length === 0 ? true : undefined), 'the time to be free again');
  });

  it('are made once of one key, and of one key each in every calendar', async () => {
    const { calendars } = await requests.send(getCalendarAccount, { id }, user);
    const other = calendars.find((calendar) => calendar.is_writable && !calendar.is_primary)?.id ?? '';
    const draft = { title: 'Once', idempotency_key: 'order 7/ä' };
    stack.faults.dropAfterExecuting(1, { method: 'POST' });

    const [first, again, elsewhere] = [await create(draft), await create(draft), await create({ ...draft, calendar_id: other })];

    expect(again.id).toBe(first.id);
    expect([elsewhere.calendar_id, elsewhere.id === first.id]).toEqual([other, false]);
    expect((await list({ q: 'once' })).items.map((event) => event.id)).toEqual([first.id]);
    await remove(first.id);
    await expect(create(draft)).rejects.toMatchObject({ code: 'calendar_event_conflict', status: 409 });
  });

  it('repeat as people write it, in occurrences that are changed and taken out one by one', async () => {
    const { id: series } = await create({ title: 'Standup', recurrence: { FREQ: 'DAILY', COUNT: 4 } });
    const occurrences = (await list({ q: 'standup' })).items;
    expect(occurrences.map(({ series_id: of, recurrence }) => [of, recurrence])).toEqual(Array(4).fill([series, []]));

    const [, second, third] = occurrences;
    const times = { start_time: `${second?.start_time.slice(0, 10)}T15:00:00`, end_time: `${second?.start_time.slice(0, 10)}T15:30:00` };
    const moved = await update(second?.id ?? '', { title: 'Standup, late', ...times, time_zone: 'Europe/Paris' });
    await remove(third?.id ?? '');
    expect(moved).toMatchObject({ series_id: series, original_start: second?.start_time });
    expect((await list({ q: 'standup' })).items.map(({ title }) => title)).toEqual(['Standup', 'Standup, late', 'Standup']);

    const changed = await update(series, { recurrence: `FREQ=DAILY;UNTIL=${day.replaceAll('-', '')}` });
    expect(changed.recurrence).toEqual([expect.stringMatching(/^RRULE:FREQ=DAILY;UNTIL=\d{8}T\d{6}Z$/)]);
    await remove(series);
    expect((await list({ q: 'standup' })).items).toEqual([]);
  });

  it('are whole days where days are sent', async () => {
    const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
    const { id: eventId, ...event } = await create({ title: 'Holiday', start_time: day, end_time: next, time_zone: undefined, is_all_day: true });

    expect(event).toMatchObject({ start_time: day, end_time: next, time_zone: null, is_all_day: true });
    await remove(eventId);
  });

  it('have a meeting of the provider, or one elsewhere', async () => {
    const made = await create({ conference: { create: true } });
    const elsewhere = await create({ conference: { join_url: 'https://zoom.us/j/85746065' } });

    expect(made.conference?.join_url).toMatch(/^https:\/\//);
    expect(elsewhere.conference).toEqual({ join_url: 'https://zoom.us/j/85746065' });
    await Promise.all([remove(made.id), remove(elsewhere.id)]);
  });

  it('are listed in pages of one question', async () => {
    const made = [];
    for (const hour of ['08', '12', '16'])
      made.push(await create({ title: 'Paged', start_time: `${day}T${hour}:00:00Z`, end_time: `${day}T${hour}:30:00Z` }));

    const first = await list({ q: 'paged', limit: 2 });
    const cursor = first.next_cursor ?? '';
    const second = await list({ q: 'paged', limit: 2, cursor });

    expect([...first.items, ...second.items].map((event) => event.id)).toEqual(made.map((event) => event.id));
    expect(second.next_cursor).toBeNull();
    for (const wrong of [list({ q: 'other', cursor }), list({ q: 'paged', cursor: 'x' }), list({ cursor: Buffer.from('[1]').toString('base64url') })])
      await expect(wrong).rejects.toMatchObject({ code: 'request_invalid', details: { cursor: expect.any(String) } });
    for (const event of made) await remove(event.id);
  });

  it('are written in batches, of which one that fails takes nothing from the others', async () => {
    const changed = await create({ title: 'Before' });
    const { id: _id, calendar_id: _calendar, ...event } = aDraft({ title: 'Created' });

    const { items } = await requests.send(
      writeCalendarEvents,
      {
        id,
        calendar_id: 'primary',
        operations: [
          { operation: 'create', event, idempotency_key: 'batch-1' },
          { operation: 'update', event_id: 'nosuchevent', event: { title: 'X' } },
          { operation: 'update', event_id: changed.id, event: { title: 'After' } },
          { operation: 'update', event_id: 'nosuchevent', event: { recurrence: 'FREQ=DAILY;COUNT=2' } },
          { operation: 'delete', event_id: changed.id },
        ],
      },
      user,
    );

    expect(items).toEqual([
      { index: 0, status: 'succeeded', event: expect.objectContaining({ title: 'Created' }), error: null },
      { index: 1, status: 'failed', event: null, error: { code: 'calendar_event_not_found', detail: expect.any(String) } },
      { index: 2, status: 'succeeded', event: expect.objectContaining({ title: 'After' }), error: null },
      { index: 3, status: 'failed', event: null, error: { code: 'calendar_event_not_found', detail: expect.any(String) } },
      { index: 4, status: 'succeeded', event: null, error: null },
    ]);
    await remove(items[0]?.event?.id ?? '');
  });

  it('are not written at all when one operation of a batch makes no sense', async () => {
    const { id: _id, calendar_id: _calendar, ...event } = aDraft({ title: 'Never' });
    const operations = [
      { operation: 'create', event },
      { operation: 'create', event: { ...event, recurrence: 'FREQ=NEVER' } },
    ] as const;

    const refused = requests.send(writeCalendarEvents, { id, calendar_id: 'primary', operations: [...operations] }, user);

    await expect(refused).rejects.toMatchObject({ code: 'request_invalid', details: { 'operations.1.event.recurrence': expect.any(String) } });
    expect((await list({ q: 'never' })).items).toEqual([]);
  });

  it('are nobody else’s, and in no other calendar', async () => {
    const { id: eventId } = await create();
    const stranger = as(randomUUID());

    const foreign = requests.send(getCalendarEvent, { id, calendar_id: 'primary', event_id: eventId }, stranger);
    await expect(foreign).rejects.toMatchObject({ code: 'calendar_not_found', status: 404 });
    await expect(requests.send(createCalendarEvent, aDraft(), stranger)).rejects.toMatchObject({ code: 'calendar_not_found' });
    await expect(get(eventId, 'nobody@example.com')).rejects.toMatchObject({ code: 'calendar_unknown', status: 404 });
    await remove(eventId);
  });

  it('are not written into calendars that are only read', async () => {
    const { calendars } = await requests.send(getCalendarAccount, { id }, user);
    const readOnly = calendars.find((calendar) => !calendar.is_writable)?.id ?? '';

    await expect(create({ calendar_id: readOnly })).rejects.toMatchObject({ code: 'calendar_read_only', status: 409 });
  });

  it.each([
    [429, 30, { code: 'rate_limited', status: 429, details: { retry_after_seconds: 30 } }],
    [400, undefined, { code: 'calendar_event_refused', status: 400 }],
  ])('say what a provider’s %i means', async (status, retryAfter, expected) => {
    stack.faults.failNext({ status, count: 50, match: insertion, ...(retryAfter === undefined ? {} : { retryAfter }) });

    await expect(create()).rejects.toMatchObject(expected);
  });

  it('say that the account must be connected again', async () => {
    const { userId, connectionId } = await stack.connectAccount();
    const data = { user_id: userId, connection_id: connectionId, provider: 'google', type: 'calendar', reason: 'refused_by_provider' } as const;
    await stack.probe.publish(integrationDisconnected, { data });
    const asked = () => requests.send(getCalendarEvent, { id: connectionId, calendar_id: 'primary', event_id: 'a' }, as(userId));

    const failure = await waitFor(
      async () => asked().catch(({ code }: { code: string }) => (code.startsWith('calendar') ? undefined : code)),
      'the refusal',
    );

    expect(failure).toBe('connection_needs_reauth');
  });

  it('say in time that a provider is too slow', async () => {
    stack.faults.delay(13_000, { path: '/events/abcdefgh' });
    const before = Date.now();

    await expect(get('abcdefgh')).rejects.toMatchObject({ code: 'provider_unavailable', status: 502 });

    expect(Date.now() - before).toBeLessThan(getCalendarEvent.deadlineMs ?? 0);
  });

  it('say when no answer came that they may have been written', async () => {
    stack.faults.add({ effect: { kind: 'down' }, match: insertion, count: null, probability: 1 });

    const details = { outcome: 'unknown', idempotency_key: expect.any(String) };
    await expect(create()).rejects.toMatchObject({ code: 'provider_unavailable', status: 502, details });
  });

  // Whatever asks Google meets these, too, and soon nobody is let through: they come last.
  it('say that a provider is out of order', async () => {
    stack.faults.failNext({ status: 503, count: 50, match: insertion });

    await expect(create()).rejects.toMatchObject({ code: 'provider_unavailable', status: 502 });
  });
});
