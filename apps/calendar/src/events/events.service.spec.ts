import { ProviderError, type EventDetails, type EventWriteOutcome } from '@patchbay/capabilities';
import { aDraft } from '@patchbay/capabilities/testing';
import { createCalendarEvent, writeCalendarEvents, type InputOf } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import { failureFor } from './event-failures.js';
import { EventsService } from './events.service.js';
import type { OpenCalendar, OpenCalendars } from './open-calendars.js';

const id = '0198f2a4-0000-7000-8000-000000000001';
const user = { tenant_id: id, user_id: id } as unknown as UserCaller;
const event = { title: 'A', start_time: '2027-03-01', end_time: '2027-03-02' };
const known = { ...aDraft(), id: 'a', status: 'confirmed', organizer: null, joinUrl: null, attendees: [] } as unknown as EventDetails;
const unknown = new ProviderError('google', 'rate_limited', { outcomeUnknown: true });

interface Calendars {
  read?(): Promise<EventDetails>;
  write?(): Promise<unknown>;
}

const begin = ({ read = async () => known, write = async () => [] }: Calendars) => {
  const calendar: OpenCalendar = { accountId: id, provider: 'google', storedId: id, calendarId: 'primary', zone: 'UTC', clock: 'UTC' };
  const calendars: { [Name in 'open' | 'ask' | 'write']: (...parts: never[]) => Promise<unknown> } = {
    open: async () => calendar,
    ask: read,
    write,
  };
  let now = new Date('2027-03-01T10:00:00Z');
  return {
    service: new EventsService(calendars as unknown as OpenCalendars, () => now),
    pass: (ms: number) => (now = new Date(now.getTime() + ms)),
  };
};
const batch = (...operations: readonly object[]): InputOf<typeof writeCalendarEvents> => writeCalendarEvents.input.parse({ id, operations });
const repeat = { operation: 'update', event_id: 'a', event: { recurrence: 'FREQ=DAILY;COUNT=3' } };

describe('events that are written', () => {
  it('are not written when they were read for so long that nobody waits any more', async () => {
    let writes = 0;
    const { service, pass } = begin({
      read: async () => {
        pass(writeCalendarEvents.deadlineMs ?? 0);
        return known;
      },
      write: async () => ((writes += 1), [{ event: null }]),
    });

    await expect(service.write(user, batch(repeat))).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(writes).toBe(0);
  });

  it('are not asked for when nothing is left to write', async () => {
    let writes = 0;
    const read = () => Promise.reject(failureFor('event', new ProviderError('google', 'not_found')));
    const { service } = begin({ read, write: async () => ((writes += 1), []) });

    const { items } = await service.write(user, batch(repeat));

    expect(items).toEqual([{ index: 0, status: 'failed', event: null, error: { code: 'calendar_event_not_found', detail: expect.any(String) } }]);
    expect(writes).toBe(0);
  });

  it('say of each one whether it may have taken effect, with the key by which it can be made again', async () => {
    const outcomes: readonly EventWriteOutcome[] = [
      { error: unknown },
      { error: unknown },
      { error: unknown },
      { error: new ProviderError('google', 'rate_limited') },
    ];
    const { service } = begin({ write: async () => outcomes });
    const create = { operation: 'create', event };

    const { items } = await service.write(user, batch(create, { ...create, idempotency_key: 'b' }, { operation: 'delete', event_id: 'c' }, create));

    const failure = { code: 'rate_limited', detail: expect.any(String) };
    expect(items.map(({ error }) => error)).toEqual([
      { ...failure, outcome: 'unknown', idempotency_key: expect.stringMatching(/^[\w-]{36}$/) },
      { ...failure, outcome: 'unknown' },
      { ...failure, outcome: 'unknown' },
      failure,
    ]);
  });

  it('have a key that is told when one alone may have been made', async () => {
    const { service } = begin({ write: () => Promise.reject(failureFor('creation', unknown)) });
    const create = (more: object) => service.create(user, createCalendarEvent.input.parse({ id, ...event, ...more }));

    await expect(create({})).rejects.toMatchObject({ code: 'rate_limited', details: { outcome: 'unknown', idempotency_key: expect.any(String) } });
    await expect(create({ idempotency_key: 'b' })).rejects.toHaveProperty('details', { retry_after_seconds: 1, outcome: 'unknown' });
  });
});
