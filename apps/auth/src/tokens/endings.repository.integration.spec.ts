import { disconnectConnection, type Connection } from '@patchbay/contracts';
import { Database, migrateDatabase } from '@patchbay/database';
import { createDatabase } from '@patchbay/testing';
import pg from 'pg';
import pino from 'pino';
import { authService } from '../auth.service-definition.js';
import { startAuthStack, aUser, type AuthStack } from '../testing/auth-stack.js';
import { connectAccount } from '../testing/consent.js';
import { EndingsRepository } from './endings.repository.js';

const log = pino({ level: 'silent' });
const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minutes));

describe('the ends that are still to be told', () => {
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack({ RENEW_TOKENS_AHEAD: 'false' });
  }, 60_000);
  afterAll(() => stack.stop());

  const endingsOf = ({ id }: Connection) =>
    stack.rows(
      `SELECT 1 FROM token_endings e JOIN grants g USING (connection_id)
       WHERE connection_id = $1 AND e.expires_at = g.expires_at AND e.is_renewable = g.is_renewable AND e.announce_at < g.expires_at`,
      [id],
    );

  it('are those of the tokens in the vault: one for each, also after a second connect, and none once it is disconnected', async () => {
    const user = aUser();
    const account = { provider: 'zoom', email: 'ending@example.com' } as const;
    const connection = await connectAccount(stack, user, account);
    expect(await endingsOf(connection)).toHaveLength(1);

    stack.clock.aheadMs = 60_000;
    await connectAccount(stack, user, account);
    expect(await endingsOf(connection)).toHaveLength(1);

    await stack.ask(disconnectConnection, { id: connection.id }, user);
    expect(await stack.rows('SELECT 1 FROM token_endings WHERE connection_id = $1', [connection.id])).toEqual([]);
  });
});

describe('a database from before the ends had a table of their own', () => {
  it('keeps what was still to be told, and tells it once for two that ask at the same moment', async () => {
    const { url, drop } = await createDatabase();
    const migrations = authService.migrations as (new () => object)[];
    const before = migrations.slice(
      0,
      migrations.findIndex(({ name }) => name.startsWith('TokenEndings')),
    );
    await migrateDatabase({ url, schema: 'auth', migrations: before, log });
    const client = new pg.Client({ connectionString: url, options: '-c search_path=auth' });
    await client.connect();
    await client.query(
      `WITH made AS (
         INSERT INTO connections (id, user_id, provider, type, provider_account_id, scopes, status, created_at, updated_at)
         SELECT gen_random_uuid(), gen_random_uuid(), 'zoom', 'video', number, '{}', 'active', now(), now() FROM generate_series(1, 300) AS number
         RETURNING id, provider_account_id::integer AS number)
       INSERT INTO grants (connection_id, provider, sealed_access_token, expires_at, is_renewable, announce_at)
       SELECT id, 'zoom', 'sealed', $1, number % 2 = 0, CASE WHEN number <= 200 THEN $2::timestamptz END FROM made`,
      [at(30), at(10)],
    );
    await client.end();

    const database = await Database.open({ url, schema: 'auth', entities: [], migrations, log });
    const endings = new EndingsRepository();
    const takeAll = (now: Date) => database.transaction((tx) => endings.take(tx, { now, max: 150 }));
    expect((await takeAll(at(9))).taken).toBe(0);
    const [one, other, rest] = [...(await Promise.all([takeAll(at(10)), takeAll(at(10))])), await takeAll(at(10))];
    const told = [one, other, rest].flatMap((each) => each?.tokens ?? []);

    expect(told).toHaveLength(200);
    expect(new Set(told.map(({ connectionId }) => connectionId)).size).toBe(200);
    expect(told.filter(({ isRenewable }) => isRenewable)).toHaveLength(100);
    expect(told.every(({ expiresAt }) => expiresAt.getTime() === at(30).getTime())).toBe(true);
    expect((await takeAll(at(20))).taken).toBe(0);
    await database.close();
    await drop();
  }, 30_000);
});
