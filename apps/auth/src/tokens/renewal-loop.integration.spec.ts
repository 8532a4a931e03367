import { getAccessToken, listConnections, type Connection } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { request } from 'undici';
import { startAuthStack, aUser, type AnnouncedEvent, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { connectAccount } from '../testing/consent.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

describe('renewing tokens before they end', () => {
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack({ RENEW_TOKENS_AHEAD: 'true' });
    await stack.startReplica();
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.clock.aheadMs = 0;
    stack.google.faults.clear();
    stack.zoom.faults.clear();
  });

  const tokenOf = async ({ id }: Connection): Promise<string> => (await stack.ask(getAccessToken, { connection_id: id })).access_token;
  const announcedOf = async ({ id }: Connection, type: string): Promise<readonly AnnouncedEvent[]> =>
    (await stack.announced(type)).filter(({ data }) => data['connection_id'] === id);
  const waitForEvents = (connection: Connection, type: string, count: number) =>
    waitFor(async () => {
      const events = await announcedOf(connection, type);
      return events.length >= count ? events : undefined;
    }, `${count} × ${type}`);
  const statusOf = async ({ id }: Connection, user: TestUser) =>
    (await stack.ask(listConnections, { limit: 50 }, user)).items.find((connection) => connection.id === id);
  const zoomAnswers = async (token: string): Promise<number> => {
    const answer = await request(`${stack.zoom.url}/v2/users/me`, { headers: { authorization: `Bearer ${token}` } });
    await answer.body.dump();
    return answer.statusCode;
  };
  const refreshesOf = (provider: 'zoom' | 'google', email: string): number =>
    stack.ledger.entries({ provider, kind: 'token.refreshed' }).filter(({ account }) => account === email).length;
  /** Every other connection rests: moving the clock concerns the one at hand alone. */
  let accounts = 0;
  const aConnection = async (provider: 'google' | 'zoom') => {
    await stack.rows('UPDATE grants SET renew_at = NULL');
    await stack.rows('DELETE FROM token_endings');
    const user = aUser();
    accounts += 1;
    const email = `renewed${accounts}@example.com`;
    return { user, email, connection: await connectAccount(stack, user, { provider, email }) };
  };
  const alter = (connection: Connection, change: string) => stack.rows(`UPDATE grants SET ${change} WHERE connection_id = $1`, [connection.id]);
  const alterEnding = (connection: Connection, change: string) =>
    stack.rows(`UPDATE token_endings SET ${change} WHERE connection_id = $1`, [connection.id]);

  it.each(['google', 'zoom'] as const)(
    'tells of the end of a token of %s once, ahead of it, and renews it once for two replicas',
    async (provider) => {
      const { connection, email } = await aConnection(provider);
      const before = await tokenOf(connection);
      stack.clock.aheadMs = hourMs - 4 * minuteMs;

      await waitForEvents(connection, 'token_refreshed', 1);

      expect(await tokenOf(connection)).not.toBe(before);
      const told = await announcedOf(connection, 'token_expiring');
      expect(told.map(({ data }) => data)).toEqual([expect.objectContaining({ token_expires_at: connection.token_expires_at, renews: true })]);
      expect(refreshesOf(provider, email)).toBe(1);
    },
  );

  it('does nothing before it is time', async () => {
    const { connection, email } = await aConnection('zoom');
    const marker = await connectAccount(stack, aUser(), { provider: 'zoom', email: `marker-${email}` });
    stack.clock.aheadMs = hourMs - 11 * minuteMs;
    await alterEnding(marker, `announce_at = now()`);
    await alter(marker, `renew_at = now()`);

    // By the time the marker was renewed, the other would have been, too.
    await waitForEvents(marker, 'token_refreshed', 1);

    expect(await announcedOf(connection, 'token_expiring')).toEqual([]);
    expect(refreshesOf('zoom', email)).toBe(0);
  });

  it('goes on renewing, hour after hour, with a refresh token that changes each time', async () => {
    const { connection, email } = await aConnection('zoom');
    for (const hour of [1, 2, 3]) {
      stack.clock.aheadMs = hour * 55 * minuteMs + 1_000;
      await waitForEvents(connection, 'token_refreshed', hour);
    }

    expect(await zoomAnswers(await tokenOf(connection))).toBe(200);
    expect(refreshesOf('zoom', email)).toBe(3);
    expect(await announcedOf(connection, 'token_expiring')).toHaveLength(3);
  });

  it('asks a provider that rotates once, though twenty callers of two replicas and both loops want a new token at once', async () => {
    const { connection, email } = await aConnection('zoom');
    stack.zoom.faults.delay(200, { path: '/oauth/token' });
    stack.clock.aheadMs = hourMs - 30_000;

    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(connection)));

    expect(new Set(tokens).size).toBe(1);
    expect(await zoomAnswers(tokens[0] ?? '')).toBe(200);
    expect(refreshesOf('zoom', email)).toBe(1);
    expect(await announcedOf(connection, 'token_refreshed')).toHaveLength(1);
  });

  it('catches up after it was down for longer than tokens live, without telling of ends that are past', async () => {
    const { connection, email } = await aConnection('google');
    stack.clock.aheadMs = 9 * hourMs;

    await waitForEvents(connection, 'token_refreshed', 1);

    expect(refreshesOf('google', email)).toBe(1);
    expect(await announcedOf(connection, 'token_expiring')).toEqual([]);
  });

  it('never renews a token that does not end', async () => {
    const { connection, email } = await aConnection('google');
    await alter(connection, 'expires_at = NULL, renew_at = NULL');
    await stack.rows('DELETE FROM token_endings WHERE connection_id = $1', [connection.id]);
    const marker = await connectAccount(stack, aUser(), { provider: 'google', email: `marker-${email}` });
    stack.clock.aheadMs = 30 * dayMs;

    await waitForEvents(marker, 'token_refreshed', 1);

    expect(refreshesOf('google', email)).toBe(0);
    expect(await codeOf(tokenOf(connection))).toBe('no failure');
  });

  it('says days ahead that a token ends which nothing renews, and asks for a new connect when it has', async () => {
    const { connection, user } = await aConnection('zoom');
    const set = `is_renewable = false, expires_at = now() + interval '60 days'`;
    await alter(connection, `${set}, sealed_refresh_token = NULL, renew_at = now() + interval '60 days'`);
    await alterEnding(connection, `${set}, announce_at = now() + interval '53 days'`);
    stack.clock.aheadMs = 53 * dayMs + minuteMs;

    const [told] = await waitForEvents(connection, 'token_expiring', 1);
    expect(told?.data).toMatchObject({ renews: false });
    expect(await statusOf(connection, user)).toMatchObject({ status: 'active' });

    stack.clock.aheadMs = 60 * dayMs + minuteMs;
    await waitForEvents(connection, 'integration_disconnected', 1);
    expect(await statusOf(connection, user)).toMatchObject({ status: 'needs_reauth', last_error: expect.stringContaining('has ended') });
  });

  it('keeps trying while a provider is down for an hour, tells the user, and mends itself when it is back', async () => {
    const { connection, user } = await aConnection('zoom');
    stack.zoom.faults.down();
    stack.clock.aheadMs = hourMs - 4 * minuteMs;
    await waitFor(
      async () => (typeof (await statusOf(connection, user))?.last_error === 'string' ? true : undefined),
      'an error that the user can read',
    );
    const attempts = () => stack.rows<{ renew_attempts: number }>('SELECT renew_attempts FROM grants WHERE connection_id = $1', [connection.id]);
    for (const later of [1, 20, 40, 55]) {
      const [before] = await attempts();
      stack.clock.aheadMs = hourMs + later * minuteMs;
      await waitFor(async () => ((await attempts())[0]?.renew_attempts === before?.renew_attempts ? undefined : true), 'another attempt');
    }
    expect(await statusOf(connection, user)).toMatchObject({ status: 'active', last_error: expect.stringContaining('Zoom') });

    stack.zoom.faults.up();
    stack.clock.aheadMs = 2 * hourMs + 10 * minuteMs;
    await waitForEvents(connection, 'token_refreshed', 1);

    expect(await statusOf(connection, user)).toMatchObject({ status: 'active', last_error: null });
    expect(await zoomAnswers(await tokenOf(connection))).toBe(200);
    expect(await announcedOf(connection, 'integration_disconnected')).toEqual([]);
  }, 30_000);

  it('waits as long as a provider asks for, callers included', async () => {
    const { connection, email } = await aConnection('zoom');
    stack.zoom.faults.failNext({ status: 429, retryAfter: 600, match: { path: '/oauth/token' } });
    stack.clock.aheadMs = hourMs - 2 * minuteMs;
    const [row] = await waitFor(async () => {
      const rows = await stack.rows<{ renew_at: Date; attempts: number }>(
        'SELECT renew_at, renew_attempts AS attempts FROM grants WHERE connection_id = $1 AND renew_attempts > 0',
        [connection.id],
      );
      return rows.length > 0 ? rows : undefined;
    }, 'a failed attempt');

    expect((row?.renew_at.getTime() ?? 0) - Date.now() - stack.clock.aheadMs).toBeGreaterThan(590_000);
    stack.clock.aheadMs = hourMs + minuteMs;
    expect(await codeOf(tokenOf(connection))).toBe('provider_unavailable');
    expect(refreshesOf('zoom', email)).toBe(0);
    stack.clock.aheadMs = hourMs + 9 * minuteMs;
    await waitForEvents(connection, 'token_refreshed', 1);
  });

  it('asks for a new connect when the permission was withdrawn, says so once, and works under the same id afterwards', async () => {
    const { connection, user, email } = await aConnection('zoom');
    stack.zoom.fake.revokeGrant(email);
    stack.clock.aheadMs = hourMs - 2 * minuteMs;
    await waitForEvents(connection, 'integration_disconnected', 1);

    const again = await connectAccount(stack, user, { provider: 'zoom', email });

    expect(again).toMatchObject({ id: connection.id, status: 'active' });
    stack.clock.aheadMs = 2 * hourMs - 4 * minuteMs;
    await waitForEvents(connection, 'token_refreshed', 1);
    expect(await announcedOf(connection, 'integration_disconnected')).toHaveLength(1);
  });
});
