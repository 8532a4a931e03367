import { aDraft, aSeries, calendarEventsContract, failureOf } from '@patchbay/capabilities/testing';
import { randomUUID } from 'node:crypto';
import { fakePerson } from '../_kit/fake-connection.js';
import { connectToOutlook } from './fake/outlook.fake-connection.js';

const connect = async () => {
  const connection = await connectToOutlook();
  const { calendars, calendarId, running } = connection;
  const placeOf = (id: string) => {
    const calendar = calendars.find(fakePerson, calendarId);
    const event = calendar?.events.get(id);
    if (calendar === null || event === undefined) throw new Error('there is no such event');
    return { calendar, event };
  };
  const sent = (method: string, path = '') =>
    running.requests.filter((request) => request.method === method && request.path.startsWith('/v1.0') && request.path.includes(path));
  return {
    ...connection,
    placeOf,
    sent,
    bodyOf: (method: string) => JSON.parse(sent(method).at(-1)?.body.toString() ?? '{}') as Readonly<Record<string, unknown>>,
    respond: (id: string, email: string, response: 'accepted' | 'tentative' | 'declined') => {
      const place = placeOf(id);
      const word = response === 'tentative' ? 'tentativelyAccepted' : response;
      const attendees = place.event.fields.attendees.map((guest) => (guest.emailAddress.address === email ? { ...guest, response: word } : guest));
      calendars.change(place, { attendees });
    },
  };
};

const traits = { reminders: 'one', hasDefaultReminders: false, makesConferences: true, floats: false, hasReadOnlyCalendars: true } as const;

calendarEventsContract('outlook', traits, connect);

const at = (dateTime: string, timeZone = 'Europe/Berlin') => ({ dateTime, timeZone });

const march = { from: new Date('2027-03-01T00:00:00Z'), to: new Date('2027-04-01T00:00:00Z'), text: null, attendee: null, cursor: null, limit: 50 };

describe('outlook: calendar events, beyond the contract', () => {
  let harness: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => (harness = await connect()));
  afterEach(() => harness.stop());
  const create = (draft: ReturnType<typeof aDraft>, key: string = randomUUID()) =>
    harness.events.createEvent(harness.token, harness.calendarId, { key, draft });
  const update = (id: string, change: Partial<ReturnType<typeof aDraft>>) =>
    harness.events.updateEvent(harness.token, harness.calendarId, { id, change });
  const get = (id: string) => harness.events.getEvent(harness.token, harness.calendarId, id);
  const list = (query: Partial<typeof march> | object = {}) => harness.events.listEvents(harness.token, harness.calendarId, { ...march, ...query });
  const startsOf = async () => (await list()).events.map(({ start }) => ('date' in start ? start.date : start.dateTime.slice(0, 10)));

  it('is no booking: a sync takes nothing of it for one of ours', async () => {
    await create(aDraft());

    expect(harness.bodyOf('POST')).toMatchObject({ transactionId: expect.stringMatching(/^patchbay_event-/) });
    const changes = [];
    const start = { calendarId: harness.calendarId, cursor: null, window: march, known: async () => new Map() };
    for await (const page of harness.reading.read(harness.token, start)) changes.push(...page.changes);
    expect(changes).toEqual([expect.objectContaining({ events: [expect.objectContaining({ title: 'Consultation', key: null })] })]);
  });

  it('makes no second event of a key whose event was deleted', async () => {
    const key = randomUUID();
    const { id } = await create(aDraft(), key);
    await harness.events.deleteEvent(harness.token, harness.calendarId, id);

    const [together] = await harness.events.writeEvents(harness.token, harness.calendarId, [{ kind: 'create', key, draft: aDraft() }]);

    const refusal = { code: 'conflict', reason: 'key_of_deleted_event', retryable: false };
    expect([await failureOf(create(aDraft(), key)), together]).toMatchObject([refusal, { error: refusal }]);
    expect((await list()).events).toEqual([]);
  });

  it('leaves out of a series what it shall not have, and does so again when the answer to that was lost', async () => {
    const key = randomUUID();
    const draft = aSeries({ recurrence: ['RRULE:FREQ=DAILY;COUNT=4', 'EXDATE;TZID=America/New_York:20270314T100000', 'EXDATE:20270316T140000Z'] });
    harness.running.faults.failNext({ status: 400, match: { method: 'DELETE' } });
    expect((await failureOf(create(draft, key))).code).toBe('invalid_request');
    expect(await startsOf()).toEqual(['2027-03-13', '2027-03-14', '2027-03-15', '2027-03-16']);

    await create(draft, key);

    expect(await startsOf()).toEqual(['2027-03-13', '2027-03-15']);
  });

  it('takes nothing out of a series that was changed since it was made', async () => {
    const key = randomUUID();
    const draft = aSeries({ recurrence: ['RRULE:FREQ=DAILY;COUNT=4', 'EXDATE:20270316T140000Z'] });
    const { id } = await create(draft, key);
    await update(id, { recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] });

    await create(draft, key);

    expect(await startsOf()).toEqual(['2027-03-13', '2027-03-14', '2027-03-15', '2027-03-16', '2027-03-17']);
  });

  it('leaves days out of a series of whole days', async () => {
    const whole = { start: { date: '2027-03-01' }, end: { date: '2027-03-02' } };

    await create(aDraft({ ...whole, recurrence: ['RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;VALUE=DATE:20270302'] }));

    expect(await startsOf()).toEqual(['2027-03-01', '2027-03-03']);
  });

  it.each([
    ['a rule that Outlook has no pattern for', { recurrence: ['RRULE:FREQ=HOURLY'] }, 'recurrence_unsupported'],
    ['added times', { recurrence: ['RRULE:FREQ=DAILY', 'RDATE:20270401T080000Z'] }, 'recurrence_unsupported'],
    ['two rules', { recurrence: ['RRULE:FREQ=DAILY', 'RRULE:FREQ=WEEKLY'] }, 'recurrence_unsupported'],
    ['an exception that is a day in a series of hours', { recurrence: ['RRULE:FREQ=DAILY', 'EXDATE;VALUE=DATE:20270302'] }, 'recurrence_unsupported'],
    ['a reminder by mail', { reminders: [{ method: 'email', minutesBefore: 5 } as const] }, 'reminders_unsupported'],
    ['an audience that its calendar does not have', { visibility: 'public' as const }, 'visibility_unsupported'],
    ['a beginning in hours and an end in days', { end: { date: '2027-03-02' } }, 'times_unsupported'],
  ])('refuses %s, and writes nothing', async (_, part, reason) => {
    expect(await failureOf(create(aDraft(part)))).toMatchObject({ code: 'invalid_request', reason, outcomeUnknown: false });
    expect((await list()).events).toEqual([]);
  });

  it('makes no online meetings where the calendar has no Teams, and says so before it writes anything', async () => {
    harness.running.fake.setTeams(false);
    const { id } = await create(aDraft());

    expect(await failureOf(update(id, { title: 'Online', conference: { kind: 'new' } }))).toMatchObject({ reason: 'conference_unsupported' });
    expect(await failureOf(create(aDraft({ conference: { kind: 'new' } })))).toMatchObject({ reason: 'conference_unsupported' });
    expect((await list()).events.map(({ title }) => title)).toEqual(['Consultation']);
  });

  it('changes the description of an event with an online meeting, and the meeting goes on', async () => {
    const { id, joinUrl } = await create(aDraft({ conference: { kind: 'new' } }));

    const changed = await update(id, { description: 'Bring <all> "papers" & pens.\nThank you.' });

    expect(changed).toMatchObject({ description: 'Bring <all> "papers" & pens.\nThank you.', joinUrl });
    expect(harness.placeOf(id).event.fields.isOnlineMeeting).toBe(true);
  });

  it('sends nothing, and so mails nobody, when all is as wanted', async () => {
    const { id } = await create(aSeries());
    const { title, description, location, start, end, recurrence, isFree, attendees, visibility, reminders } = await get(id);
    const before = harness.sent('PATCH').length;

    await update(id, { title, description, location, start, end, recurrence, isFree, attendees, visibility, reminders, conference: null });

    expect(harness.sent('PATCH')).toHaveLength(before);
  });

  it('keeps exceptions of a series that is told to recur as it does', async () => {
    const { id } = await create(aSeries());
    const occurrence = (await list()).events[1]?.id ?? '';
    await update(occurrence, { title: 'Once' });

    await update(id, { title: 'Daily', recurrence: ['RRULE:COUNT=4;FREQ=DAILY'] });

    expect((await list()).events.map(({ title }) => title)).toEqual(['Daily', 'Once', 'Daily', 'Daily']);
  });

  it('lets a room stay a room, and an event stay tentative or out of office', async () => {
    const { id } = await create(aDraft());
    const place = harness.placeOf(id);
    const room = { emailAddress: { address: 'room5@example.com' }, type: 'resource' };
    harness.calendars.change(place, { showAs: 'oof', attendees: [...place.event.fields.attendees, room] });

    await update(id, { isFree: false, attendees: [{ email: 'Room5@example.com', name: null, isOptional: false }] });

    const { showAs, attendees } = harness.placeOf(id).event.fields;
    expect([showAs, attendees.map(({ type }) => type)]).toEqual(['oof', ['resource']]);
  });

  it('takes a floating time for one on the clock of the mailbox, and makes no guess where that is not known', async () => {
    const floating = (dateTime: string) => ({ dateTime, timeZone: null });
    const times = { start: floating('2027-03-01T10:00:00'), end: floating('2027-03-01T11:00:00') };

    const created = await create(aDraft(times));
    expect(created).toMatchObject({ start: at('2027-03-01T10:00:00'), end: at('2027-03-01T11:00:00') });
    expect(await update(created.id, { ...times, end: floating('2027-03-01T12:00:00') })).toMatchObject({ end: at('2027-03-01T12:00:00') });

    harness.running.fake.setTeams(false);
    expect(await failureOf(create(aDraft(times)))).toMatchObject({ code: 'invalid_request', reason: 'floating_unsupported' });
    expect((await list()).events).toHaveLength(1);
  });

  it('tells the second of two moments that the clocks show alike in UTC', async () => {
    const time = (dateTime: string) => ({ dateTime, timeZone: 'W. Europe Standard Time' });
    const { calendar, event } = harness.placeOf((await create(aDraft())).id);
    const inUtc = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
    harness.calendars.change({ calendar, event }, { start: time('2027-03-01T10:00:00'), end: time('2027-03-01T11:00:00') });
    expect(await get(event.id)).toMatchObject({ start: at('2027-03-01T10:00:00'), end: at('2027-03-01T11:00:00') });

    harness.calendars.change({ calendar, event }, { start: inUtc('2027-10-31T00:30:00'), end: inUtc('2027-10-31T01:30:00') });
    expect(await get(event.id)).toMatchObject({ start: at('2027-10-31T00:30:00', 'UTC'), end: at('2027-10-31T01:30:00', 'UTC') });
  });

  it('looks through some pages for an answer, and tells where it goes on', async () => {
    const place = harness.placeOf((await create(aDraft())).id).calendar;
    const hour = (at: number) => ({ dateTime: `2027-03-02T${String(at).padStart(2, '0')}:00:00`, timeZone: 'UTC' });
    for (let index = 0; index < 20; index += 1)
      harness.calendars.add(place, { subject: index === 19 ? 'Needle' : 'Hay', start: hour(index), end: hour(index + 1) });
    harness.running.fake.limitPages({ pageMax: 2 });
    const before = harness.sent('GET', '/calendarView').length;

    const first = await list({ text: 'needle' });

    expect([first.events, first.cursor === null, harness.sent('GET', '/calendarView').length - before]).toEqual([[], false, 8]);
    expect((await list({ text: 'needle', cursor: first.cursor })).events.map(({ title }) => title)).toEqual(['Needle']);
  });

  it('lists events with whole documents in them, once each, in smaller pages', async () => {
    const place = harness.placeOf((await create(aDraft({ title: 'Small' }))).id).calendar;
    const body = { contentType: 'text', content: 'papers '.repeat(130_000) } as const;
    const hour = (index: number) => ({ dateTime: `2027-03-02T${String(index).padStart(2, '0')}:00:00`, timeZone: 'UTC' });
    for (let index = 0; index < 8; index += 1)
      harness.calendars.add(place, { subject: `Large ${index}`, body, start: hour(index), end: hour(index + 1) });

    const titles: string[] = [];
    for (let cursor: string | null = null, count = 0; count < 20; count += 1) {
      const page: Awaited<ReturnType<typeof list>> = await list({ cursor, limit: 7 });
      titles.push(...page.events.map(({ title }) => title));
      cursor = page.cursor;
      if (cursor === null) break;
    }

    expect(titles).toEqual(['Small', ...Array.from({ length: 8 }, (_one, index) => `Large ${index}`)]);
  });

  it('refuses a cursor of another question, and one that leads elsewhere', async () => {
    await create(aDraft());
    await create(aDraft());
    const { cursor } = await list({ limit: 1 });
    const forged = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as { position: Record<string, string> };
    const elsewhere = { ...forged, position: { startDateTime: '2000-01-01T00:00:00Z', $top: '1000' } };

    expect(await failureOf(list({ cursor, text: 'papers' }))).toMatchObject({ code: 'invalid_request', reason: 'cursor_unknown' });
    expect(await failureOf(list({ cursor: 'nonsense' }))).toMatchObject({ code: 'invalid_request', reason: 'cursor_unknown' });
    await list({ limit: 1, cursor: Buffer.from(JSON.stringify(elsewhere)).toString('base64url') });
    const [asked] = harness.sent('GET', '/calendarView').slice(-1);
    expect([asked?.query.getAll('startDateTime'), asked?.query.getAll('$top')]).toEqual([[march.from.toISOString()], ['1']]);
  });

  describe('of a calendar that somebody else has shared', () => {
    const ofOthers = async (role: 'reader' | 'writer') => {
      const [, theirs] = harness.calendars.ofAccount('tina.team@example.com');
      if (theirs === undefined) throw new Error('there is no other account');
      theirs.permissions.set('mine', {
        id: 'mine',
        address: fakePerson,
        name: 'Me',
        role: role === 'reader' ? 'read' : 'write',
        isInsideOrganization: true,
      });
      harness.calendars.add(theirs, {
        subject: 'Theirs',
        start: { dateTime: '2027-03-02T10:00:00', timeZone: 'UTC' },
        end: { dateTime: '2027-03-02T11:00:00', timeZone: 'UTC' },
      });
      const listed = await harness.calendar.listCalendars(harness.token);
      const shared = listed.find(({ id }) => id.startsWith('AAMkShr'));
      return { calendarId: shared?.id ?? '', isWritable: shared?.isWritable };
    };

    it('are listed; where they can only be read, nothing is written', async () => {
      const { calendarId, isWritable } = await ofOthers('reader');

      const { events } = await harness.events.listEvents(harness.token, calendarId, march);
      const written = await failureOf(harness.events.updateEvent(harness.token, calendarId, { id: events[0]?.id ?? '', change: { title: 'Mine' } }));

      expect([isWritable, events.map(({ title }) => title), written.code]).toEqual([false, ['Theirs'], 'forbidden']);
    });

    it('are told to all who have them when somebody changes one', async () => {
      const { calendarId } = await ofOthers('writer');
      const read = async (cursor: string | null) => {
        let next = cursor;
        const titles: string[] = [];
        const start = { calendarId, cursor, window: march, known: async () => new Map() };
        for await (const page of harness.reading.read(harness.token, start)) {
          next = page.cursor;
          for (const change of page.changes) if (change.kind === 'present') titles.push(...change.events.map(({ title }) => title));
        }
        return { titles, next };
      };
      const first = await read(null);
      const [, theirs] = harness.calendars.ofAccount('tina.team@example.com');
      const [event] = theirs?.events.values() ?? [];
      if (theirs === undefined || event === undefined) throw new Error('there is no such event');

      harness.calendars.change({ calendar: theirs, event }, { subject: 'Changed by Tina' });

      expect([first.titles, (await read(first.next)).titles]).toEqual([['Theirs'], ['Changed by Tina']]);
    });

    it('are changed where that is allowed', async () => {
      const { calendarId, isWritable } = await ofOthers('writer');
      const { events } = await harness.events.listEvents(harness.token, calendarId, march);

      await harness.events.updateEvent(harness.token, calendarId, { id: events[0]?.id ?? '', change: { title: 'Ours' } });

      const [, theirs] = harness.calendars.ofAccount('tina.team@example.com');
      expect([isWritable, [...(theirs?.events.values() ?? [])].map(({ fields }) => fields.subject)]).toEqual([true, ['Ours']]);
    });
  });
});
