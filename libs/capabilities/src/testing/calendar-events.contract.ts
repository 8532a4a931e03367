import { randomUUID } from 'node:crypto';
import { instantOf } from './calendar-mirror.js';
import { AskedCalendar, aDraft, at, type CalendarEventsHarness, type CalendarEventsTraits } from './calendar-events-harness.js';
import { detailPromises } from './calendar-events-details.js';
import { listPromises } from './calendar-events-lists.js';
import { seriesPromises } from './calendar-events-series.js';
import { severalPromises } from './calendar-events-several.js';
import { failureOf, failurePromises } from './situations.js';

/** The promises in `CalendarEventsCapability`, checked against any provider that makes them. */
export const calendarEventsContract = (provider: string, traits: CalendarEventsTraits, start: () => Promise<CalendarEventsHarness>): void => {
  describe(`${provider}: calendar events`, () => {
    let harness: CalendarEventsHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());
    const current = (): CalendarEventsHarness => harness;
    const calendar = new AskedCalendar(current);

    creationPromises(calendar, current);
    changePromises(calendar, current);
    detailPromises(traits, calendar);
    listPromises(calendar);
    seriesPromises(calendar);
    severalPromises(calendar, current);
    refusalPromises(calendar, current);
    if (traits.hasReadOnlyCalendars) readOnlyPromises(current);

    const begin = async (call: () => Promise<unknown>) => ({ situations: harness.situations, token: harness.token, call });
    failurePromises({ name: 'listing', begin: () => begin(() => calendar.page()) });
    failurePromises({ name: 'reading', begin: () => begin(() => calendar.get('abcdefgh')) });
    failurePromises({ name: 'creating', begin: () => begin(() => calendar.create(aDraft())) });
    failurePromises({
      name: 'updating',
      begin: async () => {
        const { id } = await calendar.create(aDraft());
        return begin(() => calendar.update(id, { title: 'Moved' }));
      },
    });
    failurePromises({
      name: 'deleting',
      begin: async () => {
        const { id } = await calendar.create(aDraft());
        return begin(() => calendar.remove(id));
      },
    });
  });
};

type Harness = () => CalendarEventsHarness;

const creationPromises = (calendar: AskedCalendar, harness: Harness): void => {
  it('creates an event with everything that it shall have, and reads it as it was answered', async () => {
    const created = await calendar.create(aDraft());

    expect(created).toMatchObject({
      title: 'Consultation',
      description: 'Bring the papers.',
      location: 'Room 5',
      recurrence: [],
      isFree: false,
      status: 'confirmed',
      seriesId: null,
      originalStart: null,
      joinUrl: null,
      attendees: [{ email: 'guest@example.com', name: 'Gus Guest', isOptional: false, response: 'unanswered' }],
    });
    expect([created.start, created.end].map(instantOf)).toEqual(['2027-03-01T09:00:00.000Z', '2027-03-01T09:30:00.000Z']);
    expect(await calendar.get(created.id)).toEqual(created);
  });

  it('makes one event of one key, and answers what is there unchanged', async () => {
    const key = randomUUID();
    const created = await calendar.create(aDraft(), key);
    await calendar.update(created.id, { title: 'Changed since' });

    const again = await calendar.create(aDraft(), key);

    expect([again.id, again.title]).toEqual([created.id, 'Changed since']);
    expect(await calendar.titles()).toEqual(['Changed since']);
  });

  it('makes one event when the answer to its creation is lost', async () => {
    harness().situations.dropAfterExecuting(1);

    const { id } = await calendar.create(aDraft());

    expect((await calendar.list()).map((event) => event.id)).toEqual([id]);
  });

  it('makes two events of two keys', async () => {
    await calendar.create(aDraft());
    await calendar.create(aDraft());

    expect(new Set((await calendar.list()).map(({ id }) => id)).size).toBe(2);
  });
};

const changePromises = (calendar: AskedCalendar, harness: Harness): void => {
  it('changes what is told and leaves the rest', async () => {
    const popup = [{ method: 'popup', minutesBefore: 15 }] as const;
    const created = await calendar.create(aDraft({ reminders: popup, visibility: 'private', isFree: true }));

    const changed = await calendar.update(created.id, { title: 'Second consultation' });

    expect(changed).toEqual({ ...created, title: 'Second consultation', version: changed.version });
    expect(changed.version).not.toBe(created.version);
    expect(await calendar.get(created.id)).toEqual(changed);
  });

  it('changes an event when the answer to that is lost', async () => {
    const { id } = await calendar.create(aDraft());
    harness().situations.dropAfterExecuting(1);

    await calendar.update(id, { location: 'Room 6' });

    expect(await calendar.get(id)).toMatchObject({ title: 'Consultation', location: 'Room 6' });
  });

  it('clears texts and lists that are wanted empty', async () => {
    const { id } = await calendar.create(aDraft());

    await calendar.update(id, { description: '', location: '', attendees: [] });

    expect(await calendar.get(id)).toMatchObject({ title: 'Consultation', description: '', location: '', attendees: [] });
  });

  it('keeps the answers of guests who stay when others come and go', async () => {
    const [first, second, third] = ['guest@example.com', 'second@example.com', 'third@example.com'].map((email) => ({
      email,
      name: null,
      isOptional: email.startsWith('third'),
    })) as [GuestOf, GuestOf, GuestOf];
    const { id } = await calendar.create(aDraft({ attendees: [first, second] }));
    await harness().respond(id, 'guest@example.com', 'accepted');
    await harness().respond(id, 'second@example.com', 'declined');
    const answered = (await calendar.get(id)).attendees.map(({ email, response }) => [email, response]);

    const { attendees } = await calendar.update(id, { attendees: [first, third] });

    expect(answered).toEqual([
      ['guest@example.com', 'accepted'],
      ['second@example.com', 'declined'],
    ]);
    expect(attendees.map(({ email, response, isOptional }) => [email, response, isOptional])).toEqual([
      ['guest@example.com', 'accepted', false],
      ['third@example.com', 'unanswered', true],
    ]);
  });

  it('moves an event from its hours to whole days and back', async () => {
    const { id } = await calendar.create(aDraft());
    const days = { start: { date: '2027-03-02' }, end: { date: '2027-03-04' } };

    expect(await calendar.update(id, days)).toMatchObject(days);
    const back = await calendar.update(id, { start: at('2027-03-05T10:00:00'), end: at('2027-03-05T11:00:00') });

    expect([back.start, back.end].map(instantOf)).toEqual(['2027-03-05T09:00:00.000Z', '2027-03-05T10:00:00.000Z']);
    expect(await calendar.get(id)).toEqual(back);
  });

  it('deletes an event; one that is gone already is success', async () => {
    const { id } = await calendar.create(aDraft());

    await calendar.remove(id);
    await calendar.remove(id);

    expect(await calendar.list()).toEqual([]);
  });
};

interface GuestOf {
  readonly email: string;
  readonly name: null;
  readonly isOptional: boolean;
}

const refusalPromises = (calendar: AskedCalendar, harness: Harness): void => {
  it('finds no event that is deleted, to read or to change', async () => {
    const { id } = await calendar.create(aDraft());
    await calendar.remove(id);

    expect(await failureOf(calendar.get(id))).toMatchObject({ code: 'not_found', retryable: false });
    expect(await failureOf(calendar.update(id, { title: 'Moved' }))).toMatchObject({ code: 'not_found', retryable: false });
  });

  it('finds nothing in a calendar that does not exist', async () => {
    const { events, token } = harness();
    const nowhere = 'no-such-calendar@example.com';
    const query = { from: new Date('2027-03-01'), to: new Date('2027-04-01'), text: null, attendee: null, cursor: null, limit: 10 };

    const listed = await failureOf(events.listEvents(token, nowhere, query));
    const created = await failureOf(events.createEvent(token, nowhere, { key: randomUUID(), draft: aDraft() }));

    expect([listed.code, created.code]).toEqual(['not_found', 'not_found']);
  });
};

const readOnlyPromises = (harness: Harness): void => {
  it('writes nothing into a calendar that can only be read', async () => {
    const { events, token, readOnlyCalendarId } = harness();

    const created = await failureOf(events.createEvent(token, readOnlyCalendarId, { key: randomUUID(), draft: aDraft() }));

    expect(created).toMatchObject({ code: 'forbidden', retryable: false });
  });
};
