import { fakeApp, type FakeApp } from '../_kit/fake-app.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import type { ProviderFake } from '../_kit/fake.js';
import { createDropboxFake, dropboxFakeClient } from './dropbox.fake.js';

const scope = 'account_info.read files.content.read';
const hour = 3_600_000;

describe('the Dropbox fake', () => {
  let nowMs = Date.parse('2026-11-21T09:00:00Z');
  let running: RunningFake<ProviderFake>;
  let app: FakeApp;
  beforeAll(async () => {
    running = await startFake(createDropboxFake({ now: () => new Date(nowMs) }));
    app = fakeApp(running.url, dropboxFakeClient, { authorize: '/oauth2/authorize', token: '/oauth2/token' });
  });
  afterAll(() => running.stop());
  beforeEach(() => running.fake.reset());

  const signIn = (parameters: Record<string, string> = {}) => app.signIn({ scope, token_access_type: 'offline', ...parameters });
  const post = (path: string, token: unknown, extra: { readonly type?: string; readonly body?: string } = {}) =>
    app.call(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(token)}`, ...(extra.type !== undefined && { 'content-type': extra.type }) },
      ...(extra.body !== undefined && { body: extra.body }),
    });
  const me = (token: unknown, extra = {}) => post('/2/users/get_current_account', token, extra);
  const refresh = (token: unknown) => app.token({ grant_type: 'refresh_token', refresh_token: String(token) });

  it('gives a refresh token with offline access only', async () => {
    expect(await signIn()).toMatchObject({ token_type: 'bearer', expires_in: 14_400, scope, refresh_token: expect.any(String) });
    expect(await signIn({ token_access_type: 'online' })).not.toHaveProperty('refresh_token');
  });

  it('does not repeat the refresh token, nor the scopes, and lets it live on for years', async () => {
    const { refresh_token: token } = await signIn();
    nowMs += 24 * 365 * 5 * hour;

    const { status, body } = await refresh(token);
    expect([status, Object.keys(body as object)]).toEqual([200, ['access_token', 'token_type', 'expires_in']]);
    expect((await refresh(token)).status).toBe(200);
  });

  it.each([
    ['an unknown code', { code: 'nope' }, 'invalid_grant'],
    ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
  ])('refuses %s', async (_name, change, error) => {
    const code = (await app.consent({ scope })).get('code') ?? '';

    expect(await app.token({ ...app.exchange(code), ...change })).toMatchObject({ status: 400, body: { error } });
  });

  it('tells an expired token from an unknown one and from one without the scope', async () => {
    const { access_token: token } = await signIn();
    nowMs += 4 * hour;

    const tagOf = async (value: unknown) => ((await me(value)).body as { readonly error: { readonly '.tag': string } }).error['.tag'];
    expect(await tagOf(token)).toBe('expired_access_token');
    expect(await tagOf('nonsense')).toBe('invalid_access_token');
    expect(await me((await signIn({ scope: 'files.content.read' })).access_token)).toMatchObject({
      status: 401,
      body: { error: { '.tag': 'missing_scope', required_scope: 'account_info.read' } },
    });
  });

  it('takes a call without arguments with no body or with null, and nothing else', async () => {
    const { access_token: token } = await signIn();

    expect((await me(token)).status).toBe(200);
    expect((await me(token, { type: 'application/json', body: 'null' })).status).toBe(200);
    expect(await me(token, { type: 'application/json', body: '{}' })).toMatchObject({ status: 400, body: expect.stringContaining('expected null') });
    expect(await me(token, { type: 'application/x-www-form-urlencoded', body: 'a=1' })).toMatchObject({ status: 400 });
  });

  it('ends a token and the refresh token it came from, and leaves those of another consent alone', async () => {
    const [one, other] = [await signIn(), await signIn()];

    expect(await post('/2/auth/token/revoke', one.access_token)).toMatchObject({ status: 200, body: null });
    expect((await refresh(one.refresh_token)).body).toMatchObject({
      error: 'invalid_grant',
      error_description: 'refresh token is invalid or revoked',
    });
    expect((await me(other.access_token)).status).toBe(200);
    expect((await post('/2/auth/token/revoke', one.access_token)).status).toBe(401);
  });

  it('limits the rate in its own words', async () => {
    running.faults.failNext({ status: 429, retryAfter: 300 });

    expect(await me('any')).toMatchObject({
      status: 429,
      body: { error: { reason: { '.tag': 'too_many_requests' }, retry_after: 300 } },
      headers: { 'retry-after': '300' },
    });
  });
});
