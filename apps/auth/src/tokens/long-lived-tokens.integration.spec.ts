import { getAccessToken, listConnections, type Connection } from '@patchbay/contracts';
import { createInstagramFake, instagramFakeClient, startFake, type ProviderFake, type RunningFake } from '@patchbay/providers/testing';
import { waitFor } from '@patchbay/testing';
import { startAuthStack, aUser, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { connectAccount } from '../testing/consent.js';

const dayMs = 24 * 60 * 60_000;

describe('tokens that are exchanged for longer ones', () => {
  let stack: AuthStack | undefined;
  let instagram: RunningFake<ProviderFake>;
  const running = (): AuthStack => {
    if (stack === undefined) throw new Error('unreachable: the stack is started first');
    return stack;
  };

  beforeAll(async () => {
    instagram = await startFake(createInstagramFake({ now: () => new Date(Date.now() + (stack?.clock.aheadMs ?? 0)) }));
    stack = await startAuthStack({
      RENEW_TOKENS_AHEAD: 'true',
      INSTAGRAM_CLIENT_ID: instagramFakeClient.clientId,
      INSTAGRAM_CLIENT_SECRET: instagramFakeClient.clientSecret,
      INSTAGRAM_AUTH_BASE_URL: instagram.url,
      INSTAGRAM_API_BASE_URL: instagram.url,
    });
  }, 60_000);
  afterEach(() => {
    running().clock.aheadMs = 0;
    instagram.faults.clear();
  });
  afterAll(async () => {
    await stack?.stop();
    await instagram.stop();
  });

  const connect = (user: TestUser, email: string) => connectAccount(running(), user, { provider: 'instagram', email });
  const tokenOf = async ({ id }: Connection, rejected?: string): Promise<string> =>
    (await running().ask(getAccessToken, { connection_id: id, ...(rejected !== undefined && { rejected_token: rejected }) })).access_token;
  const refreshedOf = async ({ id }: Connection) => (await running().announced('token_refreshed')).filter(({ data }) => data['connection_id'] === id);
  const renewalsOf = (token: string): number =>
    instagram.requests.filter(({ path, query }) => path === '/refresh_access_token' && query.get('access_token') === token).length;
  const stateOf = async (user: TestUser) => (await running().ask(listConnections, { limit: 50 }, user)).items[0];

  it('are kept as sixty days instead of an hour', async () => {
    const connection = await connect(aUser(), 'long@example.com');

    expect(Date.parse(connection.token_expires_at ?? '') - Date.now()).toBeGreaterThan(59 * dayMs);
  });

  it('are renewed days before they end, again and again', async () => {
    const connection = await connect(aUser(), 'renewed@example.com');
    const before = await tokenOf(connection);

    for (const round of [1, 2]) {
      running().clock.aheadMs = round * 57 * dayMs;
      await waitFor(async () => ((await refreshedOf(connection)).length >= round ? true : undefined), `renewal ${round}`);
    }

    expect(await tokenOf(connection)).not.toBe(before);
    expect(await refreshedOf(connection)).toHaveLength(2);
  });

  it('go on when the provider refused one in its first day and says that it is too young: it is renewed as soon as that is allowed', async () => {
    const user = aUser();
    const connection = await connect(user, 'young@example.com');
    const token = await tokenOf(connection);

    expect(await codeOf(tokenOf(connection, token))).toBe('provider_unavailable');
    expect(renewalsOf(token)).toBe(1);
    expect(await stateOf(user)).toMatchObject({ status: 'active', last_error: expect.stringContaining('Instagram') });

    running().clock.aheadMs = dayMs + 60_000;
    await waitFor(async () => ((await refreshedOf(connection)).length > 0 ? true : undefined), 'the renewal');
    expect(await stateOf(user)).toMatchObject({ status: 'active', last_error: null });
    expect(renewalsOf(token)).toBe(2);
  });

  it('need a new connect when the permission was withdrawn', async () => {
    const user = aUser();
    await connect(user, 'withdrawn@example.com');
    instagram.fake.revokeGrant('withdrawn@example.com');
    running().clock.aheadMs = 57 * dayMs;

    await waitFor(async () => ((await stateOf(user))?.status === 'needs_reauth' ? true : undefined), 'the refusal to be noticed');
    expect(await stateOf(user)).toMatchObject({ status: 'needs_reauth' });
  });
});
