import { randomUUID } from 'node:crypto';
import { createDatabase, type TestDatabase } from '@patchbay/testing';
import { pino } from 'pino';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database } from './database.js';
import { LeasedRows, LeaseLostError, workColumns, type Lease, type WorkRow } from './leased-rows.js';

class CreateChores1763700000001 implements MigrationInterface {
  readonly name = 'CreateChores1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE chores (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL DEFAULT gen_random_uuid(), note text, ${workColumns})`,
    );
    await runner.query('CREATE INDEX chores_due ON chores (next_attempt_at) WHERE next_attempt_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE chores');
  }
}

type Chore = WorkRow & { readonly note: string | null };

describe('LeasedRows', () => {
  const now = new Date('2026-11-21T10:00:00Z');
  const done = { isApplied: true, nextAttemptAt: null, lastError: null };
  let testDatabase: TestDatabase;
  let database: Database;
  let chores: LeasedRows<Chore>;

  beforeAll(async () => {
    testDatabase = await createDatabase();
    database = await Database.open({
      url: testDatabase.url,
      schema: 'spec',
      entities: [],
      migrations: [CreateChores1763700000001],
      log: pino({ level: 'silent' }),
    });
    chores = new LeasedRows(database, 'chores');
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });
  beforeEach(() => database.pool.query('TRUNCATE chores'));

  const want = (dueAt: Date) => database.pool.query('INSERT INTO chores (wanted_revision, next_attempt_at) VALUES (1, $1)', [dueAt]);
  const row = async (): Promise<Chore & { next_attempt_at: Date | null }> =>
    (await database.pool.query<Chore & { next_attempt_at: Date | null }>('SELECT * FROM chores')).rows[0] ?? fail();
  const fail = (): never => {
    throw new Error('there is no row');
  };
  const claimOne = async (): Promise<Lease<Chore>> => (await chores.claim(1, now))[0] ?? fail();
  const settle = (lease: Lease<Chore>, settlement: Parameters<Lease<Chore>['settle']>[1]) =>
    database.transaction((tx) => lease.settle(tx, settlement));
  const endLease = () => database.pool.query(`UPDATE chores SET lease_until = now() - interval '1 second'`);

  it('gives each row to one worker, however many ask at once', async () => {
    for (let count = 0; count < 20; count += 1) await want(now);

    const claimed = await Promise.all(Array.from({ length: 8 }, () => chores.claim(5, now)));

    const ids = claimed.flat().map((lease) => lease.row.id);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  it('leaves rows whose time has not come', async () => {
    await want(new Date(now.getTime() + 1));

    expect(await chores.claim(5, now)).toEqual([]);
  });

  it('counts an attempt that ends in a crash, and gives the row to another when the lease has ended', async () => {
    await want(now);
    await claimOne();
    await endLease();

    expect((await claimOne()).row.attempts).toBe(2);
  });

  it('counts no attempt that was put off before it began', async () => {
    await want(now);
    await settle(await claimOne(), { isApplied: false, nextAttemptAt: now, lastError: 'unavailable' });
    await settle(await claimOne(), { isApplied: false, isPutOff: true, nextAttemptAt: now, lastError: 'unavailable' });

    expect(await row()).toMatchObject({ attempts: 1, applied_revision: 0, next_attempt_at: now });
    expect((await claimOne()).row.attempts).toBe(2);
  });

  it('lets a worker that lost its row neither go on nor record anything', async () => {
    await want(now);
    const slow = await claimOne();
    await endLease();
    const other = await claimOne();

    await expect(slow.hold({ note: 'slow' })).rejects.toBeInstanceOf(LeaseLostError);
    await expect(settle(slow, { ...done, set: { note: 'slow' } })).rejects.toBeInstanceOf(LeaseLostError);
    await settle(other, { ...done, set: { note: 'other' } });

    expect(await row()).toMatchObject({ note: 'other', applied_revision: 1, attempts: 0, next_attempt_at: null });
  });

  it('renews the other leases while the row of one is locked by a long transaction, which renews its own', async () => {
    await want(now);
    await want(now);
    const [slow = fail(), quick = fail()] = await chores.claim(2, now);
    await endLease();

    await database.transaction(async (tx) => {
      await tx.query(`UPDATE chores SET note = 'long' WHERE id = $1`, [slow.row.id]);
      // Waiting for the row would be waiting for this transaction, which waits for it.
      await chores.renew([slow, quick]);
      const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM chores WHERE lease_until > now()');
      expect(rows).toEqual([{ id: quick.row.id }]);
      await slow.prolong(tx);
    });

    expect(await chores.claim(2, now)).toEqual([]);
    await expect(slow.hold({ note: 'mine' })).resolves.toBeUndefined();
  });

  it('renews the leases that are still ours, and none that another has', async () => {
    await want(now);
    const slow = await claimOne();
    await endLease();
    await chores.renew([slow]);
    expect(await chores.claim(1, now)).toEqual([]);

    await endLease();
    const other = await claimOne();
    await endLease();
    await chores.renew([slow]);

    await expect(slow.hold({ note: 'slow' })).rejects.toBeInstanceOf(LeaseLostError);
    expect((await claimOne()).row).toMatchObject({ id: other.row.id, attempts: 3 });
  });

  describe('with a user who has much more than others', () => {
    const [many, few] = [randomUUID(), randomUUID()];
    const later = new Date(now.getTime() + 1);
    const wantOf = (userId: string, dueAt: Date, count: number) =>
      database.pool.query('INSERT INTO chores (user_id, wanted_revision, next_attempt_at) SELECT $1, 1, $2 FROM generate_series(1, $3)', [
        userId,
        dueAt,
        count,
      ]);
    const usersOf = (leases: readonly Lease<Chore>[]) => leases.map(({ row: { user_id: userId } }) => userId);

    it('takes a few rows of each user', async () => {
      await wantOf(many, now, 50);
      await wantOf(few, later, 1);

      expect(usersOf(await chores.claim(16, later)).toSorted()).toEqual([many, many, many, many, few].toSorted());
    });

    it('passes over a user who has a share in hand, however many rows are due before those of others', async () => {
      await wantOf(many, now, 2_000);
      const inHand = await chores.claim(16, later);
      await wantOf(few, later, 1);

      expect(usersOf(inHand)).toEqual([many, many, many, many]);
      expect(usersOf(await chores.claim(12, later, inHand))).toEqual([few]);
      expect(usersOf(await chores.claim(12, later, inHand.slice(1)))).toEqual([many]);
    });
  });

  it('keeps a row due that was wanted otherwise while the work went on', async () => {
    await want(now);
    const lease = await claimOne();
    await database.pool.query('UPDATE chores SET wanted_revision = 2, next_attempt_at = $1', [now]);

    await settle(lease, done);

    expect(await row()).toMatchObject({ applied_revision: 1, wanted_revision: 2, next_attempt_at: now });
    expect((await claimOne()).row.wanted_revision).toBe(2);
  });

  it('does not try again sooner than a failed attempt allows, whatever was wanted meanwhile', async () => {
    const later = new Date(now.getTime() + 60_000);
    await want(now);
    const lease = await claimOne();
    await database.pool.query('UPDATE chores SET wanted_revision = 2, next_attempt_at = $1', [now]);

    await settle(lease, { isApplied: false, nextAttemptAt: later, isPause: true, lastError: 'unavailable' });

    expect(await row()).toMatchObject({ applied_revision: 0, attempts: 1, last_error: 'unavailable', next_attempt_at: later });
  });

  it('is looked at for what was wanted meanwhile, however long nothing else had to be done', async () => {
    await want(now);
    const lease = await claimOne();
    await database.pool.query('UPDATE chores SET wanted_revision = 2, next_attempt_at = $1', [now]);

    await settle(lease, { ...done, nextAttemptAt: new Date(now.getTime() + 24 * 60 * 60_000) });

    expect(await row()).toMatchObject({ applied_revision: 1, wanted_revision: 2, next_attempt_at: now });
  });
});

describe('Transaction.onCommit', () => {
  it('wakes after the commit and never after a rollback', async () => {
    const testDatabase = await createDatabase();
    const database = await Database.open({
      url: testDatabase.url,
      schema: 'spec',
      entities: [],
      migrations: [],
      log: pino({ level: 'silent' }),
    });
    const woken: string[] = [];

    await database.transaction(async (tx) => {
      tx.onCommit(() => woken.push('committed'));
      woken.push('inside');
    });
    const failed = database.transaction(async (tx) => {
      tx.onCommit(() => woken.push('rolled back'));
      throw new Error('no');
    });

    await expect(failed).rejects.toThrow('no');
    expect(woken).toEqual(['inside', 'committed']);
    await database.close();
    await testDatabase.drop();
  });
});
