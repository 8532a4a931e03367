import {
  finishConnection,
  finishOAuth,
  getMe,
  getSigningKeys,
  listConnections,
  listIdentities,
  startConnection,
  startOAuth,
} from '@patchbay/contracts';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { aUser, redirectUri, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { consent } from '../testing/consent.js';
import { callerOf, consentAt, link, signIn, startSignInStack, type SignInProviderName, type SignInStack } from '../testing/sign-in-stack.js';

const providers: readonly SignInProviderName[] = ['google', 'discord', 'github', 'microsoft'];

describe('signing in', () => {
  let stack: SignInStack;
  let serial = 0;

  beforeAll(async () => {
    stack = await startSignInStack();
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => [stack.google, stack.discord, stack.github, stack.microsoft].forEach(({ faults }) => faults.clear()));

  /** An address nobody had before. */
  const someone = (name = 'person'): string => `${name}.${(serial += 1)}@example.com`;
  const countOf = async (table: 'users' | 'identities' | 'sessions' | 'connections'): Promise<number> =>
    Number((await stack.rows<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n);

  it.each(providers)('gives tokens to whoever comes back from %s, and knows them the next time', async (provider) => {
    const email = someone();

    const first = await signIn(stack, provider, email);
    const again = await signIn(stack, provider, email);

    const keys = createLocalJWKSet((await stack.ask(getSigningKeys, {})) as JSONWebKeySet);
    const { payload } = await jwtVerify(first.access_token, keys, { issuer: 'http://localhost:8080', audience: 'patchbay' });
    expect(payload).toMatchObject({ sub: first.user.id, role: 'user', tenant_id: 'default', sid: callerOf(first).session_id });
    expect(first).toMatchObject({ token_type: 'Bearer', expires_in: 900, user: { email, email_verified: provider !== 'microsoft', role: 'user' } });
    expect(again.user.id).toBe(first.user.id);
    expect(await stack.ask(getMe, {}, callerOf(again))).toEqual(first.user);
  });

  it('keeps no token of the provider', async () => {
    const before = await countOf('connections');

    await signIn(stack, 'discord', someone());

    expect(await countOf('connections')).toBe(before);
  });

  it('asks with PKCE, a state, the least scopes and no refresh token', async () => {
    const { auth_url: authUrl, state, flow_binding: binding } = await stack.ask(startOAuth, { provider: 'google', redirect_uri: redirectUri });

    const asked = new URL(authUrl).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('state')).toBe(state);
    expect(asked.get('scope')?.split(' ')).toHaveLength(3);
    expect([asked.get('access_type'), asked.get('prompt')]).toEqual(['online', 'select_account']);
    expect(binding).toMatch(/^[\w-]{43}$/);
  });

  it('asks for lasting access only when an account is linked, so that the connection outlives its first hour', async () => {
    const scopesOf = async (user?: TestUser): Promise<string | null> => {
      const { auth_url: authUrl } = await stack.ask(startOAuth, { provider: 'microsoft', redirect_uri: redirectUri }, user);
      return new URL(authUrl).searchParams.get('scope');
    };

    expect(await scopesOf()).not.toContain('offline_access');
    expect(await scopesOf(aUser())).toContain('offline_access');
  });

  it('is for providers that people can sign in with only', async () => {
    expect(await codeOf(stack.ask(startOAuth, { provider: 'zoom', redirect_uri: redirectUri }))).toBe('unauthenticated');
    expect(await codeOf(stack.ask(startOAuth, { provider: 'google', redirect_uri: redirectUri, integration_type: 'calendar' }))).toBe(
      'unauthenticated',
    );
    expect(await codeOf(stack.ask(finishOAuth, { provider: 'zoom', state: 'x', code: 'x' }))).toBe('unauthenticated');
  });

  it('leads back to nowhere but the allow list', async () => {
    const foreign = { provider: 'github', redirect_uri: 'https://evil.example.com/callback' };

    expect(await codeOf(stack.ask(startOAuth, foreign))).toBe('redirect_uri_not_allowed');
  });

  describe('whose account it is', () => {
    it('links accounts with the same verified address, however it is spelled', async () => {
      const email = someone('linked');

      const google = await signIn(stack, 'google', email);
      const github = await signIn(stack, 'github', email.toUpperCase());
      const discord = await signIn(stack, 'discord', email);

      expect([github.user.id, discord.user.id]).toEqual([google.user.id, google.user.id]);
      const { items } = await stack.ask(listIdentities, { limit: 50 }, callerOf(google));
      expect(items.map(({ provider }) => provider)).toEqual(['discord', 'github', 'google']);
      const told = (await stack.announced('activity_recorded')).filter(({ data }) => data['user_id'] === google.user.id);
      expect(told.map(({ data }) => data['log_type'])).toEqual(['identity_linked', 'identity_linked', 'identity_linked']);
    });

    it('keeps an account with an unverified address out of the user who has it verified', async () => {
      const email = someone('unverified');
      const owner = await signIn(stack, 'google', email);

      expect(await codeOf(signIn(stack, 'discord', email))).toBe('email_in_use');
      expect(await codeOf(signIn(stack, 'github', email))).toBe('email_in_use');
      expect((await stack.ask(listIdentities, { limit: 50 }, callerOf(owner))).items).toHaveLength(1);
    });

    it('believes no address that whoever runs a tenant of Microsoft made up', async () => {
      const email = someone('noauth');
      await signIn(stack, 'google', email);

      expect(await codeOf(signIn(stack, 'microsoft', email))).toBe('email_in_use');
    });

    it('keeps the owner of an address out of a user that somebody made with it unverified', async () => {
      const email = someone('unverified');
      const attacker = await signIn(stack, 'discord', email);
      expect(attacker.user.email_verified).toBe(false);

      const victim = await signIn(stack, 'google', email);

      expect(victim.user.id).not.toBe(attacker.user.id);
      expect(victim.user.email_verified).toBe(true);
    });

    it('gives two people with the same unverified address two users', async () => {
      const email = someone('unverified');

      const [one, other] = [await signIn(stack, 'discord', email), await signIn(stack, 'github', email)];

      expect(other.user.id).not.toBe(one.user.id);
    });

    it('makes one user of somebody new who signs in several times at once', async () => {
      const email = someone('hasty');
      await stack.startReplica();
      const waiting = await Promise.all(
        (['google', 'google', 'google', 'github', 'discord', 'discord'] as const).map((provider) => consentAt(stack, { provider, email })),
      );

      const answers = await Promise.all(waiting.map((back) => stack.ask(finishOAuth, back)));

      const ids = answers.map((answer) => ('user' in answer ? answer.user.id : 'none'));
      expect(new Set(ids).size).toBe(1);
      const users = await stack.rows(`SELECT id FROM users WHERE lower(email) = $1`, [email]);
      expect(users).toHaveLength(1);
    }, 30_000);
  });

  describe('with a session', () => {
    it('links the account, and answers the connection with its tokens kept', async () => {
      const session = await signIn(stack, 'google', someone());
      const email = someone('second');

      const connection = await link(stack, callerOf(session), { provider: 'discord', email });

      expect(connection).toMatchObject({
        provider: 'discord',
        type: 'authentication',
        provider_email: email,
        status: 'active',
        scopes: ['identify', 'email'],
      });
      expect((await stack.ask(listConnections, { limit: 50 }, callerOf(session))).items.map(({ id }) => id)).toEqual([connection.id]);
      expect((await signIn(stack, 'discord', email)).user.id).toBe(session.user.id);
      const grants = await stack.rows(`SELECT 1 FROM grants WHERE connection_id = $1 AND sealed_refresh_token IS NOT NULL`, [connection.id]);
      expect(grants).toHaveLength(1);
    });

    it('links a Google account with a refresh token, so that it stays connected', async () => {
      const session = await signIn(stack, 'github', someone());

      const { id } = await link(stack, callerOf(session), { provider: 'google', email: someone() });

      expect(await stack.rows(`SELECT 1 FROM grants WHERE connection_id = $1 AND sealed_refresh_token IS NOT NULL`, [id])).toHaveLength(1);
    });

    it('takes no account that is somebody else’s', async () => {
      const email = someone();
      await signIn(stack, 'github', email);
      const other = await signIn(stack, 'google', someone());

      expect(await codeOf(link(stack, callerOf(other), { provider: 'github', email }))).toBe('identity_taken');
      expect((await stack.ask(listConnections, { limit: 50 }, callerOf(other))).items).toEqual([]);
    });

    it('links an account twice as one', async () => {
      const session = await signIn(stack, 'google', someone());
      const email = someone();

      const first = await link(stack, callerOf(session), { provider: 'microsoft', email });
      const second = await link(stack, callerOf(session), { provider: 'microsoft', email });

      expect(second.id).toBe(first.id);
      expect((await stack.ask(listIdentities, { limit: 50 }, callerOf(session))).items).toHaveLength(2);
    });

    it('connects every other account, and those with another type, as the typed calls do', async () => {
      const session = await signIn(stack, 'google', someone());
      const asked = { provider: 'google', redirect_uri: redirectUri, integration_type: 'calendar' } as const;
      const { auth_url: authUrl, flow_binding: binding } = await stack.ask(startOAuth, asked, callerOf(session));
      const { state, code } = await consent(authUrl, { email: someone() });

      const connection = await stack.ask(finishOAuth, { provider: 'google', state, ...(code !== undefined && { code }) }, callerOf(session));

      expect(binding).toBeUndefined();
      expect(connection).toMatchObject({ provider: 'google', type: 'calendar' });
    });

    it('tells its user when a link failed', async () => {
      const session = await signIn(stack, 'google', someone());
      const back = await consentAt(stack, { provider: 'github', email: someone(), user: callerOf(session) });

      expect(await codeOf(stack.ask(finishOAuth, { ...back, code: 'not-a-code' }, callerOf(session)))).toBe('oauth_code_invalid');
      const told = (await stack.announced('activity_recorded')).filter(({ data }) => data['user_id'] === session.user.id);
      expect(told.at(-1)?.data).toMatchObject({ log_type: 'error', integration_type: 'github', success: false });
    });
  });

  describe('against attacks', () => {
    it('takes a state once', async () => {
      const back = await consentAt(stack, { provider: 'google', email: someone() });
      await stack.ask(finishOAuth, back);

      expect(await codeOf(stack.ask(finishOAuth, back))).toBe('oauth_state_invalid');
    });

    it('takes a state once although the code was refused', async () => {
      const back = await consentAt(stack, { provider: 'google', email: someone() });

      expect(await codeOf(stack.ask(finishOAuth, { ...back, code: 'wrong' }))).toBe('oauth_code_invalid');
      expect(await codeOf(stack.ask(finishOAuth, back))).toBe('oauth_state_invalid');
    });

    it('takes no state that is older than ten minutes', async () => {
      const back = await consentAt(stack, { provider: 'google', email: someone() });
      stack.clock.aheadMs += 10 * 60_000 + 1;

      expect(await codeOf(stack.ask(finishOAuth, back))).toBe('oauth_state_invalid');
    });

    it('takes no state of another provider', async () => {
      const back = await consentAt(stack, { provider: 'google', email: someone() });

      expect(await codeOf(stack.ask(finishOAuth, { ...back, provider: 'github' }))).toBe('oauth_state_invalid');
    });

    it('takes no state of another user, and none of a sign-in to link', async () => {
      const [one, other] = [await signIn(stack, 'google', someone()), await signIn(stack, 'google', someone())];
      const ofOne = await consentAt(stack, { provider: 'github', email: someone(), user: callerOf(one) });
      const ofNobody = await consentAt(stack, { provider: 'github', email: someone() });

      expect(await codeOf(stack.ask(finishOAuth, { ...ofOne, integration_type: 'authentication' }, callerOf(other)))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishOAuth, ofOne, callerOf(other)))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishOAuth, ofOne))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishOAuth, ofNobody, callerOf(other)))).toBe('oauth_state_invalid');
    });

    it('takes no state of a flow that connects, and none to connect that is for signing in', async () => {
      const session = await signIn(stack, 'google', someone());
      const started = await stack.ask(startConnection, { provider: 'discord', redirect_uri: redirectUri }, callerOf(session));
      const connecting = await consent(started.auth_url, { email: someone() });
      const linking = await consentAt(stack, { provider: 'discord', email: someone(), user: callerOf(session) });
      const { state, code = '' } = linking;

      const crossed = { ...connecting, provider: 'discord', integration_type: 'authentication' } as const;
      expect(await codeOf(stack.ask(finishOAuth, { ...crossed, iss: undefined }, callerOf(session)))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishConnection, { provider: 'discord', state, code }, callerOf(session)))).toBe('oauth_state_invalid');
    });

    it('takes no forged state', async () => {
      const back = await consentAt(stack, { provider: 'google', email: someone() });
      const [nonce = ''] = back.state.split('.');

      expect(await codeOf(stack.ask(finishOAuth, { ...back, state: `${nonce}.${'A'.repeat(43)}` }))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishOAuth, { ...back, state: nonce }))).toBe('oauth_state_invalid');
    });

    it('compares the redirect URI with the one of the beginning', async () => {
      const back = await consentAt(stack, { provider: 'google', email: someone() });

      expect(await codeOf(stack.ask(finishOAuth, { ...back, redirect_uri: 'http://localhost:3000/other' }))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishOAuth, { ...back, redirect_uri: redirectUri }))).toBe('no failure');
    });

    it.each(['google', 'github', 'microsoft'] as const)('signs nobody in with a code of another flow at %s', async (provider) => {
      const victim = await consentAt(stack, { provider, email: someone('victim') });
      const attacker = await consentAt(stack, { provider, email: someone('attacker') });
      const before = await countOf('users');

      const injected = { ...attacker, ...(victim.code !== undefined && { code: victim.code }) };
      expect(await codeOf(stack.ask(finishOAuth, injected))).toBe('oauth_code_invalid');
      expect(await countOf('users')).toBe(before);
    });

    it('signs no browser in that did not begin', async () => {
      const { flow_binding: binding, ...attacker } = await consentAt(stack, { provider: 'google', email: someone('attacker') });
      const { flow_binding: ofVictim = '' } = await consentAt(stack, { provider: 'google', email: someone('victim') });

      expect(await codeOf(stack.ask(finishOAuth, attacker))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishOAuth, { ...attacker, flow_binding: ofVictim }))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishOAuth, { ...attacker, origin: undefined, flow_binding: ofVictim }))).toBe('oauth_state_invalid');
      expect(await codeOf(stack.ask(finishOAuth, { ...attacker, flow_binding: binding }))).toBe('no failure');
    });

    it('lets a program finish what it began, without a browser', async () => {
      const { flow_binding: _binding, origin: _origin, ...program } = await consentAt(stack, { provider: 'google', email: someone() });

      expect(await codeOf(stack.ask(finishOAuth, program))).toBe('no failure');
    });

    it('takes no answer of another issuer', async () => {
      const back = await consentAt(stack, { provider: 'google', email: someone() });

      expect(await codeOf(stack.ask(finishOAuth, { ...back, iss: 'https://evil.example.com' }))).toBe('oauth_state_invalid');
    });

    it('gives nothing away in its log', () => {
      const text = stack.logged.join('\n');

      expect(text).not.toMatch(/ya29\.|pb_refresh_|gho_|code_verifier=/);
      expect(text).not.toContain('sandbox-google_sign_in-secret');
    });
  });

  describe('when it fails', () => {
    it('says that the person refused', async () => {
      const back = await consentAt(stack, { provider: 'github', email: someone() });
      const { code: _code, ...rest } = back;

      expect(await codeOf(stack.ask(finishOAuth, { ...rest, error: 'access_denied' }))).toBe('oauth_denied');
      expect(await codeOf(stack.ask(finishOAuth, { ...rest, state: 'x.y', error: 'access_denied' }))).toBe('oauth_state_invalid');
    });

    it('says that the provider has trouble', async () => {
      const back = await consentAt(stack, { provider: 'github', email: someone() });
      const { code: _code, ...rest } = back;

      expect(await codeOf(stack.ask(finishOAuth, { ...rest, error: 'server_error' }))).toBe('oauth_exchange_failed');
    });

    it('wants a code', async () => {
      const { code: _code, ...rest } = await consentAt(stack, { provider: 'github', email: someone() });

      expect(await codeOf(stack.ask(finishOAuth, rest))).toBe('request_invalid');
    });

    it.each(providers)(
      'creates nothing when %s breaks after the code was exchanged',
      async (provider) => {
        const back = await consentAt(stack, { provider, email: someone() });
        const before = [await countOf('users'), await countOf('sessions')];
        stack[provider].faults.failNext({ status: 500, count: 20, match: { method: 'GET' } });

        expect(await codeOf(stack.ask(finishOAuth, back))).toBe('oauth_exchange_failed');
        expect([await countOf('users'), await countOf('sessions')]).toEqual(before);
      },
      30_000,
    );

    it('creates nothing when the provider does not exchange the code', async () => {
      const back = await consentAt(stack, { provider: 'discord', email: someone() });
      const before = await countOf('users');
      stack.discord.faults.failNext({ status: 503, count: 20, match: { method: 'POST' } });

      expect(await codeOf(stack.ask(finishOAuth, back))).toBe('oauth_exchange_failed');
      expect(await countOf('users')).toBe(before);
    }, 30_000);
  });
});

describe('signing in at an installation of one Microsoft tenant', () => {
  it('believes its addresses', async () => {
    const stack = await startSignInStack({ MICROSOFT_TENANT_ID: '7e5f1c9a-2b34-4d1e-9f60-0a5cb0e5a11d' });
    try {
      const google = await signIn(stack, 'google', 'employee@example.com');
      const microsoft = await signIn(stack, 'microsoft', 'employee@example.com');

      expect(microsoft.user.id).toBe(google.user.id);
    } finally {
      await stack.stop();
    }
  }, 60_000);

  it('says what is missing where a provider is not configured', async () => {
    const stack = await startSignInStack({ DISCORD_CLIENT_ID: '', DISCORD_CLIENT_SECRET: '' });
    try {
      await expect(stack.ask(startOAuth, { provider: 'discord', redirect_uri: redirectUri })).rejects.toMatchObject({
        code: 'provider_not_configured',
      });
    } finally {
      await stack.stop();
    }
  }, 60_000);
});
