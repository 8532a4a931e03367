import { disconnectConnection, finishConnection, getAccessToken, listConnections, startConnection, type Connection } from '@patchbay/contracts';
import { startAuthStack, aUser, redirectUri, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { certifiedClient, startCertifiedServer, type CertifiedServer } from '../testing/certified-server.js';
import { codeOf } from '../testing/code-of.js';
import type { BroughtBack } from '../testing/consent.js';

const hourMs = 60 * 60_000;

describe('against a certified authorization server', () => {
  let certified: CertifiedServer;
  let stack: AuthStack;

  beforeAll(async () => {
    certified = await startCertifiedServer();
    stack = await startAuthStack({
      ZOOM_CLIENT_ID: certifiedClient.id,
      ZOOM_CLIENT_SECRET: certifiedClient.secret,
      ZOOM_AUTH_BASE_URL: certified.url,
      ZOOM_API_BASE_URL: certified.url,
    });
    await stack.startReplica();
  }, 60_000);
  afterAll(async () => {
    await stack.stop();
    await certified.stop();
  });
  afterEach(() => {
    stack.clock.aheadMs = 0;
  });

  const begin = async (user: TestUser): Promise<string> =>
    (await stack.ask(startConnection, { provider: 'zoom', redirect_uri: redirectUri }, user)).auth_url;
  const finish = (user: TestUser, back: BroughtBack) => stack.ask(finishConnection, { provider: 'zoom', ...back }, user);
  const connect = async (user: TestUser, account: string): Promise<Connection> => finish(user, await certified.consent(await begin(user), account));
  const tokenOf = async ({ id }: Connection): Promise<string> => (await stack.ask(getAccessToken, { connection_id: id })).access_token;
  const connectionsOf = async (user: TestUser) => (await stack.ask(listConnections, { limit: 50 }, user)).items;

  it('connects an account with PKCE and an issuer that fits', async () => {
    const user = aUser();
    const back = await certified.consent(await begin(user), 'olivia');
    expect(back.iss).toBe(certified.url);

    const connection = await finish(user, back);

    expect(connection).toMatchObject({
      status: 'active',
      provider_email: 'olivia@example.com',
      scopes: ['meeting:read', 'meeting:write', 'user:read'],
    });
    expect(await certified.statusOf(await tokenOf(connection))).toBe(200);
  });

  it('could not connect without PKCE there', async () => {
    const url = new URL(await begin(aUser()));
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');

    expect(await certified.consent(url.href, 'olivia')).toMatchObject({ error: 'invalid_request' });
  });

  it('could not connect with a challenge that is the verifier itself', async () => {
    const url = new URL(await begin(aUser()));
    url.searchParams.set('code_challenge_method', 'plain');

    expect(await certified.consent(url.href, 'olivia')).toMatchObject({ error: 'invalid_request' });
  });

  it('does not get through with a challenge that somebody exchanged on the way, and creates nothing', async () => {
    const user = aUser();
    const url = new URL(await begin(user));
    url.searchParams.set('code_challenge', new URL(await begin(user)).searchParams.get('code_challenge') ?? '');
    const back = await certified.consent(url.href, 'olivia');

    expect(back.code).toBeDefined();
    expect(await codeOf(finish(user, back))).toBe('oauth_code_invalid');
    expect(await connectionsOf(user)).toEqual([]);
  });

  it('refuses an answer that names another issuer, and creates nothing', async () => {
    const user = aUser();
    const back = await certified.consent(await begin(user), 'mixed-up');

    expect(await codeOf(finish(user, { ...back, iss: 'https://honest.example' }))).toBe('oauth_state_invalid');
    expect(await connectionsOf(user)).toEqual([]);
  });

  it("refuses another flow's code, and creates nothing", async () => {
    const [victim, attacker] = [aUser(), aUser()];
    const ofAttacker = await certified.consent(await begin(attacker), 'attacker');
    const ofVictim = await certified.consent(await begin(victim), 'victim');

    expect(await codeOf(finish(victim, { ...ofVictim, code: ofAttacker.code ?? '' }))).toBe('oauth_code_invalid');
    expect(await connectionsOf(victim)).toEqual([]);
  });

  it('refuses a code the second time', async () => {
    const user = aUser();
    const first = await certified.consent(await begin(user), 'twice');
    await finish(user, first);
    const second = await certified.consent(await begin(user), 'twice');

    expect(await codeOf(finish(user, first))).toBe('oauth_state_invalid');
    expect(await codeOf(finish(user, { ...second, code: first.code ?? '' }))).toBe('oauth_code_invalid');
  });

  it('refreshes once for twenty callers of two replicas, so that the rotation is not taken for theft', async () => {
    const connection = await connect(aUser(), 'twenty');
    const before = certified.refreshed.length;
    stack.clock.aheadMs = hourMs - 30_000;

    const tokens = await Promise.all(Array.from({ length: 20 }, () => tokenOf(connection)));

    expect(new Set(tokens).size).toBe(1);
    expect(certified.refreshed.length - before).toBe(1);
    stack.clock.aheadMs = 2 * hourMs;
    expect(await certified.statusOf(await tokenOf(connection))).toBe(200);
    const [first, second] = certified.refreshed.slice(before);
    expect(second).not.toBe(first);
  });

  it('asks for a new connect when a stolen refresh token was replayed there, which ends the whole grant', async () => {
    const user = aUser();
    const connection = await connect(user, 'robbed');
    stack.clock.aheadMs = hourMs;
    const token = await tokenOf(connection);

    expect(await certified.replay(certified.refreshed.at(-1) ?? '')).toBe(400);
    expect(await certified.statusOf(token)).toBe(401);
    stack.clock.aheadMs = 2 * hourMs;

    expect(await codeOf(tokenOf(connection))).toBe('connection_needs_reauth');
    expect(await connectionsOf(user)).toEqual([expect.objectContaining({ id: connection.id, status: 'needs_reauth' })]);
    expect(await connect(user, 'robbed')).toMatchObject({ id: connection.id, status: 'active' });
  });

  it('really ends the grant there when the connection is disconnected', async () => {
    const user = aUser();
    const connection = await connect(user, 'leaving');
    stack.clock.aheadMs = hourMs;
    const token = await tokenOf(connection);
    expect(await certified.statusOf(token)).toBe(200);

    await stack.ask(disconnectConnection, { id: connection.id }, user);

    expect(await certified.statusOf(token)).toBe(401);
  });
});
