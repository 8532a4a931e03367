import { jest } from '@jest/globals';
import type { BookingChangePolicy } from '@patchbay/contracts';
import { BookedEvents, momentOf } from '../testing/booked-events.js';
import { startSyncBench, type SyncBench } from '../testing/sync-bench.js';

jest.setTimeout(60_000);

describe('what was told of the event of a booking', () => {
  let bench: SyncBench;
  let bookings: BookedEvents;

  beforeAll(async () => {
    bench = await startSyncBench();
    bookings = new BookedEvents(bench);
  });
  afterAll(() => bench.stop());

  beforeEach(async () => {
    await bench.reset();
    await bench.query('TRUNCATE bookings');
    bench.start();
  });

  it('is not looked for over and over when it is missing for long, and we wrote it just now', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    const { now } = bench.time;
    const calendar = await bench.calendarOf(accountId);
    await bench.query(`UPDATE bookings SET written_at = $2 WHERE id = $1`, [id, now]);
    await bench.query(
      `INSERT INTO booking_tellings (calendar_id, event_id, resource, key, since, is_missing) VALUES ($1, $2::text, $2::text, $2::text::uuid, $3, true)`,
      [calendar.id, id, new Date(now.getTime() - 11 * 60_000)],
    );

    await bench.sync(accountId, true);

    expect(await bench.calendarOf(accountId)).toMatchObject({ is_full_wanted: true, next_attempt_at: new Date(now.getTime() + 60_000) });
    expect(await bookings.detected()).toEqual([]);
  });

  it('in two resources is looked at one by one: what may be of before our write waits, whatever came after it', async () => {
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

  describe('once the booking is over', () => {
    const later = '2026-12-08T09:00:00.000Z';
    /** A booking of the first of December, looked at a week later. */
    const held = async (policy: BookingChangePolicy) => {
      const booking = await bookings.book('work', 10);
      await bookings.setPolicy(booking.accountId, policy);
      bench.time.now = new Date(later);
      return booking;
    };

    it.each(['follow', 'restore'] as const)('is announced and nothing else, be it deleted or moved, where bookings %s', async (policy) => {
      const { id, accountId } = await held(policy);
      const before = await bookings.row(id);

      bench.provider.remove('work', id);
      await bench.sync(accountId);
      bench.provider.put('work', bookings.event(id, 12));
      await bench.sync(accountId);

      expect(await bookings.detected()).toEqual(['deleted 10 - announced', 'moved - 12 announced']);
      const announced = { start: momentOf(12), end: momentOf(13) };
      expect(await bookings.row(id)).toEqual({ ...before, announced });
      const steps = (await bench.announced('activity_recorded')).filter((step) => step['log_type'] === 'booking_change_detected');
      expect(steps.map(({ message }) => message)).toContain('In Google the event was deleted; the booking was over by then.');
    });

    it('counts no less until its last moment', async () => {
      const { id, accountId } = await held('follow');
      bench.time.now = new Date(Date.parse(momentOf(11)) - 1_000);

      bench.provider.remove('work', id);
      await bench.sync(accountId);

      expect(await bookings.detected()).toEqual(['deleted 10 - followed']);
    });
  });
});
