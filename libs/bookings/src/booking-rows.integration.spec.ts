import { bookingCreated } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { aBooking, createDatabase, type TestDatabase } from '@patchbay/testing';
import { pino } from 'pino';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { intentAfter, noIntent, type BookingIntent } from './booking-intent.js';
import { bookingColumns, BookingRows, intentColumns, type BookingRow } from './booking-rows.js';
import { releaseBookings } from './release-bookings.js';

class CreateBookings1763700000001 implements MigrationInterface {
  readonly name = 'CreateBookings1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE bookings (${bookingColumns})`);
    await releaseBookings.up(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE bookings');
  }
}

describe('BookingRows', () => {
  const now = new Date('2026-11-21T10:00:00Z');
  const daysMs = 24 * 60 * 60_000;
  const later = new Date(now.getTime() + 30_000);
  const user = { tenantId: 'default', userId: uuidv7() };
  let testDatabase: TestDatabase;
  let database: Database;
  let bookings: BookingRows<BookingRow>;

  beforeAll(async () => {
    testDatabase = await createDatabase();
    database = await Database.open({
      url: testDatabase.url,
      schema: 'spec',
      entities: [],
      migrations: [CreateBookings1763700000001],
      log: pino({ level: 'silent' }),
    });
    bookings = new BookingRows(database);
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });
  beforeEach(() => database.pool.query('TRUNCATE bookings'));

  const add = (row: Readonly<Record<string, unknown>>) => {
    const values = {
      id: uuidv7(),
      booking_id: uuidv7(),
      user_id: user.userId,
      wanted_revision: 1,
      ends_at: new Date(now.getTime() + daysMs),
      ...row,
    };
    const places = Object.keys(values).map((_, index) => `$${index + 1}`);
    return database.pool.query(`INSERT INTO bookings (${Object.keys(values).join(', ')}) VALUES (${places.join(', ')})`, Object.values(values));
  };
  const all = async () => (await database.pool.query<BookingRow>('SELECT * FROM bookings ORDER BY id')).rows;

  it('forgets bookings by their end, and by their age when no end is known', async () => {
    const before = new Date(now.getTime() - 400 * daysMs);
    const [sooner, after] = [-1, 1].map((ms) => new Date(before.getTime() + ms));
    const idOf = (at = before) => uuidv7({ msecs: at.getTime() });
    await add({ booking_id: 'ended', id: idOf(sooner), ends_at: sooner });
    await add({ booking_id: 'made long ago, ended later', id: idOf(sooner), ends_at: after });
    await add({ booking_id: 'cancelled', id: idOf(sooner), ends_at: null, is_cancelled: true });
    await add({ booking_id: 'cancelled later', id: idOf(after), ends_at: null, is_cancelled: true });

    await bookings.forget(before);

    expect((await all()).map(({ booking_id: id }) => id)).toEqual(['made long ago, ended later', 'cancelled later']);
  });

  it('forgets more bookings than go into one batch', async () => {
    const many = `INSERT INTO bookings (id, booking_id, user_id, ends_at) SELECT gen_random_uuid(), n::text, $1, $2 FROM generate_series(1, 2100) AS n`;
    await database.pool.query(many, [user.userId, now]);

    await bookings.forget(new Date(now.getTime() + 1));

    expect(await all()).toEqual([]);
  });

  describe('when an account changed', () => {
    const stir = () => database.transaction((tx) => bookings.stir(tx, user, now));

    it.each([
      ['keeps the wait of a booking whose effect may be on its way', { connection_id: uuidv7(), attempts: 1, next_attempt_at: later }, later],
      ['makes a booking due that waits for its account to be connected again', { connection_id: uuidv7(), attempts: 1, next_attempt_at: null }, now],
      ['makes a booking due that waits for any account', { attempts: 1, next_attempt_at: null }, now],
      ['ends the wait of a booking whose effect is nowhere', { attempts: 1, next_attempt_at: later }, now],
      ['keeps the first wait of a booking', { attempts: 0, next_attempt_at: later }, later],
    ])('%s', async (_promise, row, due) => {
      await add(row);

      await stir();

      expect(await all()).toMatchObject([{ next_attempt_at: due, wanted_revision: 2 }]);
    });
  });

  describe('that get another organiser', () => {
    const booking = aBooking(user.userId);
    const name = { ...user, bookingId: booking.booking_id };
    const other = uuidv7();
    const intentOf = (userId: string): BookingIntent =>
      intentAfter(noIntent, {
        id: uuidv7(),
        version: 1,
        tenant_id: user.tenantId,
        type: bookingCreated.type,
        timestamp: now.toISOString(),
        data: { ...booking, organizer: { user_id: userId } },
      }) ?? noIntent;
    const want = (userId: string) =>
      database.transaction(async (tx) => {
        const intent = intentOf(userId);
        const row = await bookings.rowFor(tx, await bookings.lock(tx, name), { intent, dueAt: now });
        await bookings.want(tx, row, { dueAt: later, set: intentColumns(intent) });
      });

    it('leave what is to be removed with the first, and go on in a row of the other, which bears another key', async () => {
      await want(user.userId);
      await want(other);

      const [first, second] = await all();
      expect([first, second]).toMatchObject([
        { user_id: user.userId, booking_id: booking.booking_id, is_released: true, is_cancelled: true, next_attempt_at: now },
        { user_id: other, booking_id: booking.booking_id, is_released: false, is_cancelled: false, next_attempt_at: later },
      ]);
      expect(second?.wanted).toMatchObject({ organizer: { user_id: other } });
    });

    it('are the other’s from the start when nothing was wanted of them before', async () => {
      await database.transaction((tx) => bookings.lock(tx, name));
      await want(other);

      expect(await all()).toMatchObject([{ user_id: other, is_released: false }]);
    });

    it('stay where they are when their organiser is spelled otherwise', async () => {
      await want(user.userId);
      await want(user.userId.toUpperCase());

      expect(await all()).toMatchObject([{ user_id: user.userId, is_released: false }]);
    });

    it('are not given away by whoever only writes down what is wanted, and are parted by the next event that tells of it', async () => {
      await want(user.userId);
      await database.transaction(async (tx) => bookings.want(tx, await bookings.lock(tx, name), { dueAt: now, set: intentColumns(intentOf(other)) }));
      const before = await all();
      await want(other);

      expect(before).toMatchObject([{ user_id: user.userId, is_released: false }]);
      expect(await all()).toMatchObject([
        { user_id: user.userId, is_released: true },
        { user_id: other, is_released: false },
      ]);
    });

    it('go on with their organiser when they begin anew elsewhere', async () => {
      await want(user.userId);
      await database.transaction(async (tx) => {
        const row = await bookings.lock(tx, name);
        await bookings.want(tx, row, { dueAt: now, set: intentColumns(intentOf(other)) });
        await bookings.beginAnew(tx, row, now);
      });

      expect(await all()).toMatchObject([
        { user_id: user.userId, is_released: true },
        { user_id: other, is_released: false, wanted: { organizer: { user_id: other } } },
      ]);
    });

    it('leave the work of whoever is at it with the row', async () => {
      await want(user.userId);
      const [lease] = await bookings.due.claim(1, later);
      await want(other);

      expect((await bookings.due.claim(5, later)).map(({ row }) => row.user_id)).toEqual([other]);
      await database.transaction(async (tx) => lease?.settle(tx, { isApplied: true, nextAttemptAt: null, lastError: null }));
      expect((await bookings.due.claim(5, later)).map(({ row }) => row)).toMatchObject([{ user_id: user.userId, is_cancelled: true }]);
    });

    it('are found by whoever waited for them meanwhile', async () => {
      await want(user.userId);
      const found = await database.transaction(async (tx) => {
        await bookings.rowFor(tx, await bookings.lock(tx, name), { intent: intentOf(other), dueAt: now });
        const waiting = database.transaction((second) => bookings.lock(second, name));
        const isWaiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        while ((await database.pool.query(isWaiting)).rowCount === 0);
        return { waiting };
      });

      expect(await found.waiting).toMatchObject({ user_id: other, is_released: false });
    });
  });
});
