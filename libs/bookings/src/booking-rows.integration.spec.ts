import { Database } from '@patchbay/database';
import { createDatabase, type TestDatabase } from '@patchbay/testing';
import { pino } from 'pino';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { bookingColumns, BookingRows, type BookingRow } from './booking-rows.js';

class CreateBookings1763700000001 implements MigrationInterface {
  readonly name = 'CreateBookings1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE bookings (${bookingColumns})`);
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
});
