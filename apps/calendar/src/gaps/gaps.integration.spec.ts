import { jest } from '@jest/globals';
import { ProviderError } from '@patchbay/capabilities';
import type { CalendarGapReport } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { BookedEvents, hourOf, momentOf } from '../testing/booked-events.js';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

jest.setTimeout(60_000);

const minuteMs = 60_000;

describe('a calendar that was not read for a while', () => {
  let bench: SyncBench;
  let bookings: BookedEvents;
  let account: string;

  beforeAll(async () => {
    bench = await startSyncBench();
    bookings = new BookedEvents(bench);
  });
  afterAll(() => bench.stop());
  beforeEach(async () => {
    await bench.reset();
    await bench.query('TRUNCATE bookings, calendar_gaps CASCADE');
    put('kept', 8);
    put('moved', 9);
    put('removed', 10);
    bench.start();
    account = await bench.connect(aCalendar('work', { timeZone: 'UTC' }));
    await bench.settled(account);
  });

  const put = (id: string, hour: number): void => bench.provider.put('work', anEvent(id, hourOf(hour)));
  const wait = (minutes: number): void => {
    bench.time.now = new Date(bench.time.now.getTime() + minutes * minuteMs);
  };
  const reports = () =>
    bench.query<CalendarGapReport & { readonly blind_from: Date; readonly blind_until: Date }>('SELECT * FROM calendar_gaps ORDER BY id');
  const changeThings = (): void => {
    put('added', 11);
    put('moved', 14);
    bench.provider.remove('work', 'removed');
  };
  const whatChanged = {
    added: 1,
    changed: 1,
    removed: 1,
    changes: [
      {
        change: 'removed',
        title: 'event removed',
        previous_start_time: momentOf(10),
        previous_end_time: momentOf(11),
        start_time: null,
        end_time: null,
      },
      { change: 'added', title: 'event added', previous_start_time: null, previous_end_time: null, start_time: momentOf(11), end_time: momentOf(12) },
      {
        change: 'changed',
        title: 'event moved',
        previous_start_time: momentOf(9),
        previous_end_time: momentOf(10),
        start_time: momentOf(14),
        end_time: momentOf(15),
      },
    ],
  };

  it('has no gap when it was read on time', async () => {
    wait(34);
    changeThings();
    await bench.sync(account);
    await bench.sync(account, true);

    expect(await reports()).toEqual([]);
  });

  it('has no gap when it was read as often as was wanted by then, however often that is now', async () => {
    await bench.query(`UPDATE accounts SET sync_interval_minutes = 1440 WHERE id = $1`, [account]);
    await bench.sync(account);
    await bench.query(`UPDATE accounts SET sync_interval_minutes = 5 WHERE id = $1`, [account]);
    wait(360);
    await bench.sync(account);
    wait(16);
    await bench.sync(account);

    expect(await reports()).toMatchObject([{ reason: 'not_read', blind_from: new Date(bench.time.now.getTime() - 16 * minuteMs) }]);
  });

  it.each([
    ['what has changed is told page by page', false],
    ['everything is read anew', true],
  ])('is reported on once it is read again: from when until when, and what changed meanwhile, when %s', async (_how, isFull) => {
    const from = bench.time.now;
    wait(36);
    changeThings();

    await bench.sync(account, isFull);
    await bench.sync(account);

    expect(await reports()).toMatchObject([{ reason: 'not_read', blind_from: from, blind_until: bench.time.now, ...whatChanged }]);
    expect(await bench.query('SELECT * FROM gap_changes')).toEqual([]);
    const [{ id } = { id: '' }] = await reports();
    expect(await bench.announced('calendar_gap_reported')).toMatchObject([
      {
        connection_id: account,
        calendar_id: 'work',
        gap_id: id,
        reason: 'not_read',
        from: from.toISOString(),
        added: 1,
        changed: 1,
        removed: 1,
        collision_count: 0,
      },
    ]);
    expect((await bench.announced('activity_recorded')).map((step) => step['log_type'])).toEqual(['calendar_gap_reported']);
  });

  it('is reported on whole when the first readings failed half way, and the provider forgot the cursor then', async () => {
    wait(36);
    changeThings();
    const failure = new ProviderError('google', 'unavailable');
    bench.provider.beforePage = (_calendar, page) => {
      if (page > 0) throw failure;
    };
    const id = (await bench.calendarOf(account)).id;
    await bench.query(`UPDATE calendars SET next_attempt_at = $2 WHERE id = $1`, [id, bench.time.now]);
    await waitFor(async () => ((await bench.calendarOf(account)).last_error === 'unavailable' ? true : undefined), 'the failure');
    bench.provider.beforePage = () => undefined;
    bench.provider.expire('work');

    await bench.sync(account);

    expect(await reports()).toMatchObject([whatChanged]);
  });

  it('counts what is different in the end, not what was different in between', async () => {
    wait(36);
    put('moved', 20);
    put('added', 11);
    bench.provider.beforePage = (_calendar, page) => {
      if (page > 0) throw new ProviderError('google', 'unavailable');
    };
    put('third', 12);
    await bench.query(`UPDATE calendars SET next_attempt_at = $2 WHERE account_id = $1`, [account, bench.time.now]);
    await waitFor(async () => ((await bench.calendarOf(account)).last_error === 'unavailable' ? true : undefined), 'the failure');
    bench.provider.beforePage = () => undefined;
    put('moved', 9);
    bench.provider.remove('work', 'added');
    await bench.sync(account);

    expect(await reports()).toMatchObject([{ added: 1, changed: 0, removed: 0, changes: [{ change: 'added', title: 'event third' }] }]);
  });

  it('tells of the first hundred changes, and counts all', async () => {
    wait(36);
    for (let index = 0; index < 130; index += 1) put(`new${index}`, index % 20);

    await bench.sync(account);

    const [report] = await reports();
    expect([report?.added, report?.changes.length]).toEqual([130, 100]);
  });

  it('tells which bookings collide with it by now, but not with their own events', async () => {
    const own = await bookings.add(account, { calendarId: 'work', hour: 16 });
    const other = await bookings.add(account, { calendarId: 'work', hour: 18 });
    const free = await bookings.add(account, { calendarId: 'work', hour: 20 });
    await bench.sync(account);
    wait(40);
    put('colliding', 18);

    await bench.sync(account);

    const [report] = await reports();
    expect(report).toMatchObject({
      collision_count: 1,
      collisions: [
        {
          booking_id: other.bookingId,
          start_time: momentOf(18),
          end_time: momentOf(19),
          busy: { title: 'event colliding', start: momentOf(18), end: momentOf(19) },
        },
      ],
    });
    expect(await bench.announced('calendar_gap_reported')).toMatchObject([{ booking_ids: [other.bookingId] }]);
    expect([own, free].map(({ bookingId }) => JSON.stringify(report).includes(bookingId))).toEqual([false, false]);
  });

  it('tells the first hundred collisions, and looks for no more however many there are', async () => {
    await bench.query(
      `INSERT INTO bookings (id, booking_id, user_id, wanted, wanted_order, ends_at, wanted_revision, applied_revision)
       SELECT gen_random_uuid(), 'bk_' || n, user_id, jsonb_build_object('title', 'Demo', 'start_time', $2::text, 'end_time', $3::text), '', $3::timestamptz, 1, 1
       FROM accounts, generate_series(1, 3000) AS n WHERE id = $1`,
      [account, momentOf(18), momentOf(19)],
    );
    const { id, generation } = await bench.calendarOf(account);
    await bench.query(
      `INSERT INTO busy_ranges (calendar_id, generation, tenant_id, user_id, series_id, event_id, during, is_all_day, state, title)
       SELECT id, generation, tenant_id, user_id, 's' || n, 's' || n, tstzrange($3, $4), false, 'busy', 'Demo' FROM calendars, generate_series(1, 3000) AS n
       WHERE id = $1 AND generation = $2`,
      [id, generation, momentOf(18), momentOf(19)],
    );
    wait(40);

    await bench.sync(account);

    const [report] = await reports();
    expect([report?.collision_count, report?.collisions.length]).toEqual([100, 100]);
  });

  it('collides with nothing that is over, cancelled or another person’s, nor when it does not block', async () => {
    const [over, cancelled, foreign] = [
      await bookings.add(account, { calendarId: 'work', hour: 16 }),
      await bookings.add(account, { calendarId: 'work', hour: 16 }),
      await bookings.add(account, { calendarId: 'work', hour: 16 }),
    ];
    await bench.query(
      `UPDATE bookings SET wanted = jsonb_set(jsonb_set(wanted, '{start_time}', '"2026-11-20T16:00:00Z"'), '{end_time}', '"2026-11-20T17:00:00Z"') WHERE id = $1`,
      [over.id],
    );
    await bench.query(`UPDATE bookings SET is_cancelled = true WHERE id = $1`, [cancelled.id]);
    await bench.query(`UPDATE bookings SET user_id = gen_random_uuid() WHERE id = $1`, [foreign.id]);
    wait(40);
    put('colliding', 16);
    const past = { start: { dateTime: '2026-11-20T16:00:00', timeZone: 'UTC' }, end: { dateTime: '2026-11-20T17:00:00', timeZone: 'UTC' } };
    bench.provider.put('work', anEvent('past', past));
    await bench.sync(account);
    await bookings.add(account, { calendarId: 'work', hour: 16 });
    await bench.query(`UPDATE calendars SET conflict_policy = 'warn' WHERE account_id = $1`, [account]);
    wait(40);
    await bench.sync(account);

    expect((await reports()).map((report) => report.collision_count)).toEqual([0, 0]);
  });

  it('knows of collisions whatever offset a booking is written in, and is read for all that', async () => {
    const { id, bookingId } = await bookings.add(account, { calendarId: 'work', hour: 16 });
    await bench.query(
      `UPDATE bookings SET wanted = jsonb_set(jsonb_set(wanted, '{start_time}', '"2026-12-02T15:00:00+23:00"'), '{end_time}', '"2026-12-02T16:00:00+23:00"')
       WHERE id = $1`,
      [id],
    );
    await bench.sync(account);
    wait(40);
    put('colliding', 16);

    await bench.sync(account);

    expect(await reports()).toMatchObject([{ collisions: [{ booking_id: bookingId, start_time: momentOf(16), end_time: momentOf(17) }] }]);
  });

  it('is not missed in what lies outside of the time that was read before or after it', async () => {
    const on = (day: string) => ({ start: { dateTime: `${day}T10:00:00`, timeZone: 'UTC' }, end: { dateTime: `${day}T11:00:00`, timeZone: 'UTC' } });
    const weekly = { ...on('2026-10-05'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] };
    bench.provider.put('work', anEvent('long ago', on('2026-10-26')));
    bench.provider.put('work', anEvent('ended', weekly));
    bench.provider.put('work', anEvent('lasting', { ...weekly, recurrence: ['RRULE:FREQ=WEEKLY'] }));
    bench.provider.put('work', anEvent('recent', on('2026-12-02')));
    await bench.sync(account, true);
    wait(10 * 24 * 60);
    for (const id of ['long ago', 'ended', 'lasting', 'recent']) bench.provider.remove('work', id);
    bench.provider.put('work', anEvent('far', on('2027-12-03')));
    bench.provider.put('work', anEvent('far away', { ...weekly, ...on('2027-12-03') }));
    bench.provider.put('work', anEvent('near', on('2027-11-03')));

    await bench.sync(account, true);

    const [report] = await reports();
    expect(report?.changes.map(({ change, title }) => `${change} ${title}`)).toEqual([
      'removed event lasting',
      'removed event recent',
      'added event near',
    ]);
  });

  it('after too many errors says so', async () => {
    bench.provider.beforePage = () => {
      throw new ProviderError('google', 'invalid_response');
    };
    await bench.query(`UPDATE calendars SET error_count = 4, next_attempt_at = $2 WHERE account_id = $1`, [account, bench.time.now]);
    await waitFor(async () => ((await bench.calendarOf(account)).sync_enabled ? undefined : true), 'it to be switched off');
    bench.provider.beforePage = () => undefined;
    changeThings();
    wait(1);
    await bench.query(`UPDATE calendars SET sync_enabled = true WHERE account_id = $1`, [account]);

    await bench.sync(account);

    expect(await reports()).toMatchObject([{ reason: 'errors', ...whatChanged }]);
  });
});
