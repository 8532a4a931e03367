import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { jest } from '@jest/globals';
import { oauthDefaults, ProviderError, type OAuthCapability, type Outbound, type OutboundCall } from '@patchbay/capabilities';
import { beginWithPassport, finishWithPassport, passportVerify, type PassportPeer } from './headless-passport.js';
import { signInProviderOf, type SignInProvider } from './sign-in-providers.js';

const sandbox = 'http://sandbox.test';
const variables = {
  GOOGLE_API_BASE_URL: sandbox,
  DISCORD_API_BASE_URL: `${sandbox}/`,
  GITHUB_API_BASE_URL: sandbox,
  MICROSOFT_API_BASE_URL: sandbox,
};
const capability: OAuthCapability = {
  ...oauthDefaults,
  issuer: sandbox,
  authorizationEndpoint: `${sandbox}/authorize`,
  tokenEndpoint: `${sandbox}/token`,
  clientId: 'client',
  clientSecret: 'secret',
  redirectUri: null,
  scopes: { authentication: ['openid', 'user:email'] },
  scopeMeanings: {},
  defaultLifetimeSeconds: 3_600,
};
const profiles: Readonly<Record<string, unknown>> = {
  '/oauth2/v3/userinfo': { sub: '1', email: 'a@example.com', email_verified: true, name: 'A' },
  '/api/users/@me': { id: '1', email: 'a@example.com', verified: true, username: 'a', global_name: 'A' },
  '/user': { id: 1, login: 'a', name: 'A', email: 'public@example.com' },
  '/user/emails': [
    { email: 'other@example.com', primary: false, verified: true },
    { email: 'a@example.com', primary: true, verified: true },
  ],
  '/v1.0/me/': { id: '1', mail: 'a@example.com', displayName: 'A' },
};

interface Request {
  readonly url: URL;
  readonly call: OutboundCall;
  readonly init: RequestInit;
}

const named = (name: string): SignInProvider => {
  const provider = signInProviderOf(name);
  if (provider === undefined) throw new Error(`nobody signs in with ${name}`);
  return provider;
};
const names = ['google', 'discord', 'github', 'microsoft'];
const redirectUri = 'http://localhost:3000/callback';
const ending = { query: { code: 'code', state: 'state' }, redirectUri, verifier: 'verifier' };

describe('passport without a web framework', () => {
  let sent: Request[];
  let tokenAnswer: () => Response;

  const aPeer = (name: string, changed: Partial<OAuthCapability> = {}): PassportPeer => {
    const oauth = { ...capability, ...changed };
    const options = {
      clientID: oauth.clientId,
      clientSecret: oauth.clientSecret,
      authorizationURL: oauth.authorizationEndpoint,
      tokenURL: oauth.tokenEndpoint,
      scope: ['openid', 'user:email'],
      scopeSeparator: ' ',
      pkce: oauth.usesPkce,
      store: {},
    };
    const strategy = named(name).strategy(options, variables, passportVerify(oauth));
    strategy._oauth2.useAuthorizationHeaderforGET(true);
    const outbound: Outbound = {
      fetch: (call) => async (input, init) => {
        const url = new URL(String(input));
        sent.push({ url, call, init: init ?? {} });
        return url.pathname === '/token' ? tokenAnswer() : Response.json(profiles[url.pathname], { status: url.pathname in profiles ? 200 : 404 });
      },
    };
    return { strategy, oauth, outbound };
  };

  beforeEach(() => {
    sent = [];
    tokenAnswer = () => Response.json({ access_token: 'access', refresh_token: 'refresh', expires_in: 60, scope: 'openid,user:email' });
  });
  afterEach(() => jest.restoreAllMocks());

  it.each(names)('reaches %s through the one way out only, with the access token in no address', async (name) => {
    const ways = [jest.spyOn(http, 'request'), jest.spyOn(https, 'request')];

    const { profile, tokens } = await finishWithPassport(aPeer(name), ending);

    expect(named(name).read(profile, { ...variables, MICROSOFT_TENANT_ID: 'example.com' })).toEqual({
      accountId: '1',
      email: 'a@example.com',
      emailVerified: true,
      name: 'A',
    });
    expect(tokens).toMatchObject({ accessToken: 'access', refreshToken: 'refresh', lifetimeSeconds: 60, scopes: ['openid', 'user:email'] });
    expect(ways.map((way) => way.mock.calls.length)).toEqual([0, 0]);
    expect(sent.map(({ url }) => url.origin)).toEqual(sent.map(() => sandbox));
    expect(sent.some(({ url }) => url.href.includes('access'))).toBe(false);
    expect(sent.slice(1).every(({ init }) => new Headers(init.headers).get('authorization') === 'Bearer access')).toBe(true);
  });

  it.each(names)('sends the code verifier that belongs to the challenge shown to %s', async (name) => {
    const kept: (string | null)[] = [];
    const keep = async (verifier: string | null): Promise<string> => {
      kept.push(verifier);
      return 'state';
    };
    const url = new URL(await beginWithPassport(aPeer(name), { redirectUri, scopes: ['openid'], options: {}, keep }));
    const [verifier = null] = kept;

    await finishWithPassport(aPeer(name), { ...ending, verifier });

    const form = new URLSearchParams(String(sent[0]?.init.body));
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ code_challenge: challenge, code_challenge_method: 'S256', state: 'state' });
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'authorization_code',
      code: 'code',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    });
  });

  it('asks a provider without PKCE without it', async () => {
    const keep = jest.fn(async (_verifier: string | null) => 'state');
    const peer = aPeer('google', { usesPkce: false });

    const url = new URL(await beginWithPassport(peer, { redirectUri, scopes: ['openid'], options: {}, keep }));
    await finishWithPassport(peer, { ...ending, verifier: null });

    expect(url.searchParams.has('code_challenge')).toBe(false);
    expect(keep).toHaveBeenCalledWith(null);
    expect(new URLSearchParams(String(sent[0]?.init.body)).has('code_verifier')).toBe(false);
  });

  it('passes on why a flow could not be kept', async () => {
    const keep = (): Promise<string> => Promise.reject(new Error('the database is away'));

    await expect(beginWithPassport(aPeer('google'), { redirectUri, scopes: [], options: {}, keep })).rejects.toThrow('the database is away');
  });

  it('keeps two calls of one strategy apart', async () => {
    const peer = aPeer('github');
    const refused = finishWithPassport(peer, { ...ending, query: { state: 'state', error: 'access_denied' } });
    const allowed = finishWithPassport(peer, ending);

    await expect(refused).rejects.toMatchObject({ kind: 'denied' });
    await expect(allowed).resolves.toMatchObject({ tokens: { accessToken: 'access' } });
  });

  it.each([
    ['a dead code', 400, { error: 'invalid_grant', error_description: 'code "secret-code"' }, { kind: 'refused', reason: 'invalid_grant' }],
    ['a wrong client secret', 401, { error: 'invalid_client' }, { kind: 'failed', reason: 'invalid_client' }],
    ['a broken answer', 200, 'nonsense', { kind: 'failed', reason: 'unexpected_answer' }],
    ['an answer without a token', 200, {}, { kind: 'failed', reason: 'unexpected_answer' }],
    ['its own trouble', 503, {}, { kind: 'failed' }],
  ])('tells %s by its word only', async (_what, status, body, expected) => {
    tokenAnswer = () => Response.json(body, { status });

    const failure = await finishWithPassport(aPeer('google'), ending).catch((error: unknown) => error);

    expect(failure).toMatchObject({ name: 'OAuthFailure', ...expected });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret-code');
  });

  it('tells a provider that cannot be reached', async () => {
    tokenAnswer = () => {
      throw new ProviderError('google_sign_in', 'unavailable');
    };

    await expect(finishWithPassport(aPeer('google'), ending)).rejects.toMatchObject({ kind: 'failed', reason: 'unavailable' });
  });

  it('fails on an answer that a strategy stumbles over', async () => {
    const peer = aPeer('github');
    const outbound: Outbound = {
      fetch: (call) => async (input, init) =>
        String(input).endsWith('/user/emails') ? new Response('<html>') : peer.outbound.fetch(call)(input, init),
    };

    await expect(finishWithPassport({ ...peer, outbound }, ending)).rejects.toMatchObject({ kind: 'failed' });
  });

  it.each(names)('takes an answer of %s that names nobody for none', (name) => {
    for (const profile of [undefined, null, {}, { _json: {} }, { id: '' }, 'text']) expect(named(name).read(profile, variables)).toBeUndefined();
  });

  it('takes an address that is none, or that nobody vouches for, for what it is', () => {
    const google = (claims: object) => named('google').read({ _json: { sub: '1', ...claims } }, variables);

    expect(google({ email: 'not an address', email_verified: true })).toMatchObject({ email: null });
    expect(google({ email: 'a@example.com' })).toMatchObject({ emailVerified: false });
    expect(google({ email: 'a@example.com', email_verified: 'false' })).toMatchObject({ emailVerified: false });
    expect(named('github').read({ id: '1', emails: [{ value: 'public@example.com' }] }, variables)).toMatchObject({
      email: null,
      emailVerified: false,
    });
    expect(named('discord').read({ id: '1', email: 'a@example.com' }, variables)).toMatchObject({ emailVerified: false });
    for (const tenant of ['common', 'Organizations', 'consumers', '9188040d-6c67-4c5b-b112-36a304b66dad'])
      expect(named('microsoft').read({ _json: { id: '1', mail: 'a@example.com' } }, { MICROSOFT_TENANT_ID: tenant })).toMatchObject({
        emailVerified: false,
      });
  });
});
