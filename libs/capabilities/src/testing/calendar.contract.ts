import { randomUUID } from 'node:crypto';
import type { AccessToken } from '../access-token.js';
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

    it('finds nothing to update under an unknown key, or after a deletion', async () => {
      const event = anEvent();
      await create(event);
      await remove(event.key);

      expect(await failureOf(update(anEvent()))).toMatchObject({ code: 'not_found', retryable: false });
      expect(await failureOf(update(event))).toMatchObject({ code: 'not_found', retryable: false });
    });

    it('deletes an event; one that is gone already, or never was, is success', async () => {
      const event = anEvent();
      await create(event);

      await remove(event.key);
      await remove(event.key);
      await remove(randomUUID());

      expect(await harness.seen()).toEqual([]);
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
  });
};
