import { Database, LeasedRows, workColumns, type WorkRow } from '@patchbay/database';
import { createDatabase, waitFor, type TestDatabase } from '@patchbay/testing';
import { pino } from 'pino';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LeasedWork } from './leased-work.js';

class CreateChores1763700000001 implements MigrationInterface {
  readonly name = 'CreateChores1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE chores (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id uuid NOT NULL DEFAULT gen_random_uuid(), ${workColumns})`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE chores');
  }
}

describe('LeasedWork', () => {
  const log = pino({ level: 'silent' });
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createDatabase();
    database = await Database.open({ url: testDatabase.url, schema: 'spec', entities: [], migrations: [CreateChores1763700000001], log });
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('keeps a row to itself for as long as its work takes', async () => {
    await database.pool.query(`INSERT INTO chores (wanted_revision, next_attempt_at) VALUES (1, now() - interval '1 second')`);
    const end = Promise.withResolvers<void>();
    let begun = 0;
    const work = new LeasedWork<WorkRow>({
      name: 'chores',
      rows: new LeasedRows(database, 'chores'),
      log,
      clock: () => new Date(),
      work: async (lease) => {
        begun += 1;
        await end.promise;
        await database.transaction((tx) => lease.settle(tx, { isApplied: true, nextAttemptAt: null, lastError: null }));
      },
    });
    const found = async (condition: string): Promise<true | undefined> =>
      (await database.pool.query(`SELECT 1 FROM chores WHERE ${condition}`)).rowCount === 1 ? true : undefined;

    work.start();
    await waitFor(() => (begun > 0 ? true : undefined), 'the work to begin');
    await database.pool.query(`UPDATE chores SET lease_until = now() + interval '5 seconds'`);
    await waitFor(() => found(`lease_until > now() + interval '10 seconds'`), 'the lease to be renewed');
    end.resolve();
    await waitFor(() => found('applied_revision = 1'), 'the work to end');
    await work.stop();

    expect(begun).toBe(1);
  });
});
