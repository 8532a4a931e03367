import { jest } from '@jest/globals';
import { BookedEvents, momentOf } from '../testing/booked-events.js';
import { startSyncBench, type SyncBench } from '../testing/sync-bench.js';

jest.setTimeout(60_000);

describe('what was told of the event of a booking in two resources', () => {
  let bench: SyncBench;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  afterAll(() => bench.stop());

  it('is looked at one by one: what may be of before our write waits, whatever came after it', async () => {
    const bookings = new BookedEvents(bench);
    bench.start();
    const { id, accountId } = await bookings.book('work', 10);
    const { now } = bench.time;
    const calendar = await bench.calendarOf(accountId);
    const tell = (resource: string, hour: number, since: Date) =>
      bench.query(
        `INSERT INTO booking_tellings (calendar_id, event_id, resource, key, starts_at, ends_at, since) VALUES ($1, $2::text, $3, $2::text::uuid, $4, $5, $6)`,
        [calendar.id, id, resource, momentOf(hour), momentOf(hour + 1), since],
      );
    await bench.query(`UPDATE bookings SET written_at = $2 WHERE id = $1`, [id, now]);
    await tell('before', 12, new Date(now.getTime() - 1_000));
    await tell('after', 13, now);

    await bench.sync(accountId);

    expect(await bookings.detected()).toEqual(['moved 10 13 announced']);
    expect(await bench.query('SELECT resource FROM booking_tellings')).toEqual([{ resource: 'before' }]);
  });
});
