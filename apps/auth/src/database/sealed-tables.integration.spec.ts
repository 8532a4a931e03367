import { randomBytes, randomUUID } from 'node:crypto';
import { getAccessToken, getKeyRotation, startConnection, startKeyRotation, stopKeyRotation, type KeyRotation } from '@patchbay/contracts';
import { keyIdOf, Sealer } from '@patchbay/service-kit';
import { waitFor } from '@patchbay/testing';
import { aUser, redirectUri, startAuthStack, type AuthStack } from '../testing/auth-stack.js';
import { connectAccount } from '../testing/consent.js';
import { grantPlaceOf } from '../tokens/grants.repository.js';
import { sealedTables } from './sealed-tables.js';

const hourMs = 60 * 60_000;

describe('the vault under a new master key', () => {
  const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
  const oldOnly = `old:${oldKey.toString('base64')}`;
  const newFirst = `new:${newKey.toString('base64')},${oldOnly}`;
  const admin = aUser('admin');
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack({ TOKEN_MASTER_KEYS: oldOnly });
  }, 60_000);
  afterAll(() => stack.stop());

  const restart = async (keys: string): Promise<void> => {
    await Promise.all(stack.replicas.splice(0).map((replica) => replica.stop()));
    await stack.startReplica({ TOKEN_MASTER_KEYS: keys });
  };
  const rotate = (isDryRun = false): Promise<KeyRotation> => stack.ask(startKeyRotation('auth'), { is_dry_run: isDryRun }, admin);
  const ended = (): Promise<KeyRotation> =>
    waitFor(async () => {
      const state = await stack.ask(getKeyRotation('auth'), {}, admin);
      return state.finished_at === null ? undefined : state;
    }, 'the rotation to end');
  const tokenOf = async ({ id }: { id: string }): Promise<string> => (await stack.ask(getAccessToken, { connection_id: id })).access_token;
  /** Connections that hold three values each, for the sake of their number. */
  const fill = async (count: number): Promise<void> => {
    const sealer = new Sealer([{ id: 'old', key: oldKey }]);
    const ids = Array.from({ length: count }, () => randomUUID());
    const sealed = (kind: 'access' | 'refresh' | 'credentials') =>
      ids.map((id) => sealer.seal(`${kind} of ${id}`, grantPlaceOf({ connectionId: id, tenantId: 'default' }, kind)));
    await stack.rows(
      `INSERT INTO connections (id, user_id, provider, type, provider_account_id, scopes, status, created_at, updated_at)
       SELECT id, id, 'zoom', 'video', id::text, '{}', 'active', now(), now() FROM unnest($1::uuid[]) AS t (id)`,
      [ids],
    );
    await stack.rows(
      `INSERT INTO grants (connection_id, provider, sealed_access_token, sealed_refresh_token, sealed_credentials)
       SELECT id, 'zoom', access, refresh, credentials FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS t (id, access, refresh, credentials)`,
      [ids, sealed('access'), sealed('refresh'), sealed('credentials')],
    );
  };

  it('knows every column of the schema that holds sealed values', async () => {
    const columns = await stack.rows<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'auth' AND column_name ~ 'sealed'
         AND table_name <> 'key_rotations' ORDER BY 1`,
    );
    const known = sealedTables.flatMap(({ table, columns: own }) => own.map(({ column }) => `${table}.${column}`));

    expect(columns.map(({ name }) => name)).toEqual(known.toSorted());
  });

  it('is for those who run the installation only', async () => {
    const elsewhere = { ...admin, tenant_id: 'other' };

    for (const contract of [startKeyRotation('auth'), getKeyRotation('auth'), stopKeyRotation('auth')])
      await expect(stack.ask(contract, {} as never, elsewhere)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('opens everything with the new key alone after a rotation, tokens refreshed in the midst of it included', async () => {
    const [first, second] = [aUser(), aUser()];
    const [zoom, google] = [
      await connectAccount(stack, first, { provider: 'zoom', email: 'rotated-zoom@example.com' }),
      await connectAccount(stack, second, { provider: 'google', email: 'rotated-google@example.com' }),
    ];
    await stack.ask(startConnection, { provider: 'google', redirect_uri: redirectUri }, first);
    await fill(3_000);
    await restart(newFirst);
    const counted = await rotate(true);
    stack.clock.aheadMs = hourMs;
    const begun = await rotate();
    const refreshed = await Promise.all([tokenOf(zoom), tokenOf(google)]);
    const state = await ended();
    await restart(`new:${newKey.toString('base64')}`);
    stack.clock.aheadMs = hourMs + 60_000;

    expect(counted).toMatchObject({ status: 'completed', done: 0, failed: 0 });
    expect(counted.total).toBeGreaterThan(9_000);
    expect(begun).toMatchObject({ status: 'running', percent: 0 });
    expect(state).toMatchObject({ status: 'completed', failed: 0, percent: 100, sealed_under: { new: state.done } });
    expect(await Promise.all([tokenOf(zoom), tokenOf(google)])).toEqual(refreshed);
    stack.clock.aheadMs = 2 * hourMs + 60_000;
    expect(await tokenOf(zoom)).not.toBe(refreshed[0]);
  }, 60_000);

  it('keeps both replicas reading while one of them rotates, and is finished by one when the other goes away', async () => {
    await restart(`${oldOnly},new:${newKey.toString('base64')}`);
    const connection = await connectAccount(stack, aUser(), { provider: 'zoom', email: 'both@example.com' });
    await fill(2_000);
    await restart(newFirst);
    const other = await stack.startReplica({ TOKEN_MASTER_KEYS: newFirst });
    const token = await tokenOf(connection);
    await rotate();
    let hasStopped = false;
    const reads = new Set<string>();
    for (let state = await stack.ask(getKeyRotation('auth'), {}, admin); state.finished_at === null;) {
      reads.add(await tokenOf(connection));
      if (!hasStopped && state.done > 0) await other.stop();
      hasStopped ||= state.done > 0;
      state = await stack.ask(getKeyRotation('auth'), {}, admin);
    }
    stack.replicas.splice(stack.replicas.indexOf(other), 1);

    expect(hasStopped).toBe(true);
    expect([...reads]).toEqual([token]);
    expect(await ended()).toMatchObject({ status: 'completed', failed: 0 });
  }, 60_000);

  it('says which values cannot be opened, and leaves them as they are', async () => {
    await fill(1);
    const lost = new Sealer([{ id: 'lost', key: randomBytes(32) }]).seal('lost', 'anywhere');
    const [row] = await stack.rows<{ id: string }>(
      `UPDATE grants SET sealed_credentials = $1 WHERE connection_id = (SELECT max(connection_id::text)::uuid FROM grants) RETURNING connection_id AS id`,
      [lost],
    );
    await rotate();
    const state = await ended();
    const [kept] = await stack.rows<{ sealed: string }>('SELECT sealed_credentials AS sealed FROM grants WHERE connection_id = $1', [row?.id]);

    expect(state).toMatchObject({ status: 'failed', failed: 1, sealed_under: { lost: 1 } });
    expect(state.last_error).toContain('"lost", which is not configured');
    expect(keyIdOf(kept?.sealed ?? '')).toBe('lost');
    expect(stack.logged.join('')).toContain(row?.id);
  });
});
