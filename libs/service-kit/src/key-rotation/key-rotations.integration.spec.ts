import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyRotation } from '@patchbay/contracts';
import { CreateKeyRotations1763700000002, Database } from '@patchbay/database';
import { createDatabase, waitFor, type TestDatabase } from '@patchbay/testing';
import { pino } from 'pino';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { keyIdOf, Sealer, type MasterKey } from '../sealer.js';
import { KeyRotations } from './key-rotations.js';
import { KeyRotator } from './key-rotator.js';
import type { SealedTable } from './sealed-table.js';

class CreateSecrets1763700000001 implements MigrationInterface {
  readonly name = 'CreateSecrets1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE secrets (id uuid PRIMARY KEY, tenant_id text NOT NULL, first text, second text)`);
    await runner.query(`CREATE TABLE named (hash bytea PRIMARY KEY, tenant_id text NOT NULL, value text)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE secrets, named');
  }
}

const tables: readonly SealedTable[] = [
  { table: 'named', key: { column: 'hash', type: 'bytea' }, columns: [{ column: 'value', placeOf: ({ key }) => key }] },
  {
    table: 'secrets',
    key: { column: 'id', type: 'uuid' },
    columns: (['first', 'second'] as const).map((column) => ({ column, placeOf: ({ key, tenantId }) => `${tenantId}/${key}/${column}` })),
  },
];

const aKey = (id: string): MasterKey => ({ id, key: randomBytes(32) });

describe('the rotation of master keys', () => {
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (row) => void logged.push(row) });
  const [oldKey, newKey] = [aKey('old'), aKey('new')];
  const before = new Sealer([oldKey]);
  const after = new Sealer([newKey, oldKey]);
  let testDatabase: TestDatabase;
  let database: Database;

  const open = (): Promise<Database> =>
    Database.open({
      url: testDatabase.url,
      schema: 'spec',
      entities: [],
      migrations: [CreateSecrets1763700000001, CreateKeyRotations1763700000002],
      log,
    });
  const partsOf = (sealer: Sealer, on = database) => ({ database: on, sealer, tables, clock: () => new Date(), log, batchSize: 250 });
  const rotationsOf = (sealer: Sealer): KeyRotations => new KeyRotations('auth', partsOf(sealer));
  /** Steps of one replica until nothing is left to do; answers every state on the way. */
  const workOff = async (sealer: Sealer): Promise<readonly KeyRotation[]> => {
    const rotator = new KeyRotator(partsOf(sealer));
    const states: KeyRotation[] = [];
    while ((await rotator.step()) > 0) states.push(await rotationsOf(sealer).latest());
    return states;
  };
  const fill = async (count: number, sealer = before): Promise<readonly string[]> => {
    const ids = Array.from({ length: count }, () => randomUUID());
    const values = ids.map((id) => [sealer.seal(`first of ${id}`, `a/${id}/first`), sealer.seal(`second of ${id}`, `a/${id}/second`)]);
    await database.pool.query(
      `INSERT INTO secrets (id, tenant_id, first, second) SELECT id, 'a', first, second FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t (id, first, second)`,
      [ids, values.map(([first]) => first), values.map(([, second]) => second)],
    );
    return ids;
  };
  const valuesOf = async (id: string): Promise<{ first: string; second: string }> => {
    const { rows } = await database.pool.query<{ first: string; second: string }>('SELECT first, second FROM secrets WHERE id = $1', [id]);
    return rows[0] ?? { first: '', second: '' };
  };

  beforeAll(async () => {
    testDatabase = await createDatabase();
    database = await open();
  });
  beforeEach(async () => {
    await database.pool.query('TRUNCATE secrets, named, key_rotations');
    logged.length = 0;
  });
  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('puts every value under the first key, opens each of them, and needs the old key no more', async () => {
    const ids = await fill(600);
    const hash = randomBytes(32);
    await database.pool.query('INSERT INTO named VALUES ($1, $2, $3)', [hash, 'a', before.seal('named', `\\x${hash.toString('hex')}`)]);
    const begun = await rotationsOf(after).start();
    const states = await workOff(after);
    const onlyNew = new Sealer([newKey]);

    expect(begun).toMatchObject({ status: 'running', total: 1_201, done: 0, percent: 0, master_key_id: 'new', sealed_under: { old: 1_201 } });
    expect(states.at(-1)).toMatchObject({ status: 'completed', total: 1_201, done: 1_201, failed: 0, percent: 100, sealed_under: { new: 1_201 } });
    for (const id of ids) expect(onlyNew.open((await valuesOf(id)).second, `a/${id}/second`)).toBe(`second of ${id}`);
    const { rows } = await database.pool.query<{ value: string }>('SELECT value FROM named');
    expect(onlyNew.open(rows[0]?.value ?? '', `\\x${hash.toString('hex')}`)).toBe('named');
  });

  it('shows a progress that never goes back, and 100 only at the end', async () => {
    await fill(1_100);
    await rotationsOf(after).start();
    const percents = (await workOff(after)).map(({ percent }) => percent);

    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.filter((percent) => percent === 100)).toHaveLength(1);
    expect(new Set(percents).size).toBeGreaterThan(8);
  });

  it('keeps every value readable for a replica with both keys, whatever is under which', async () => {
    const ids = await fill(600);
    const rotator = new KeyRotator(partsOf(after));
    const readers = [after, new Sealer([oldKey, newKey])];
    await rotationsOf(after).start();
    do {
      for (const id of ids.slice(0, 50))
        for (const reader of readers) expect(reader.open((await valuesOf(id)).first, `a/${id}/first`)).toBe(`first of ${id}`);
    } while ((await rotator.step()) > 0);

    expect((await rotationsOf(after).latest()).status).toBe('completed');
  });

  it('goes on where it was when its process is killed in the middle of a batch', async () => {
    await fill(1_000);
    const other = await open();
    await rotationsOf(after).start();
    const doomed = new KeyRotator(partsOf(after, other));
    await doomed.step();
    await doomed.step();
    const { done } = await rotationsOf(after).latest();
    // Between reading a batch and writing it: the killed process holds the rotation, and its connection is what ends with it.
    const blocker = await database.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE secrets IN EXCLUSIVE MODE');
    const interrupted = doomed.step().catch(() => 'killed');
    const held = await waitFor(async () => {
      const { rows } = await database.pool.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE secrets%' AND datname = current_database()`,
      );
      return rows[0]?.pid;
    }, 'the batch to be written');
    const meanwhile = await new KeyRotator(partsOf(after)).step();
    await database.pool.query('SELECT pg_terminate_backend($1)', [held]);
    expect(await interrupted).toBe('killed');
    await blocker.query('ROLLBACK');
    blocker.release();
    await other.close();

    expect(meanwhile).toBe(0);
    expect((await rotationsOf(after).latest()).done).toBe(done);
    const states = await workOff(after);
    expect(states[0]?.done).toBeGreaterThan(done);
    expect(states.at(-1)).toMatchObject({ status: 'completed', done: 2_000, failed: 0 });
  });

  it('is shared by replicas that work at once without doing anything twice', async () => {
    await fill(1_500);
    await rotationsOf(after).start();
    await Promise.all([workOff(after), workOff(after), workOff(after)]);
    await workOff(after);

    expect(await rotationsOf(after).latest()).toMatchObject({ status: 'completed', total: 3_000, done: 3_000, failed: 0 });
  });

  it('lets a value win that is written while its batch is in hand', async () => {
    const ids = await fill(3);
    const [id = ''] = ids;
    await rotationsOf(after).start();
    const writer = await database.pool.connect();
    await writer.query('BEGIN');
    await writer.query('UPDATE secrets SET first = $2 WHERE id = $1', [id, before.seal('refreshed', `a/${id}/first`)]);
    const rotator = new KeyRotator(partsOf(after));
    const passed = (async () => {
      let isDone = false;
      while (!isDone) {
        const state = await rotationsOf(after).latest();
        isDone = state.status !== 'running' || state.done > 0;
        if (!isDone) await rotator.step().catch(() => undefined);
      }
    })();
    await waitFor(async () => {
      const { rowCount } = await database.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE secrets%'`,
      );
      return rowCount === 0 ? undefined : true;
    }, 'the batch to wait for the writer');
    await writer.query('COMMIT');
    writer.release();
    await passed;
    const written = await valuesOf(id);

    expect(after.open(written.first, `a/${id}/first`)).toBe('refreshed');
    expect(keyIdOf(written.second)).toBe('new');
    await workOff(after);
    expect(keyIdOf((await valuesOf(id)).first)).toBe('new');
    expect(after.open((await valuesOf(id)).first, `a/${id}/first`)).toBe('refreshed');
  });

  it('finds altered and unreadable values, leaves them as they are and says so', async () => {
    const [altered = '', moved = '', gone = '', senseless = ''] = await fill(300);
    const { first } = await valuesOf(altered);
    const flipped = `${first.slice(0, -10)}${first.at(-10) === 'x' ? 'y' : 'x'}${first.slice(-9)}`;
    await database.pool.query('UPDATE secrets SET first = $2 WHERE id = $1', [altered, flipped]);
    await database.pool.query('UPDATE secrets SET first = (SELECT second FROM secrets WHERE id = $1) WHERE id = $1', [moved]);
    const lost = new Sealer([aKey('lost')]).seal('lost', `a/${gone}/first`);
    await database.pool.query('UPDATE secrets SET first = $2 WHERE id = $1', [gone, lost]);
    await database.pool.query(`UPDATE secrets SET first = 'plain' WHERE id = $1`, [senseless]);
    await rotationsOf(after).start();
    const last = (await workOff(after)).at(-1);

    expect(last).toMatchObject({ status: 'failed', percent: 100, total: 600, done: 596, failed: 4 });
    expect(last?.sealed_under).toEqual({ new: 598, lost: 1, '?': 1 });
    expect(last?.last_error).toBe(
      '4 values cannot be opened and were left as they are: 1 sealed under the master key "lost", which is not configured; 3 altered, or moved to another row.',
    );
    expect((await valuesOf(gone)).first).toBe(lost);
    expect((await valuesOf(senseless)).first).toBe('plain');
    for (const id of [altered, moved, gone, senseless]) expect(logged.join('')).toContain(id);
  });

  it('stops after the batch in hand, goes on from there, and says the same to whoever starts it twice', async () => {
    await fill(1_000);
    const rotations = rotationsOf(after);
    const { id } = await rotations.start();
    const rotator = new KeyRotator(partsOf(after));
    await rotator.step();
    await rotator.step();
    const stopped = await rotations.stop();

    expect(await rotator.step()).toBe(0);
    expect(stopped).toMatchObject({ id, status: 'stopped', finished_at: null });
    expect(stopped.done).toBeGreaterThan(0);
    expect(await rotations.start()).toEqual({ ...stopped, status: 'running' });
    expect(await rotations.start()).toEqual({ ...stopped, status: 'running' });
    expect((await workOff(after)).at(-1)).toMatchObject({ id, status: 'completed', done: 2_000 });
    expect((await rotations.stop()).status).toBe('completed');
  });

  it('begins anew when another key has become the first, and is not moved by replicas that do not know it yet', async () => {
    await fill(600);
    const first = await rotationsOf(after).start();
    await new KeyRotator(partsOf(after)).step();
    await new KeyRotator(partsOf(after)).step();
    const newest = new Sealer([aKey('newest'), newKey, oldKey]);
    const second = await rotationsOf(newest).start();

    expect(second.id).not.toBe(first.id);
    expect(second).toMatchObject({ master_key_id: 'newest', done: 0, sealed_under: { old: 700, new: 500 } });
    expect(await workOff(after)).toEqual([]);
    expect((await workOff(newest)).at(-1)).toMatchObject({ status: 'completed', sealed_under: { newest: 1_200 } });
  });

  it('counts in a dry run and touches nothing', async () => {
    const [id = ''] = await fill(2);
    await fill(3, after);
    await fill(1, new Sealer([aKey('lost')]));
    const written = await valuesOf(id);

    expect(await rotationsOf(after).dryRun()).toMatchObject({
      ...{ status: 'completed', total: 12, done: 6, failed: 2, percent: 50, sealed_under: { old: 4, new: 6, lost: 2 } },
    });
    expect(await valuesOf(id)).toEqual(written);
    await expect(rotationsOf(after).latest()).rejects.toMatchObject({ code: 'key_rotation_not_found' });
    await expect(rotationsOf(after).stop()).rejects.toMatchObject({ code: 'key_rotation_not_found' });
  });

  it('ends at once where nothing is sealed', async () => {
    await rotationsOf(after).start();

    expect((await workOff(after)).at(-1)).toMatchObject({ status: 'completed', total: 0, done: 0, percent: 100 });
  });
});
