import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getAccessToken, listConnections, type Connection } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { startAuthStack, aUser, type AuthStack } from '../testing/auth-stack.js';
import { connectAccount } from '../testing/consent.js';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

describe('a process that is killed in the middle of a refresh', () => {
  let stack: AuthStack;
  const running = new Set<ChildProcess>();

  beforeAll(async () => {
    if (!existsSync(program)) throw new Error('The built service is killed here: run "npm run build" first.');
    stack = await startAuthStack();
  }, 60_000);
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
    stack.clock.aheadMs = 0;
    stack.google.faults.clear();
    stack.zoom.faults.clear();
  });
  afterAll(() => stack.stop());

  const refreshRequests = (provider: 'google' | 'zoom'): number =>
    stack[provider].requests.filter(({ body }) => body.toString().includes('grant_type=refresh_token')).length;
  const refreshedOf = async ({ id }: Connection): Promise<number> =>
    (await stack.announced('token_refreshed')).filter(({ data }) => data['connection_id'] === id).length;
  const makeDue = async ({ id }: Connection): Promise<void> => {
    await stack.rows('DELETE FROM token_endings WHERE connection_id = $1', [id]);
    await stack.rows(
      `UPDATE grants SET expires_at = date_trunc('milliseconds', now()) + interval '20 seconds', renew_at = now() WHERE connection_id = $1`,
      [id],
    );
  };

  /** Starts the built service, which begins to renew the token, and kills it while the provider takes its time. */
  async function killInMidRefresh(provider: 'google' | 'zoom', connection: Connection): Promise<void> {
    stack[provider].faults.delay(1_500, { path: '/token' });
    const before = refreshRequests(provider);
    await makeDue(connection);
    const child = spawn(process.execPath, [program], {
      env: { ...stack.environment, RENEW_TOKENS_AHEAD: 'true', LOG_LEVEL: 'warn' },
      stdio: 'ignore',
    });
    running.add(child);
    await waitFor(() => (refreshRequests(provider) > before ? true : undefined), 'the refresh to begin');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(await refreshedOf(connection)).toBe(0);
  }

  const stateOf = async (user: ReturnType<typeof aUser>) => (await stack.ask(listConnections, { limit: 50 }, user)).items;

  it('leaves a connection that works where the refresh token stays the same', async () => {
    const user = aUser();
    const connection = await connectAccount(stack, user, { provider: 'google', email: 'killed-google@example.com' });

    await killInMidRefresh('google', connection);
    stack.google.faults.clear();
    const { access_token: token } = await stack.ask(getAccessToken, { connection_id: connection.id });

    expect(token).toMatch(/^ya29/);
    expect(await refreshedOf(connection)).toBe(1);
    expect(await stateOf(user)).toEqual([expect.objectContaining({ id: connection.id, status: 'active', last_error: null })]);
  }, 40_000);

  it('leaves a connection that works where refresh tokens rotate and the provider had not yet exchanged it', async () => {
    const user = aUser();
    const connection = await connectAccount(stack, user, { provider: 'zoom', email: 'killed-zoom@example.com' });
    stack.zoom.faults.failNext({ status: 503, match: { path: '/oauth/token' } });

    await killInMidRefresh('zoom', connection);
    stack.zoom.faults.clear();
    await stack.ask(getAccessToken, { connection_id: connection.id });

    expect(await refreshedOf(connection)).toBe(1);
    expect(await stateOf(user)).toEqual([expect.objectContaining({ id: connection.id, status: 'active', last_error: null })]);
  }, 40_000);

  it('is followed by another replica, which renews what it left behind', async () => {
    const connection = await connectAccount(stack, aUser(), { provider: 'google', email: 'killed-followed@example.com' });

    await killInMidRefresh('google', connection);
    stack.google.faults.clear();
    // By then the claim of the dead has ended.
    stack.clock.aheadMs = 31_000;
    await stack.startReplica({ RENEW_TOKENS_AHEAD: 'true' });

    await waitFor(async () => ((await refreshedOf(connection)) > 0 ? true : undefined), 'the other replica to renew the token');
    expect(await refreshedOf(connection)).toBe(1);
  }, 40_000);
});
