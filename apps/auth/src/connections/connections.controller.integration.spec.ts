import { disconnectConnection, getAccessToken, listConnections, type Connection } from '@patchbay/contracts';
import { createDropboxFake, dropboxFakeClient, startFake } from '@patchbay/providers/testing';
import { startAuthStack, aUser, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { connectAccount } from '../testing/consent.js';

describe('connections', () => {
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack();
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.google.faults.clear();
    stack.zoom.faults.clear();
  });

  const disconnect = ({ id }: Connection, user?: TestUser): Promise<null> => stack.ask(disconnectConnection, { id }, user);
  const listOf = async (user: TestUser): Promise<readonly Connection[]> => (await stack.ask(listConnections, { limit: 50 }, user)).items;
  const grantsAtZoom = (email: string): number => stack.zoom.fake.accounts().find((account) => account.email === email)?.grants ?? 0;
  const toldOf = async ({ id }: Connection, type: string) =>
    (await stack.announced(type)).filter(
      ({ data }) => data['connection_id'] === id || (data['details'] as { connection_id?: string } | undefined)?.connection_id === id,
    );

  it('refuses strangers', async () => {
    expect(await codeOf(stack.ask(listConnections, { limit: 50 }))).toBe('forbidden');
    expect(await codeOf(stack.ask(disconnectConnection, { id: aUser().user_id }))).toBe('forbidden');
  });

  it('shows people their own, newest first, page by page', async () => {
    const user = aUser();
    const other = aUser();
    const connected: Connection[] = [];
    for (const name of ['a', 'b', 'c']) connected.push(await connectAccount(stack, user, { provider: 'google', email: `${name}@example.com` }));
    await connectAccount(stack, other, { provider: 'google', email: 'a@example.com' });

    const first = await stack.ask(listConnections, { limit: 2 }, user);
    const second = await stack.ask(listConnections, { limit: 2, cursor: first.next_cursor ?? '' }, user);

    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual(connected.map(({ id }) => id).reverse());
    expect(second.next_cursor).toBeNull();
  });

  it('refuses a cursor that is none', async () => {
    expect(await codeOf(stack.ask(listConnections, { limit: 2, cursor: 'somewhere' }, aUser()))).toBe('request_invalid');
  });

  it('shows no token', async () => {
    const user = aUser();
    await connectAccount(stack, user, { provider: 'zoom', email: 'shown@example.com' });

    expect(Object.keys((await listOf(user))[0] ?? {}).sort()).toEqual([
      'created_at',
      'id',
      'last_error',
      'permissions',
      'provider',
      'provider_email',
      'scopes',
      'status',
      'token_expires_at',
      'type',
    ]);
  });

  it.each([['user'], ['admin']] as const)('is not there for another %s than its own', async (role) => {
    const user = aUser();
    const connection = await connectAccount(stack, user, { provider: 'zoom', email: `mine-${role}@example.com` });

    expect(await codeOf(disconnect(connection, aUser(role)))).toBe('connection_not_found');
    expect(await codeOf(disconnect(connection, { ...user, tenant_id: 'another' }))).toBe('connection_not_found');
    expect(await listOf(user)).toEqual([connection]);
  });

  it('is revoked at the provider, forgotten here and announced when its user disconnects it', async () => {
    const user = aUser();
    const connection = await connectAccount(stack, user, { provider: 'zoom', email: 'leaving@example.com' });

    await disconnect(connection, user);

    expect(grantsAtZoom('leaving@example.com')).toBe(0);
    expect(await listOf(user)).toEqual([]);
    expect(await stack.rows('SELECT 1 FROM grants WHERE connection_id = $1', [connection.id])).toEqual([]);
    expect(await codeOf(stack.ask(getAccessToken, { connection_id: connection.id }))).toBe('connection_not_found');
    expect(await codeOf(disconnect(connection, user))).toBe('connection_not_found');
    expect(await toldOf(connection, 'integration_disconnected')).toEqual([
      expect.objectContaining({ data: expect.objectContaining({ reason: 'by_user', user_id: user.user_id }) }),
    ]);
  });

  it('goes also when the provider cannot revoke now, and says that it could not', async () => {
    const user = aUser();
    const connection = await connectAccount(stack, user, { provider: 'zoom', email: 'stuck@example.com' });
    stack.zoom.faults.failNext({ status: 400, count: 2, match: { path: '/oauth/revoke' } });

    await disconnect(connection, user);

    expect(await listOf(user)).toEqual([]);
    expect(grantsAtZoom('stuck@example.com')).toBe(1);
    const activities = await toldOf(connection, 'activity_recorded');
    expect(activities.at(-1)?.data['message']).toContain('could not revoke');
  });

  it("does not take the permission away from somebody else's connection of the same account", async () => {
    const [user, other] = [aUser(), aUser()];
    const connection = await connectAccount(stack, user, { provider: 'zoom', email: 'shared@example.com' });
    const kept = await connectAccount(stack, other, { provider: 'zoom', email: 'shared@example.com' });

    await disconnect(connection, user);
    expect(grantsAtZoom('shared@example.com')).toBe(2);

    await disconnect(kept, other);
    expect(grantsAtZoom('shared@example.com')).toBe(1);
  });

  it('does not take the permission away from another service of the same vendor that shares the app', async () => {
    const user = aUser();
    const calendar = await connectAccount(stack, user, { provider: 'google', email: 'meets@example.com' });
    const meet = await connectAccount(stack, user, { provider: 'google_meet', email: 'meets@example.com' });

    await disconnect(meet, user);
    expect((await toldOf(meet, 'activity_recorded')).at(-1)?.data['details']).toMatchObject({ revocation: 'kept_for_other_connection' });

    await disconnect(calendar, user);
    expect((await toldOf(calendar, 'activity_recorded')).at(-1)?.data['details']).toMatchObject({ revocation: 'revoked' });
  });

  it('leaves no permission behind when all connections that rest on it go at once', async () => {
    const user = aUser();
    const calendar = await connectAccount(stack, user, { provider: 'google', email: 'both@example.com' });
    const meet = await connectAccount(stack, user, { provider: 'google_meet', email: 'both@example.com' });
    const both = { sql: 'SELECT 1 FROM grants WHERE connection_id = ANY($1)', values: [[calendar.id, meet.id]], untilWaiting: 2 };

    await stack.whileLocked(both, () => Promise.all([disconnect(calendar, user), disconnect(meet, user)]));

    const told = [...(await toldOf(calendar, 'activity_recorded')), ...(await toldOf(meet, 'activity_recorded'))];
    const revocations = told.flatMap(({ data }) => (data['details'] as { revocation?: string }).revocation ?? []);
    expect(revocations.sort()).toEqual(['kept_for_other_connection', 'revoked']);
  });

  it('is revoked also by a provider that wants a living access token for it, when ours has ended', async () => {
    const dropbox = await startFake(createDropboxFake());
    const url = { DROPBOX_API_BASE_URL: dropbox.url, DROPBOX_AUTH_BASE_URL: dropbox.url };
    const own = await startAuthStack({
      DROPBOX_CLIENT_ID: dropboxFakeClient.clientId,
      DROPBOX_CLIENT_SECRET: dropboxFakeClient.clientSecret,
      ...url,
    });
    try {
      const user = aUser();
      const connection = await connectAccount(own, user, { provider: 'dropbox', email: 'ended@example.com' });
      dropbox.fake.expireTokens();

      await own.ask(disconnectConnection, { id: connection.id }, user);

      expect(dropbox.fake.accounts().find(({ email }) => email === 'ended@example.com')?.grants).toBe(0);
    } finally {
      await own.stop();
      await dropbox.stop();
    }
  }, 60_000);

  it('keeps its id when the account is connected again later', async () => {
    const user = aUser();
    const connection = await connectAccount(stack, user, { provider: 'google', email: 'returning@example.com' });
    await disconnect(connection, user);

    const again = await connectAccount(stack, user, { provider: 'google', email: 'returning@example.com' });

    expect(again).toMatchObject({ id: connection.id, status: 'active' });
    expect(await codeOf(stack.ask(getAccessToken, { connection_id: again.id }))).toBe('no failure');
  });
});
