import { jest } from '@jest/globals';
import { waitFor } from '@patchbay/testing';
import { BookedEvents, momentOf } from '../testing/booked-events.js';
import { anEvent } from '../testing/calendars.fake.js';
import { startSyncBench, type SyncBench } from '../testing/sync-bench.js';

jest.setTimeout(60_000);

const minuteMs = 60_000;

describe('the event of a booking', () => {
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

  const wait = (minutes: number): void => {
    bench.time.now = new Date(bench.time.now.getTime() + minutes * minuteMs);
  };
  const move = (id: string, hour: number): void => bench.provider.put('work', bookings.event(id, hour));

  it('that stands as it was written is never a change, whatever is read', async () => {
    const { accountId } = await bookings.book('work', 10);
    bench.provider.put('work', anEvent('other'));

    await bench.sync(accountId);
    await bench.sync(accountId, true);

    expect(await bookings.detected()).toEqual([]);
  });

  it('is announced once when it is moved, again when it is moved elsewhere, and when it is back', async () => {
    const { id, accountId } = await bookings.book('work', 10);

    move(id, 12);
    await bench.sync(accountId);
    move(id, 12);
    await bench.sync(accountId);
    await bench.sync(accountId, true);
    move(id, 14);
    await bench.sync(accountId);
    move(id, 10);
    await bench.sync(accountId);

    expect(await bookings.detected()).toEqual(['moved 10 12 announced', 'moved 12 14 announced', 'restored 14 10 announced']);
  });

  it('is announced when it is deleted, and when it is there again', async () => {
    const { id, bookingId, accountId } = await bookings.book('work', 10);

    bench.provider.remove('work', id);
    await bench.sync(accountId);
    move(id, 10);
    await bench.sync(accountId);

    expect(await bookings.detected()).toEqual(['deleted 10 - announced', 'restored - 10 announced']);
    const steps = (await bench.announced('activity_recorded')).filter((step) => step['log_type'] === 'booking_change_detected');
    expect(steps.map((step) => [step['booking_id'], step['message']])).toEqual([
      [bookingId, 'In Google the event was deleted.'],
      [bookingId, 'In Google the event is back as it was booked.'],
    ]);
  });

  it('is a day in the calendar’s zone when it is moved to a whole day', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    await bench.query(`UPDATE calendars SET zone = 'America/New_York', time_zone = 'America/New_York' WHERE account_id = $1`, [accountId]);

    bench.provider.put('work', bookings.event(id, 10, { start: { date: '2026-12-03' }, end: { date: '2026-12-04' } }));
    await bench.sync(accountId);

    expect(await bench.announced('booking_change_detected')).toMatchObject([
      { start_time: '2026-12-03T05:00:00.000Z', end_time: '2026-12-04T05:00:00.000Z' },
    ]);
  });

  it('is seen in what everything that is read anew differs by, moved or deleted', async () => {
    const moved = await bookings.book('work', 10);
    const deleted = await bookings.add(moved.accountId, { calendarId: 'work', hour: 15 });
    await bench.sync(moved.accountId);
    wait(2);

    bench.provider.expire('work');
    move(moved.id, 12);
    bench.provider.remove('work', deleted.id);
    await bench.sync(moved.accountId);
    const first = await bookings.detected();
    wait(10);

    await waitFor(async () => ((await bookings.detected()).length > first.length ? true : undefined), 'what is missing to be looked for again');
    expect([first, (await bookings.detected()).slice(1)]).toEqual([['moved 10 12 announced'], ['deleted 15 - announced']]);
  });

  it('is not gone because everything was told without it once', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    await bookings.setPolicy(accountId, 'follow');
    bench.provider.expire('work');
    bench.provider.remove('work', id);
    await bench.sync(accountId);
    await bench.sync(accountId, true);
    wait(11);
    bench.provider.expire('work');
    move(id, 10);
    await bench.sync(accountId);
    await bench.sync(accountId, true);

    expect(await bookings.detected()).toEqual([]);
    expect(await bookings.row(id)).toMatchObject({ is_cancelled: false });
    expect(await bench.query('SELECT * FROM booking_tellings')).toEqual([]);
  });

  it('is not gone because a calendar was never read before, or because it lies outside of what is read', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    await bench.query(
      `UPDATE calendar_events SET event = jsonb_set(jsonb_set(event, '{start,dateTime}', '"2029-01-01T10:00:00"'),
      '{end,dateTime}', '"2029-01-01T11:00:00"') WHERE event_id = $1`,
      [id],
    );
    bench.provider.remove('work', id);
    await bench.sync(accountId, true);
    await bookings.add(accountId, { calendarId: 'work', hour: 15 });
    bench.provider.remove('work', id);
    const [other] = await bench.query<{ id: string }>(`SELECT id FROM bookings WHERE id <> $1`, [id]);
    bench.provider.remove('work', other?.id ?? '');
    await bench.query(`UPDATE calendars SET generation = 0 WHERE account_id = $1`, [accountId]);

    await bench.sync(accountId, true);

    expect(await bookings.detected()).toEqual([]);
  });

  it('does not change by what we write: neither what is on its way nor what was read before our write counts', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    await bench.query(`UPDATE bookings SET wanted_revision = 2 WHERE id = $1`, [id]);
    move(id, 12);
    await bench.sync(accountId);
    await bench.query(
      `UPDATE bookings SET wanted = jsonb_set(jsonb_set(wanted, '{start_time}', to_jsonb($2::text)), '{end_time}', to_jsonb($3::text)) WHERE id = $1`,
      [id, momentOf(15), momentOf(16)],
    );
    wait(1);
    await bookings.writeAgain(bench.provider, { id, calendarId: 'work', hour: 15 });
    wait(1);

    await bench.sync(accountId);
    wait(2);
    await bench.sync(accountId);

    expect(await bookings.detected()).toEqual([]);
    expect(await bench.query('SELECT * FROM booking_tellings')).toEqual([]);
  });

  it('changed while we wrote it, which the provider tells only once: that is seen by the next reading a minute later', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    await bench.query(`UPDATE bookings SET wanted_revision = 2 WHERE id = $1`, [id]);
    move(id, 12);
    await bench.sync(accountId);
    await bench.query(`UPDATE bookings SET applied_revision = 2, written_at = $2 WHERE id = $1`, [id, new Date(bench.time.now.getTime() + 1)]);

    await bench.sync(accountId);
    const early = await bookings.detected();
    wait(2);
    await bench.sync(accountId);

    expect([early, await bookings.detected()]).toEqual([[], ['moved 10 12 announced']]);
  });

  it('is not deleted when it only stands in another resource, and moved when it is moved with that', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    bench.provider.put('work', bookings.event(id, 10), 'renamed');
    bench.provider.remove('work', id);
    await bench.sync(accountId);
    bench.provider.put('work', bookings.event(id, 12), 'third');
    bench.provider.put('work', anEvent('other'));
    bench.provider.remove('work', 'renamed');
    await bench.sync(accountId);

    expect(await bookings.detected()).toEqual(['moved 10 12 announced']);
  });

  it.each([
    ['is told', false],
    ['is read anew', true],
  ])('is not gone because it cannot be read any more, however that %s', async (_how, isFull) => {
    const { id, accountId } = await bookings.book('work', 10);
    bench.provider.putAll('work', id, { unreadable: [{ title: 'Demo', start: '2026-12-01T10:00:00', fault: 'unknown_zone' }] });

    await bench.sync(accountId, isFull);

    expect(await bookings.detected()).toEqual([]);
  });

  it('of another account, or of an event that only bears the key, is none of ours', async () => {
    const { id } = await bookings.book('work', 10);
    const stranger = await bench.connect({ id: 'theirs', name: 'theirs', timeZone: 'UTC', isPrimary: true, isWritable: true });
    await bench.settled(stranger);

    bench.provider.put('theirs', bookings.event(id, 12));
    await bench.sync(stranger);
    bench.provider.put('theirs', bookings.event(id, 12, { id: 'copy' }), 'copy');
    await bench.sync(stranger);

    expect(await bookings.detected()).toEqual([]);
    expect(await bench.query('SELECT * FROM booking_tellings')).toEqual([]);
  });

  it('is announced once when the process dies after a page that told of it', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    move(id, 12);
    bench.provider.put('work', anEvent('other'));
    bench.provider.put('work', anEvent('third'));
    bench.provider.beforePage = async (_calendar, page) => {
      if (page === 0) return;
      bench.provider.beforePage = () => undefined;
      await bench.loseLease((await bench.calendarOf(accountId)).id);
      bench.start();
    };

    await bench.sync(accountId);

    expect(await bookings.detected()).toEqual(['moved 10 12 announced']);
  });

  describe('of an account whose bookings follow', () => {
    it('takes the booking with it, so that nothing moves it back', async () => {
      const { id, accountId } = await bookings.book('work', 10);
      await bookings.setPolicy(accountId, 'follow');

      move(id, 12);
      await bench.sync(accountId);
      await bench.sync(accountId, true);
      move(id, 10);
      await bench.sync(accountId);

      expect(await bookings.detected()).toEqual(['moved 10 12 followed', 'moved 12 10 followed']);
      expect(await bookings.row(id)).toMatchObject({
        wanted: { start_time: momentOf(10), end_time: momentOf(11), title: 'Demo' },
        ends_at: new Date(momentOf(11)),
        wanted_revision: 1,
        applied_revision: 1,
        announced: null,
      });
    });

    it('cancels the booking when it is deleted, with nothing left to do', async () => {
      const { id, accountId } = await bookings.book('work', 10);
      await bookings.setPolicy(accountId, 'follow');

      bench.provider.remove('work', id);
      await bench.sync(accountId);

      expect(await bookings.detected()).toEqual(['deleted 10 - followed']);
      expect(await bookings.row(id)).toMatchObject({ is_cancelled: true, connection_id: null, wanted_revision: 1, applied_revision: 1 });
    });

    it('does not overrule what the product said after that', async () => {
      const { id, accountId } = await bookings.book('work', 10);
      await bookings.setPolicy(accountId, 'follow');
      await bench.query(`UPDATE bookings SET wanted_order = '2026-12-01T00:00:00.000Z moved x' WHERE id = $1`, [id]);

      move(id, 12);
      await bench.sync(accountId);

      expect(await bookings.detected()).toEqual(['moved 10 12 announced']);
      expect(await bookings.row(id)).toMatchObject({ wanted: { start_time: momentOf(10) } });
    });
  });

  it('is written back three times within an hour, and then only announced', async () => {
    const { id, accountId } = await bookings.book('work', 10);
    await bookings.setPolicy(accountId, 'restore');
    for (const hour of [12, 13, 14]) {
      move(id, hour);
      await bench.sync(accountId);
      await bookings.writeAgain(bench.provider, { id, calendarId: 'work', hour: 10 });
      wait(2);
      await bench.sync(accountId);
    }

    move(id, 15);
    await bench.sync(accountId);
    const tired = await bookings.detected();
    move(id, 10);
    await bench.sync(accountId);
    wait(60);
    move(id, 16);
    await bench.sync(accountId);

    expect(tired).toEqual(['moved 10 12 written_back', 'moved 10 13 written_back', 'moved 10 14 written_back', 'moved 10 15 announced']);
    expect((await bookings.detected()).slice(4)).toEqual(['restored 15 10 announced', 'moved 10 16 written_back']);
  });
});
