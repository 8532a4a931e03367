import { jest } from '@jest/globals';
import { waitFor } from '@patchbay/testing';
import { BookedEvents, momentOf, type BookedEvent } from '../testing/booked-events.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

jest.setTimeout(60_000);

describe('the event of a booking that is moved to another calendar of its account', () => {
  let bench: SyncBench;
  let bookings: BookedEvents;
  let booked: BookedEvent;

  beforeAll(async () => {
    bench = await startSyncBench();
    bookings = new BookedEvents(bench);
  });
  afterAll(() => bench.stop());
  beforeEach(async () => {
    await bench.reset();
    await bench.query('TRUNCATE bookings');
    bench.start();
    const id = await bench.connect(aCalendar('work', { timeZone: 'UTC' }), aCalendar('team', { timeZone: 'UTC', isPrimary: false }));
    booked = await bookings.add(id, { calendarId: 'work', hour: 10 });
    await bench.sync(id);
    wait(120);
  });

  const wait = (seconds: number): void => {
    bench.time.now = new Date(bench.time.now.getTime() + seconds * 1_000);
  };
  const drag = (hour: number): void => {
    bench.provider.remove('work', booked.id);
    bench.provider.put('team', bookings.event(booked.id, hour, { id: 'another', htmlLink: 'https://calendar.example.com/another' }), 'another');
  };
  /** Reads one calendar, or some one after the other. */
  const read = async (...remoteIds: readonly string[]): Promise<void> => {
    for (const remoteId of remoteIds) {
      const { id } = await bench.calendarOf(booked.accountId, remoteId);
      await bench.database.transaction((tx) => bench.calendars.readSoon(tx, { accountId: booked.accountId, calendarIds: [id], now: bench.time.now }));
      await bench.settled(booked.accountId);
    }
  };
  /** A calendar is read by itself, and a moment passes. */
  const readByItself = async (remoteId: string): Promise<void> => {
    const read = async () => ((await bench.calendarOf(booked.accountId, remoteId)).seen_until ?? 0) >= bench.time.now;
    await waitFor(async () => ((await read()) ? true : undefined), `the reading of ${remoteId}`);
    wait(3);
  };
  const change = () => waitFor(async () => ((await bookings.detected()).length > 0 ? bookings.detected() : undefined), 'the change');

  it.each(['announce', 'follow', 'restore'] as const)('goes on being its event there, and nothing happens otherwise (%s)', async (policy) => {
    await bookings.setPolicy(booked.accountId, policy);
    drag(10);

    await read('work');
    await readByItself('team');
    await waitFor(async () => ((await bookings.row(booked.id))['calendar_id'] === 'team' ? true : undefined), 'the booking to go along');
    await read('team', 'work');

    expect(await bookings.detected()).toEqual([]);
    expect(await bookings.row(booked.id)).toMatchObject({
      event_id: 'another',
      html_link: 'https://calendar.example.com/another',
      is_cancelled: false,
      wanted_revision: 1,
      announced: null,
    });
    expect(await bench.query('SELECT * FROM booking_tellings')).toEqual([]);
  });

  it('is a change when its time is another there, whichever calendar is read first, and so is what happens to it there', async () => {
    await bookings.setPolicy(booked.accountId, 'follow');
    drag(12);

    await read('team', 'work');
    const first = await bookings.detected();
    const row = await bookings.row(booked.id);
    wait(120);
    bench.provider.remove('team', 'another');
    await read('work', 'team');
    await readByItself('work');

    expect(first).toEqual(['moved 10 12 followed']);
    expect(row).toMatchObject({ calendar_id: 'team', event_id: 'another', wanted: { start_time: momentOf(12) }, is_cancelled: false });
    await waitFor(async () => ((await bookings.row(booked.id))['is_cancelled'] === true ? true : undefined), 'the booking to follow');
  });

  it('is deleted when it is in none of them', async () => {
    bench.provider.remove('work', booked.id);

    await read('work');
    const early = await bookings.detected();
    await readByItself('team');

    expect([early, await change()]).toEqual([[], ['deleted 10 - announced']]);
  });

  it('is deleted when another calendar cannot be read for minutes', async () => {
    await bench.query(`UPDATE calendars SET attempts = 3, next_attempt_at = $2 WHERE account_id = $1 AND remote_id = 'team'`, [
      booked.accountId,
      new Date(bench.time.now.getTime() + 3_600_000),
    ]);
    bench.provider.remove('work', booked.id);

    await read('work');
    wait(290);
    await read('work');
    const early = await bookings.detected();
    wait(10);
    await read('work');

    expect([early, await change()]).toEqual([[], ['deleted 10 - announced']]);
  });
});
