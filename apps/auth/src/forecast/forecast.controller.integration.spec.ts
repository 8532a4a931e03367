import { getAccessToken, listAllExpiringConnections, listExpiringConnections, type ExpiringConnection, type OutputOf } from '@patchbay/contracts';
import { startAuthStack, aUser, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { connectAccount } from '../testing/consent.js';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

describe('the forecast', () => {
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack();
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.clock.aheadMs = 0;
    stack.zoom.faults.clear();
  });

  const forecastOf = async (user: TestUser, days = 30): Promise<readonly ExpiringConnection[]> =>
    (await stack.ask(listExpiringConnections, { days, limit: 50 }, user)).items;
  const forEveryone = async (admin: TestUser, limit = 200): Promise<readonly ExpiringConnection[]> => {
    const items: ExpiringConnection[] = [];
    let cursor: string | null = null;
    do {
      const page: OutputOf<typeof listAllExpiringConnections> = await stack.ask(
        listAllExpiringConnections,
        { days: 30, limit, ...(cursor !== null && { cursor }) },
        admin,
      );
      items.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return items;
  };
  let accounts = 0;
  const aConnection = (user: TestUser, provider: 'google' | 'zoom' = 'zoom') => {
    accounts += 1;
    return connectAccount(stack, user, { provider, email: `forecast${accounts}@example.com` });
  };
  /** As if the provider had given what this test is about. */
  const alter = (id: string, change: string) => stack.rows(`UPDATE grants SET ${change} WHERE connection_id = $1`, [id]);

  it('says nothing about connections that renew themselves', async () => {
    const user = aUser();
    await aConnection(user, 'google');
    await aConnection(user, 'zoom');

    expect(await forecastOf(user, 365)).toEqual([]);
  });

  it('names a connection whose permission was withdrawn, as broken since then', async () => {
    const user = aUser();
    const connection = await aConnection(user);
    stack.clock.aheadMs = hourMs;
    stack.zoom.fake.revokeGrant(connection.provider_email ?? '');
    await codeOf(stack.ask(getAccessToken, { connection_id: connection.id }));

    const [broken, ...others] = await forecastOf(user);

    expect(others).toEqual([]);
    expect(broken).toMatchObject({
      connection_id: connection.id,
      provider: 'zoom',
      reason: 'reauth_needed',
      remedy: expect.stringContaining('Zoom'),
    });
    expect(Date.parse(broken?.breaks_at ?? '')).toBeLessThanOrEqual(Date.now() + hourMs);
  });

  it('names a connection whose refresh fails, until it succeeds again', async () => {
    const user = aUser();
    const connection = await aConnection(user);
    stack.clock.aheadMs = hourMs - 30_000;
    stack.zoom.faults.failNext({ status: 503, match: { path: '/oauth/token' } });
    await stack.ask(getAccessToken, { connection_id: connection.id });

    expect(await forecastOf(user)).toEqual([expect.objectContaining({ reason: 'refresh_failing', breaks_at: connection.token_expires_at })]);

    await stack.ask(getAccessToken, { connection_id: connection.id });
    expect(await forecastOf(user)).toEqual([]);
  });

  it('tells a refresh token that ends from a token that nothing renews, the soonest first', async () => {
    const user = aUser();
    const [later, sooner] = [await aConnection(user), await aConnection(user)];
    await alter(later.id, `breaks_at = date_trunc('milliseconds', now()) + interval '7 days'`);
    await alter(sooner.id, `is_renewable = false, breaks_at = date_trunc('milliseconds', now()) + interval '2 days'`);

    expect((await forecastOf(user)).map(({ connection_id: id, reason }) => [id, reason])).toEqual([
      [sooner.id, 'token_ends'],
      [later.id, 'refresh_token_ends'],
    ]);
    expect((await forecastOf(user, 1)).map(({ reason }) => reason)).toEqual([]);
    expect((await forecastOf(user, 3)).map(({ reason }) => reason)).toEqual(['token_ends']);
  });

  it("shows people their own and admins everyone's of their tenant, page by page without a gap", async () => {
    const [user, other, admin] = [aUser(), aUser(), aUser('admin')];
    const connected = [];
    for (const owner of [user, other, user, other, user]) connected.push(await aConnection(owner));
    // Several break at the same moment: the id decides then.
    for (const { id } of connected) await alter(id, `breaks_at = date_trunc('hour', now()) + interval '5 days'`);
    const ids = connected.map(({ id }) => id);

    const all = await forEveryone(admin, 2);

    expect(all.map(({ connection_id: id }) => id).filter((id) => ids.includes(id))).toEqual(ids.toSorted());
    expect(new Set(all.map(({ connection_id: id }) => id)).size).toBe(all.length);
    expect(all.map(({ breaks_at: at }) => at)).toEqual(all.map(({ breaks_at: at }) => at).toSorted());
    expect(new Set((await forecastOf(other)).map(({ user_id: id }) => id))).toEqual(new Set([other.user_id]));
    expect(await forEveryone({ ...admin, tenant_id: 'another' })).toEqual([]);
  });

  it('names connections of a provider whose credentials an operator took away', async () => {
    const user = aUser();
    const connection = await aConnection(user);
    const { DATABASE_URL = '', TOKEN_MASTER_KEYS = '' } = stack.environment;
    const bare = await startAuthStack({ DATABASE_URL, TOKEN_MASTER_KEYS, ZOOM_CLIENT_ID: '', ZOOM_CLIENT_SECRET: '' });
    try {
      const expected = expect.objectContaining({
        connection_id: connection.id,
        reason: 'provider_not_configured',
        breaks_at: connection.token_expires_at,
      });
      expect((await bare.ask(listExpiringConnections, { days: 30, limit: 50 }, user)).items).toEqual([expected]);
      expect((await bare.ask(listAllExpiringConnections, { days: 30, limit: 200 }, aUser('admin'))).items).toContainEqual(expected);
    } finally {
      await bare.stop();
    }
  }, 30_000);

  it('refuses a cursor that is none, and strangers', async () => {
    expect(await codeOf(stack.ask(listExpiringConnections, { days: 30, limit: 50, cursor: 'x' }, aUser()))).toBe('request_invalid');
    expect(await codeOf(stack.ask(listExpiringConnections, { days: 30, limit: 50 }))).toBe('forbidden');
  });

  it('finds what breaks by indexes', async () => {
    await stack.rows('SET enable_seqscan = off');
    const plan = await stack.rows<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT connection_id FROM grants WHERE tenant_id = 'default' AND breaks_at <= now() + interval '${String(dayMs)} ms'
       AND (breaks_at, connection_id) > (now(), gen_random_uuid()) ORDER BY breaks_at, connection_id LIMIT 50`,
    );

    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('grants_that_break');
  });
});
