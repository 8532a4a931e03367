import { randomUUID } from 'node:crypto';
import type { AccessToken } from '../access-token.js';
import type { CalendarEventsCapability, EventDraft } from '../calendar-events.js';
import type { CalendarCapability, CalendarEvent } from '../calendar.js';
import { failureOf, failurePromises, type ProviderSituations } from './situations.js';

/** An event that stands in the provider's calendar, as people see it there. */
export interface SeenEvent {
  readonly id: string;
  readonly title: string;
  readonly startTime: string;
  readonly guests: readonly string[];
}

/** A calendar account at a running fake. */
export interface CalendarHarness {
  readonly calendar: CalendarCapability;
  /** By which the account's owner changes what we wrote. */
  readonly events: CalendarEventsCapability;
  readonly token: AccessToken;
  /** A calendar that can be written and is empty. */
  readonly calendarId: string;
  readonly situations: ProviderSituations;
  /** True where the provider chooses ids, so that an event which is put back after its deletion has another one. */
  readonly choosesIds?: boolean;
  /** True where the account can write all of its calendars: what happens with others cannot be tried there. */
  readonly canWriteAll?: boolean;
  /** What stands in that calendar now. */
  seen(): Promise<readonly SeenEvent[]> | readonly SeenEvent[];
  /** Puts into that calendar what the provider makes there of somebody else's event with this key, to which the calendar's owner is invited. */
  putGuestCopy(key: string): unknown;
  stop(): Promise<void>;
}

/** An event with a new key; a test mentions only what it is about. */
export const anEvent = (event: Partial<CalendarEvent> = {}): CalendarEvent => ({
  key: randomUUID(),
  title: 'Consultation',
  description: 'Bring the papers.',
  startTime: '2027-03-01T10:00:00+01:00',
  endTime: '2027-03-01T10:30:00+01:00',
  timeZone: 'Europe/Berlin',
  attendees: [{ email: 'guest@example.com', name: 'Gus Guest' }],
  meetingUrl: 'https://meet.example.com/j/1',
  ...event,
});

/** What the account's owner does with an event. */
const ownerOf = ({ events, token, calendarId }: CalendarHarness, id: string) => ({
  change: (change: Partial<EventDraft>) => events.updateEvent(token, calendarId, { id, change }),
  read: () => events.getEvent(token, calendarId, id),
});

/** What is promised besides by providers that make online meetings of their own. */
export const calendarMeetingsContract = (provider: string, start: () => Promise<CalendarHarness>): void => {
  describe(`${provider}: calendar with meetings of its own`, () => {
    let harness: CalendarHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());

    it.each([
      ['another time', { startTime: '2027-03-02T10:00:00+01:00', endTime: '2027-03-02T10:30:00+01:00' }],
      ['another text', { description: 'Bring <nothing>.' }],
      ['a link that came later', { meetingUrl: 'https://meet.example.com/j/2' }],
    ])('keep a meeting that the owner has added when the event gets %s', async (_what, change) => {
      const { calendar, token, calendarId } = harness;
      const event = anEvent({ meetingUrl: undefined });
      const owner = ownerOf(harness, (await calendar.createEvent(token, calendarId, event)).id);
      const { joinUrl } = await owner.change({ conference: { kind: 'new' } });

      const wanted: CalendarEvent = { ...event, ...change };
      await calendar.updateEvent(token, calendarId, wanted);

      expect(joinUrl).toMatch(/^https:/);
      expect(await owner.read()).toMatchObject({
        joinUrl,
        description: expect.stringContaining(String(wanted.description)) as string,
      });
    });
  });
};

/** The promises in {@link CalendarCapability}, checked against any provider that makes them. */
export const calendarContract = (provider: string, start: () => Promise<CalendarHarness>): void => {
  describe(`${provider}: calendar`, () => {
    let harness: CalendarHarness;
    beforeEach(async () => (harness = await start()));
    afterEach(() => harness.stop());
    const create = (event: CalendarEvent) => harness.calendar.createEvent(harness.token, harness.calendarId, event);
    const update = (event: CalendarEvent) => harness.calendar.updateEvent(harness.token, harness.calendarId, event);
    const remove = (key: string) => harness.calendar.deleteEvent(harness.token, harness.calendarId, key);

    it('lists the calendars, the primary one first, and says which can be written', async () => {
      const calendars = await harness.calendar.listCalendars(harness.token);

      expect(calendars.map(({ isPrimary }) => isPrimary)).toEqual(calendars.map((_calendar, index) => index === 0));
      expect(new Set(calendars.map(({ isWritable }) => isWritable))).toEqual(new Set(harness.canWriteAll === true ? [true] : [true, false]));
    });

    it('puts an event with its guests into the calendar', async () => {
      const { id } = await create(anEvent());

      expect(await harness.seen()).toEqual([expect.objectContaining({ id, title: 'Consultation', guests: ['guest@example.com'] })]);
      expect(Date.parse((await harness.seen())[0]?.startTime ?? '')).toBe(Date.parse('2027-03-01T09:00:00Z'));
    });

    it('makes one event of one key, however often it is created', async () => {
      const event = anEvent();

      const ids = [await create(event), await create(event), await create(event)].map(({ id }) => id);

      expect(new Set(ids).size).toBe(1);
      expect(await harness.seen()).toHaveLength(1);
    });

    it('makes one event when the answer to its creation is lost', async () => {
      harness.situations.dropAfterExecuting(1);

      const { id } = await create(anEvent());

      expect(await harness.seen()).toEqual([expect.objectContaining({ id })]);
    });

    it('brings an event that is there already to the wanted state', async () => {
      const event = anEvent();
      await create(event);

      await create({ ...event, title: 'Moved', startTime: '2027-03-02T10:00:00+01:00', endTime: '2027-03-02T10:30:00+01:00' });

      expect(await harness.seen()).toEqual([expect.objectContaining({ title: 'Moved' })]);
    });

    it('puts an event back that was deleted before', async () => {
      const event = anEvent();
      const { id } = await create(event);
      await remove(event.key);

      const again = await create(event);

      expect(again.id === id).toBe(harness.choosesIds !== true);
      expect(await harness.seen()).toEqual([expect.objectContaining({ id: again.id })]);
    });

    it('moves an event, and drops what it no longer has', async () => {
      const event = anEvent();
      const { id } = await create(event);

      const moved = await update({ ...event, startTime: '2027-03-01T12:00:00+01:00', endTime: '2027-03-01T12:30:00+01:00', attendees: [] });

      expect(moved.id).toBe(id);
      expect(await harness.seen()).toEqual([expect.objectContaining({ id, guests: [] })]);
      expect(Date.parse((await harness.seen())[0]?.startTime ?? '')).toBe(Date.parse('2027-03-01T11:00:00Z'));
    });

    const wholeDay = { start: { date: '2027-03-01' }, end: { date: '2027-03-02' } };

    it('gives an event its time back that its owner made last a whole day', async () => {
      const event = anEvent();
      const owner = ownerOf(harness, (await create(event)).id);
      await owner.change(wholeDay);

      await update(event);

      expect(await owner.read()).toMatchObject({
        start: { dateTime: '2027-03-01T10:00:00', timeZone: 'Europe/Berlin' },
        end: { dateTime: '2027-03-01T10:30:00', timeZone: 'Europe/Berlin' },
      });
    });

    it.each([
      ['a whole day', wholeDay],
      [
        'another hour',
        {
          start: { dateTime: '2027-03-01T16:00:00', timeZone: 'Europe/Berlin' },
          end: { dateTime: '2027-03-01T17:00:00', timeZone: 'Europe/Berlin' },
        },
      ],
    ])('leaves an event at %s where its times are not what is wanted', async (_what, times) => {
      const event = anEvent({ meetingUrl: undefined });
      const owner = ownerOf(harness, (await create(event)).id);
      await owner.change(times);

      await update({ ...event, meetingUrl: 'https://meet.example.com/j/2', keepsTimes: true });
      await create({ ...event, title: 'Renamed', meetingUrl: 'https://meet.example.com/j/2', keepsTimes: true });

      expect(await owner.read()).toMatchObject({ ...times, title: 'Renamed', location: 'https://meet.example.com/j/2' });
    });

    it('finds nothing to update under an unknown key, or after a deletion', async () => {
      const event = anEvent();
      await create(event);
      await remove(event.key);

      expect(await failureOf(update(anEvent()))).toMatchObject({ code: 'not_found', retryable: false });
      expect(await failureOf(update(event))).toMatchObject({ code: 'not_found', retryable: false });
    });

    it('deletes an event; one that is gone already, or never was, is success, and it says which', async () => {
      const event = anEvent();
      await create(event);

      const removed = [await remove(event.key), await remove(event.key), await remove(randomUUID())];

      expect(removed).toEqual([true, false, false]);
      expect(await harness.seen()).toEqual([]);
    });

    const holds = (key: string) => harness.calendar.holdsEvent(harness.token, harness.calendarId, key);

    it('says whether a calendar holds the event of a key, also after somebody has changed it', async () => {
      const event = anEvent();
      const owner = ownerOf(harness, (await create(event)).id);
      await owner.change({ title: 'Renamed', ...wholeDay });

      const held = [await holds(event.key), await holds(randomUUID())];
      await remove(event.key);

      expect([...held, await holds(event.key)]).toEqual([true, false, false]);
      expect(await harness.calendar.holdsEvent(harness.token, 'no-such-calendar@example.com', event.key)).toBe(false);
    });

    it('tells the copy of a guest from the event', async () => {
      const key = randomUUID();
      await harness.putGuestCopy(key);

      expect(await holds(key)).toBe(false);
      expect(await harness.seen()).toHaveLength(1);
    });

    it('refuses calendars that do not exist or cannot be written', async () => {
      const readOnly = (await harness.calendar.listCalendars(harness.token)).find(({ isWritable }) => !isWritable);
      const into = async (calendarId: string) => (await failureOf(harness.calendar.createEvent(harness.token, calendarId, anEvent()))).code;

      expect(await into('no-such-calendar@example.com')).toBe('not_found');
      expect([readOnly === undefined, readOnly === undefined || (await into(readOnly.id))]).toEqual(
        harness.canWriteAll === true ? [true, true] : [false, 'forbidden'],
      );
    });

    const begin = async (call: () => Promise<unknown>) => ({ situations: harness.situations, token: harness.token, call });
    failurePromises({ name: 'listing', begin: () => begin(() => harness.calendar.listCalendars(harness.token)) });
    failurePromises({ name: 'creating', begin: () => begin(() => create(anEvent())) });
    failurePromises({ name: 'updating', begin: () => begin(() => update(anEvent())) });
    failurePromises({ name: 'deleting', begin: () => begin(() => remove(randomUUID())) });
    failurePromises({ name: 'looking for', begin: () => begin(() => holds(randomUUID())) });
  });
};
