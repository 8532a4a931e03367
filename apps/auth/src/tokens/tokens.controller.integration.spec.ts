import { getAccessToken, listConnections, type Connection } from '@patchbay/contracts';
import { googleFakeClient, zoomFakeClient } from '@patchbay/providers/testing';
import { request } from 'undici';
import { startAuthStack, aUser, type AuthStack } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { connectAccount } from '../testing/consent.js';

const hourMs = 60 * 60_000;

describe('access tokens', () => {
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack();
    await stack.startReplica();
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.clock.aheadMs = 0;
    stack.google.faults.clear();
    stack.zoom.faults.clear();
  });

  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  };
  /** What PostgreSQL sees when a process is killed in the middle of a transaction. */
  const endDatabaseSessions = () =>
    stack.rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`);
  const tokenOf = ({ id }: Connection, rejected?: string) =>
    stack.ask(getAccessToken, { connection_id: id, ...(rejected === undefined ? {} : { rejected_token: rejected }) });
  const zoomRefreshes = (): number =>
    stack.zoom.requests.filter(({ path, body }) => path === '/oauth/token' && body.toString().includes('grant_type=refresh_token')).length;
  const zoomAnswers = async (token: string): Promise<number> => {
    const answer = await request(`${stack.zoom.url}/v2/users/me`, { headers: { authorization: `Bearer ${token}` } });
    await answer.body.dump();
    return answer.statusCode;
  };
  const announcedOf = async ({ id }: Connection, type: string) => (await stack.announced(type)).filter(({ data }) => data['connection_id'] === id);
  const statusOf = async ({ id }: Connection, user: ReturnType<typeof aUser>) =>
    (await stack.ask(listConnections, { limit: 50 }, user)).items.find((connection) => connection.id === id);
  /** Every account name is used once: a fake's grants belong to an account. */
  let accounts = 0;
  const aConnection = async (provider: 'google' | 'zoom') => {
    const user = aUser();
    accounts += 1;
    const email = `person${accounts}@example.com`;
    return { user, email, connection: await connectAccount(stack, user, { provider, email }) };
  };

  it('hands out the same token as long as it is good, without asking the provider', async () => {
    const { connection } = await aConnection('zoom');
    const refreshes = zoomRefreshes();

    const [first, second] = [await tokenOf(connection), await tokenOf(connection)];

    expect(second).toEqual(first);
    expect(await zoomAnswers(first.access_token)).toBe(200);
    expect(zoomRefreshes()).toBe(refreshes);
  });

  it('asks the provider once when twenty ask two replicas at once, and all get the token that works', async () => {
    const { connection } = await aConnection('zoom');
    stack.clock.aheadMs = hourMs - 30_000;
    const refreshes = zoomRefreshes();

    const answers = await Promise.all(Array.from({ length: 20 }, () => tokenOf(connection)));

    expect(zoomRefreshes() - refreshes).toBe(1);
    const tokens = new Set(answers.map(({ access_token: token }) => token));
    expect(tokens.size).toBe(1);
    for (const token of tokens) expect(await zoomAnswers(token)).toBe(200);
    expect(await announcedOf(connection, 'token_refreshed')).toHaveLength(1);
  });

  it('refreshes again and again with a refresh token that changes each time', async () => {
    const { connection } = await aConnection('zoom');

    for (const hour of [1, 2, 3]) {
      stack.clock.aheadMs = hour * hourMs;
      expect(await zoomAnswers((await tokenOf(connection)).access_token)).toBe(200);
    }
    expect(await announcedOf(connection, 'token_refreshed')).toHaveLength(3);
  });

  it('keeps the refresh token when the answer brings no new one', async () => {
    const { connection } = await aConnection('google');

    for (const hour of [1, 2]) {
      stack.clock.aheadMs = hour * hourMs;
      await tokenOf(connection);
    }
    expect(await announcedOf(connection, 'token_refreshed')).toHaveLength(2);
  });

  it('asks again when the line breaks after the provider gave a token that does not end the old one', async () => {
    const { connection } = await aConnection('google');
    stack.clock.aheadMs = hourMs;
    stack.google.faults.dropAfterExecuting(1, { path: '/token' });

    expect((await tokenOf(connection)).access_token).toMatch(/^ya29/);
  });

  it('does not repeat a refresh whose answer was lost where that could end the grant', async () => {
    const { connection, user } = await aConnection('zoom');
    stack.clock.aheadMs = hourMs;
    stack.zoom.faults.dropAfterExecuting(1, { path: '/oauth/token' });
    const refreshes = zoomRefreshes();

    expect(await codeOf(tokenOf(connection))).toBe('provider_unavailable');
    expect(zoomRefreshes() - refreshes).toBe(1);
    expect(await statusOf(connection, user)).toMatchObject({ status: 'active', last_error: expect.stringContaining('Zoom') });
  });

  it('keeps a new pair of tokens although the database goes away before it is stored', async () => {
    const { connection } = await aConnection('zoom');
    stack.clock.aheadMs = hourMs;
    stack.zoom.faults.delay(500, { path: '/oauth/token' });
    const refreshes = zoomRefreshes();

    const asked = tokenOf(connection);
    await until(() => zoomRefreshes() > refreshes);
    await endDatabaseSessions();

    expect(await zoomAnswers((await asked).access_token)).toBe(200);
    stack.zoom.faults.clear();
    stack.clock.aheadMs = 2 * hourMs;
    expect(await zoomAnswers((await tokenOf(connection)).access_token)).toBe(200);
    expect(zoomRefreshes() - refreshes).toBe(2);
  });

  it('lets the next one refresh when whoever did dies before the provider has done anything', async () => {
    const { connection } = await aConnection('zoom');
    stack.clock.aheadMs = hourMs;
    stack.zoom.faults.delay(300, { path: '/oauth/token' });
    stack.zoom.faults.failNext({ status: 503, match: { path: '/oauth/token' } });
    const refreshes = zoomRefreshes();

    const died = codeOf(tokenOf(connection));
    await until(() => zoomRefreshes() > refreshes);
    await endDatabaseSessions();

    expect(await died).not.toBe('no failure');
    stack.zoom.faults.clear();
    expect(await zoomAnswers((await tokenOf(connection)).access_token)).toBe(200);
  });

  it('stays active while the provider is away, and mends itself afterwards', async () => {
    const { connection, user } = await aConnection('zoom');
    stack.clock.aheadMs = hourMs;
    stack.zoom.faults.failNext({ status: 503, match: { path: '/oauth/token' } });

    expect(await codeOf(tokenOf(connection))).toBe('provider_unavailable');
    expect(await statusOf(connection, user)).toMatchObject({ status: 'active', last_error: expect.stringContaining('Zoom') });

    expect(await codeOf(tokenOf(connection))).toBe('no failure');
    expect(await statusOf(connection, user)).toMatchObject({ status: 'active', last_error: null });
  });

  it('hands out a token in its last minute rather than none while the provider is away', async () => {
    const { connection } = await aConnection('zoom');
    const before = await tokenOf(connection);
    stack.clock.aheadMs = hourMs - 30_000;
    stack.zoom.faults.failNext({ status: 503, match: { path: '/oauth/token' } });

    expect(await tokenOf(connection)).toEqual(before);
  });

  it('asks for a new connect when the permission was withdrawn, and says so once', async () => {
    const { connection, user, email } = await aConnection('zoom');
    stack.clock.aheadMs = hourMs;
    stack.zoom.fake.revokeGrant(email);

    const outcomes = await Promise.all([1, 2, 3].map(() => codeOf(tokenOf(connection))));

    expect(new Set(outcomes)).toEqual(new Set(['connection_needs_reauth']));
    expect(await statusOf(connection, user)).toMatchObject({ status: 'needs_reauth' });
    const told = await announcedOf(connection, 'integration_disconnected');
    expect(told).toEqual([expect.objectContaining({ data: expect.objectContaining({ reason: 'refused_by_provider' }) })]);
  });

  it('works again under the same id when the account is connected again', async () => {
    const { connection, user, email } = await aConnection('zoom');
    stack.clock.aheadMs = hourMs;
    stack.zoom.fake.revokeGrant(email);
    await codeOf(tokenOf(connection));

    const again = await connectAccount(stack, user, { provider: 'zoom', email });

    expect(again).toMatchObject({ id: connection.id, status: 'active' });
    expect(await zoomAnswers((await tokenOf(connection)).access_token)).toBe(200);
  });

  it('fetches a new token when the provider refused one that looked good', async () => {
    const { connection } = await aConnection('zoom');
    const refused = await tokenOf(connection);
    const refreshes = zoomRefreshes();

    const answers = await Promise.all([1, 2, 3].map(() => tokenOf(connection, refused.access_token)));

    expect(zoomRefreshes() - refreshes).toBe(1);
    expect(new Set(answers.map(({ access_token: token }) => token)).size).toBe(1);
    expect(answers[0]?.access_token).not.toBe(refused.access_token);
  });

  it('does not refresh in circles when the provider refuses the new token too', async () => {
    const { connection, user } = await aConnection('zoom');
    const first = await tokenOf(connection);
    const second = await tokenOf(connection, first.access_token);
    const refreshes = zoomRefreshes();

    expect(await codeOf(tokenOf(connection, second.access_token))).toBe('connection_needs_reauth');
    expect(zoomRefreshes()).toBe(refreshes);
    expect(await statusOf(connection, user)).toMatchObject({ status: 'needs_reauth' });
  });

  it('knows no connection that does not exist', async () => {
    expect(await codeOf(stack.ask(getAccessToken, { connection_id: '0198f2a4-0000-7000-8000-00000000dead' }))).toBe('connection_not_found');
  });

  it('serves many accounts that need a refresh at the same moment', async () => {
    const connections = await Promise.all(Array.from({ length: 30 }, () => aConnection('google').then(({ connection }) => connection)));
    stack.clock.aheadMs = hourMs;

    const outcomes = await Promise.all(connections.map((connection) => codeOf(tokenOf(connection))));

    expect(new Set(outcomes)).toEqual(new Set(['no failure']));
  }, 30_000);

  it('leaves no token in a log row, an event or a readable column', async () => {
    const answered = [...stack.google.exchanges, ...stack.zoom.exchanges].map(({ response }) => JSON.stringify(response?.body ?? ''));
    const secrets = new Set(
      answered.flatMap((body) => [...body.matchAll(/"(?:access_token|refresh_token)":"([^"]+)"/g)].map(([, token]) => token ?? '')),
    );
    secrets.add(zoomFakeClient.clientSecret).add(googleFakeClient.clientSecret);
    const tables = ['connections', 'grants', 'oauth_flows', 'outbox', 'users', 'api_keys', 'signing_keys'];
    const stored = await Promise.all(tables.map(async (table) => JSON.stringify(await stack.rows(`SELECT * FROM ${table}`))));

    const readable = [...stored, ...stack.logged].join('\n');

    expect(secrets.size).toBeGreaterThan(20);
    expect([...secrets].filter((secret) => readable.includes(secret))).toEqual([]);
  });
});
