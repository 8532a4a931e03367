import { finishConnection, listConnections, startConnection, type Connection } from '@patchbay/contracts';
import { startAuthStack, aUser, redirectUri, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { connectAccount, consent } from '../testing/consent.js';

const email = 'olivia.organiser@example.com';
const googleScope = 'https://www.googleapis.com/auth/';

describe('connecting an account', () => {
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack({ OAUTH_REDIRECT_URIS: 'https://app.example.com/callback' });
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.clock.aheadMs = 0;
    stack.google.faults.clear();
    stack.zoom.faults.clear();
  });

  const begin = async (user: TestUser, provider: 'google' | 'zoom' = 'google') =>
    stack.ask(startConnection, { provider, redirect_uri: redirectUri }, user);
  const connectionsOf = async (user: TestUser): Promise<readonly Connection[]> => (await stack.ask(listConnections, { limit: 50 }, user)).items;

  it.each([
    ['google', 'calendar', `${googleScope}calendar`],
    ['zoom', 'video', 'meeting:write'],
  ] as const)('leads through the consent page of %s to a working connection', async (provider, type, scope) => {
    const user = aUser();

    const connection = await connectAccount(stack, user, { provider });

    expect(connection).toMatchObject({ provider, type, provider_email: email, status: 'active', last_error: null });
    expect(connection.scopes).toContain(scope);
    expect(Date.parse(connection.token_expires_at ?? '')).toBeGreaterThan(Date.now() + 3_000_000);
    expect(await connectionsOf(user)).toEqual([connection]);
    const announced = (await stack.announced()).filter(({ data }) => data['user_id'] === user.user_id);
    expect(announced).toEqual([
      expect.objectContaining({
        type: 'integration_connected',
        data: expect.objectContaining({ connection_id: connection.id, provider_email: email }),
      }),
      expect.objectContaining({ type: 'activity_recorded', data: expect.objectContaining({ log_type: 'integration_connected', success: true }) }),
    ]);
  });

  it('asks for PKCE, offline access and the scopes of the type, and never shows the verifier', async () => {
    const { auth_url: authUrl, state } = await begin(aUser());

    const parameters = new URL(authUrl).searchParams;
    expect(parameters.get('code_challenge_method')).toBe('S256');
    expect(parameters.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(parameters.get('access_type')).toBe('offline');
    expect(parameters.get('scope')).toContain(`${googleScope}calendar.events`);
    expect(parameters.get('redirect_uri')).toBe(redirectUri);
    expect(parameters.get('state')).toBe(state);
    expect(parameters.has('code_verifier')).toBe(false);
  });

  it.each([
    ['provider_unknown', { provider: 'nobody', redirect_uri: redirectUri }],
    ['integration_type_unsupported', { provider: 'zoom', integration_type: 'calendar', redirect_uri: redirectUri }],
    ['redirect_uri_not_allowed', { provider: 'google', redirect_uri: 'https://app.example.com/callback/' }],
  ] as const)('does not begin with %s', async (code, input) => {
    expect(await codeOf(stack.ask(startConnection, input, aUser()))).toBe(code);
  });

  it('begins with a redirect URI of the allow list', async () => {
    const { auth_url: authUrl } = await stack.ask(startConnection, { provider: 'zoom', redirect_uri: 'https://app.example.com/callback' }, aUser());

    expect(new URL(authUrl).searchParams.get('redirect_uri')).toBe('https://app.example.com/callback');
  });

  it('refuses strangers', async () => {
    expect(await codeOf(stack.ask(startConnection, { provider: 'google', redirect_uri: redirectUri }))).toBe('forbidden');
    expect(await codeOf(stack.ask(finishConnection, { provider: 'google', code: 'c', state: 's' }))).toBe('forbidden');
  });

  it('refuses a state of another user, which its owner can still use', async () => {
    const user = aUser();
    const stranger = aUser();
    const back = await consent((await begin(user)).auth_url, { email });

    expect(await codeOf(stack.ask(finishConnection, { provider: 'google', ...back }, stranger))).toBe('oauth_state_invalid');
    expect(await connectionsOf(stranger)).toEqual([]);
    expect(await codeOf(stack.ask(finishConnection, { provider: 'google', ...back }, user))).toBe('no failure');
  });

  it.each([
    ['another provider', { provider: 'zoom' }],
    ['another redirect URI', { redirect_uri: 'http://localhost:3000/elsewhere' }],
    ['a state nobody gave', { state: 'made-up' }],
  ])('refuses a callback with %s', async (_what, change) => {
    const user = aUser();
    const back = await consent((await begin(user)).auth_url, { email });

    expect(await codeOf(stack.ask(finishConnection, { provider: 'google', ...back, ...change }, user))).toBe('oauth_state_invalid');
    expect(await connectionsOf(user)).toEqual([]);
  });

  it('refuses a state the second time', async () => {
    const user = aUser();
    const back = await consent((await begin(user)).auth_url, { email });
    await stack.ask(finishConnection, { provider: 'google', ...back }, user);

    expect(await codeOf(stack.ask(finishConnection, { provider: 'google', ...back }, user))).toBe('oauth_state_invalid');
  });

  it('lets one of two who bring the same state at once through', async () => {
    const user = aUser();
    const back = await consent((await begin(user)).auth_url, { email });

    const outcomes = await Promise.all([1, 2].map(() => codeOf(stack.ask(finishConnection, { provider: 'google', ...back }, user))));

    expect(outcomes.sort()).toEqual(['no failure', 'oauth_state_invalid']);
    expect(await connectionsOf(user)).toHaveLength(1);
  });

  it('refuses a state after ten minutes, and forgets it', async () => {
    const user = aUser();
    const back = await consent((await begin(user)).auth_url, { email });
    stack.clock.aheadMs = 10 * 60_000 + 1_000;

    expect(await codeOf(stack.ask(finishConnection, { provider: 'google', ...back }, user))).toBe('oauth_state_invalid');
    await begin(user);
    expect(await stack.rows('SELECT 1 FROM oauth_flows WHERE user_id = $1', [user.user_id])).toHaveLength(1);
  });

  it('refuses an answer of another issuer', async () => {
    const user = aUser();
    const back = await consent((await begin(user)).auth_url, { email });

    expect(await codeOf(stack.ask(finishConnection, { provider: 'google', ...back, iss: 'https://attacker.example' }, user))).toBe(
      'oauth_state_invalid',
    );
  });

  it('says that consent was denied, creates nothing and writes it down', async () => {
    const user = aUser();
    const back = await consent((await begin(user)).auth_url, { form: [['decision', 'deny']] });

    expect(await codeOf(stack.ask(finishConnection, { provider: 'google', ...back }, user))).toBe('oauth_denied');
    expect(await connectionsOf(user)).toEqual([]);
    const told = (await stack.announced('activity_recorded')).filter(({ data }) => data['user_id'] === user.user_id);
    expect(told).toEqual([expect.objectContaining({ data: expect.objectContaining({ log_type: 'error', success: false }) })]);
  });

  it('names a permission that was not granted, in words, and creates nothing', async () => {
    const user = aUser();
    // Somebody new: Google counts what a person granted before.
    const form = [
      ['decision', 'allow'],
      ['email', 'newcomer@example.com'],
      ['granular', '1'],
      ['scope', 'openid'],
      ['scope', `${googleScope}userinfo.email`],
      ['scope', `${googleScope}calendar`],
    ] as const;
    const back = await consent((await begin(user)).auth_url, { form });

    await expect(stack.ask(finishConnection, { provider: 'google', ...back }, user)).rejects.toMatchObject({
      code: 'oauth_scope_missing',
      details: { missing_permissions: ['see and change events in your calendars'] },
    });
    expect(await connectionsOf(user)).toEqual([]);
  });

  it('refuses a code the provider does not know', async () => {
    const user = aUser();
    const { state } = await begin(user, 'zoom');

    expect(await codeOf(stack.ask(finishConnection, { provider: 'zoom', code: 'made-up', state }, user))).toBe('oauth_code_invalid');
  });

  it.each([500, 503])('says that the exchange failed when the provider answers %d, and creates nothing', async (status) => {
    const user = aUser();
    const back = await consent((await begin(user, 'zoom')).auth_url, { email });
    stack.zoom.faults.failNext({ status, match: { path: '/oauth/token' } });

    expect(await codeOf(stack.ask(finishConnection, { provider: 'zoom', ...back }, user))).toBe('oauth_exchange_failed');
    expect(await connectionsOf(user)).toEqual([]);
  });

  it('creates nothing when the provider does not say whose account it is', async () => {
    const user = aUser();
    const back = await consent((await begin(user, 'zoom')).auth_url, { email });
    stack.zoom.faults.failNext({ status: 400, match: { path: '/users/me' } });

    expect(await codeOf(stack.ask(finishConnection, { provider: 'zoom', ...back }, user))).toBe('oauth_exchange_failed');
    expect(await connectionsOf(user)).toEqual([]);
  });

  it('keeps the id when the same account is connected again, also after a disconnect, and gives another account its own', async () => {
    const user = aUser();
    const first = await connectAccount(stack, user, { provider: 'google' });

    const again = await connectAccount(stack, user, { provider: 'google' });
    const other = await connectAccount(stack, user, { provider: 'google', email: 'ben.bookings@example.com' });

    expect(again.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
    expect(await connectionsOf(user)).toHaveLength(2);
  });

  it.each([
    ['keeps the refresh token of a working connection', 'active', true],
    ['does not keep one that the provider has refused', 'needs_reauth', false],
  ])('%s when it gives none this time', async (_, status, isKept) => {
    const user = aUser();
    const { id } = await connectAccount(stack, user, { provider: 'google', email: `${status}@example.com` });
    await stack.rows('UPDATE connections SET status = $2 WHERE id = $1', [id, status]);
    const url = new URL((await begin(user)).auth_url);
    // Without asking for consent again Google gives a refresh token the first time only.
    url.searchParams.delete('prompt');

    await stack.ask(finishConnection, { provider: 'google', ...(await consent(url.href, { email: `${status}@example.com` })) }, user);

    const [grant] = await stack.rows<{ kept: boolean }>('SELECT sealed_refresh_token IS NOT NULL AS kept FROM grants WHERE connection_id = $1', [id]);
    expect(grant?.kept).toBe(isKept);
  });
});
