import { ProviderError, type EventDetails, type ProviderErrorCode } from '@patchbay/capabilities';
import { aDraft } from '@patchbay/capabilities/testing';
import { AppError, writeCalendarEvents, type InputOf } from '@patchbay/contracts';
import { setImmediate } from 'node:timers/promises';
import { failureFor } from './event-failures.js';
import { prepareWrites, type EventReading } from './prepared-writes.js';

type Operation = InputOf<typeof writeCalendarEvents>['operations'][number];

const ids = { accountId: '0198f2a4-0000-7000-8000-000000000001', storedId: '0198f2a4-0000-7000-8000-000000000002' };
const calendar = { ...ids, zone: 'Europe/Paris', clock: 'Europe/Paris' };
const began = new Date('2027-03-01T10:00:00Z');
const repeat = (id: string): Operation => ({ operation: 'update', event_id: id, event: { recurrence: 'FREQ=DAILY;COUNT=3' } });
const rename = (id: string): Operation => ({ operation: 'update', event_id: id, event: { title: 'B' } });
const known = (id: string): EventDetails => ({ ...aDraft(), id }) as unknown as EventDetails;
const unread = (code: ProviderErrorCode) => failureFor('event', new ProviderError('google', code)) as AppError;

const begin = (read: EventReading['read']) => {
  let now = began;
  const asked: string[] = [];
  const reading: EventReading = {
    read: (id) => {
      asked.push(id);
      return read(id);
    },
    now: () => now,
    until: new Date(began.getTime() + 20_000),
  };
  const prepare = (operations: readonly Operation[]) => prepareWrites(operations, calendar, reading);
  return { prepare, asked, pass: (ms: number) => (now = new Date(now.getTime() + ms)) };
};

describe('operations that become writes', () => {
  it.each(['not_found', 'rate_limited', 'unavailable', 'forbidden', 'invalid_response'] as const)(
    'fail alone when their event cannot be read: %s',
    async (code) => {
      const { prepare } = begin(async (id) => {
        if (id === 'b') throw unread(code);
        return known(id);
      });

      const prepared = await prepare([repeat('a'), repeat('b'), rename('c'), { operation: 'delete', event_id: 'd' }]);

      expect(prepared).toEqual([
        { write: { kind: 'update', id: 'a', change: { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] } }, givenKey: null },
        { refusal: expect.objectContaining({ code: unread(code).code }) },
        { write: { kind: 'update', id: 'c', change: { title: 'B' } }, givenKey: null },
        { write: { kind: 'delete', id: 'd' }, givenKey: null },
      ]);
    },
  );

  it('fail together when the account must be connected again, or something is wrong with us', async () => {
    for (const error of [unread('unauthorized'), new AppError('service_unavailable'), new TypeError('a bug')]) {
      const { prepare, asked } = begin(() => Promise.reject(error));

      await expect(prepare(Array.from({ length: 50 }, (_one, index) => repeat(String(index))))).rejects.toBe(error);
      expect(asked.length).toBeLessThanOrEqual(4);
    }
  });

  it('are read for four at once, and each event once', async () => {
    let [underWay, most] = [0, 0];
    const { prepare, asked } = begin(async (id) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await setImmediate();
      underWay -= 1;
      return known(id);
    });

    await prepare(Array.from({ length: 50 }, (_one, index) => repeat(String(index % 10))));

    expect([asked.length, most]).toEqual([10, 4]);
  });

  it('are read for only as long as there is time, and those that are not fail alone', async () => {
    const { prepare, asked, pass } = begin(async (id) => {
      pass(6_000);
      return known(id);
    });

    const prepared = await prepare([...Array.from({ length: 6 }, (_one, index) => repeat(String(index))), rename('c')]);

    expect(asked).toHaveLength(4);
    expect(prepared.map((one) => ('refusal' in one ? one.refusal.code : one.write.kind))).toEqual([
      ...Array<string>(4).fill('update'),
      'provider_unavailable',
      'provider_unavailable',
      'update',
    ]);
  });

  it('are refused together when one makes no sense, before anything is read', async () => {
    const { prepare, asked } = begin(async (id) => known(id));
    const senseless: Operation = {
      operation: 'update',
      event_id: 'b',
      event: { start_time: '2027-03-01', end_time: '2027-03-02', is_all_day: true, recurrence: 'FREQ=NEVER' },
    };

    await expect(prepare([repeat('a'), senseless])).rejects.toMatchObject({
      code: 'request_invalid',
      details: { 'operations.1.event.recurrence': expect.any(String) },
    });
    expect(asked).toEqual([]);
  });

  it('give a creation without a key one, so that it can be asked for again', async () => {
    const { prepare } = begin(async (id) => known(id));
    const [creation] = writeCalendarEvents.input.parse({
      id: calendar.accountId,
      operations: [{ operation: 'create', event: { title: 'A', start_time: '2027-03-01', end_time: '2027-03-02' } }],
    }).operations;
    const create = (idempotency_key?: string) => ({ ...creation, ...(idempotency_key !== undefined && { idempotency_key }) }) as Operation;

    const [given, own] = await prepare([create(), create('order-7')]);
    const givenKey = given !== undefined && 'write' in given ? given.givenKey : null;
    const [again] = await prepare([create(givenKey ?? '')]);

    expect(own).toMatchObject({ givenKey: null });
    expect(givenKey).not.toBeNull();
    expect(again).toEqual({ ...given, givenKey: null });
  });
});
