import { fakeApp, type FakeApp } from '../_kit/fake-app.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import { createGithubFake, githubFakeClient, type GithubFake } from './github.fake.js';

const hour = 3_600_000;
const basicOf = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

describe('the GitHub fake', () => {
  let nowMs = Date.parse('2026-11-21T09:00:00Z');
  let running: RunningFake<GithubFake>;
  let app: FakeApp;
  beforeAll(async () => {
    running = await startFake(createGithubFake({ now: () => new Date(nowMs) }));
    app = fakeApp(running.url, githubFakeClient, { authorize: '/login/oauth/authorize', token: '/login/oauth/access_token' });
  });
  afterAll(() => running.stop());
  beforeEach(() => running.fake.reset());

  const scope = 'read:user user:email';
  const signIn = (parameters: Record<string, string> = {}) => app.signIn({ scope, ...parameters });
  const get = (path: string, token: unknown) => app.call(path, { headers: { authorization: `Bearer ${String(token)}` } });
  const refresh = (token: unknown) => app.token({ grant_type: 'refresh_token', refresh_token: String(token) });
  const codeFor = async () => (await app.consent({ scope })).get('code') ?? '';

  describe('as an OAuth app', () => {
    it('gives a token that does not end, with the scopes between commas', async () => {
      const { access_token: token, ...rest } = await signIn();
      nowMs += 400 * 24 * hour;

      expect(rest).toEqual({ token_type: 'bearer', scope: 'read:user,user:email' });
      expect(token).toMatch(/^gho_/);
      expect((await get('/user', token)).status).toBe(200);
    });

    it('takes scopes between commas as well', async () => {
      expect((await signIn({ scope: 'read:user,user:email' })).scope).toBe('read:user,user:email');
    });
  });

  describe('as a GitHub App', () => {
    beforeEach(() => running.fake.expireUserTokens(true));

    it('gives a token for eight hours and a refresh token for six months, and no scopes', async () => {
      const answer = await signIn();

      expect(answer).toMatchObject({ expires_in: 28_800, refresh_token_expires_in: 15_897_600, scope: '' });
      expect([answer.access_token, answer.refresh_token]).toEqual([expect.stringMatching(/^ghu_/), expect.stringMatching(/^ghr_/)]);
      nowMs += 8 * hour;
      expect((await get('/user', answer.access_token)).status).toBe(401);
    });

    it('ends both old tokens with a refresh', async () => {
      const first = await signIn();
      const { body: second } = await refresh(first.refresh_token);

      expect((await refresh(first.refresh_token)).body).toMatchObject({ error: 'bad_refresh_token' });
      expect((await get('/user', first.access_token)).status).toBe(401);
      expect((await get('/user', (second as Record<string, unknown>).access_token)).status).toBe(200);
    });

    it('forgets a refresh token after six months', async () => {
      const { refresh_token: token } = await signIn();
      nowMs += 15_897_600_000;

      expect(await refresh(token)).toMatchObject({ status: 200, body: { error: 'bad_refresh_token' } });
    });
  });

  describe('its token endpoint', () => {
    it.each([
      ['an unknown code', { code: 'nope' }, 'bad_verification_code'],
      ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 'bad_verification_code'],
      ['another redirect_uri', { redirect_uri: 'http://127.0.0.1:4321/other' }, 'redirect_uri_mismatch'],
      ['a wrong secret', { client_secret: 'wrong' }, 'incorrect_client_credentials'],
    ])('refuses %s, with status 200', async (_name, change, error) => {
      expect(await app.token({ ...app.exchange(await codeFor()), ...change })).toMatchObject({ status: 200, body: { error } });
    });

    it('answers a form unless JSON is asked for, refusals too', async () => {
      const { body } = await app.token(app.exchange(await codeFor()), { accept: '*/*' });

      expect(new URLSearchParams(String(body)).get('access_token')).toMatch(/^gho_/);
      expect(String((await app.token(app.exchange('nope'), { accept: '*/*' })).body)).toMatch(/^error=bad_verification_code&/);
    });

    it('takes JSON, and parameters in the query', async () => {
      const { clientId: client_id, clientSecret: client_secret } = githubFakeClient;
      const parameters = async () => ({ client_id, client_secret, ...app.exchange(await codeFor()) });
      const send = (query: string, body?: string) =>
        app.call(`/login/oauth/access_token${query}`, {
          method: 'POST',
          headers: { accept: 'application/json' },
          ...(body !== undefined && { body }),
        });

      expect((await send('', JSON.stringify(await parameters()))).body).toMatchObject({ token_type: 'bearer' });
      expect((await send(`?${new URLSearchParams(await parameters()).toString()}`)).body).toMatchObject({ token_type: 'bearer' });
    });
  });

  describe('its API', () => {
    it('shows an address only of people who publish it; the others have a list of theirs', async () => {
      const { access_token: token } = await signIn();

      expect((await get('/user', token)).body).toMatchObject({ login: 'olivia-organiser', email: null });
      expect((await get('/user/emails', token)).body).toContainEqual({
        email: 'olivia.organiser@example.com',
        primary: true,
        verified: true,
        visibility: 'private',
      });
      running.fake.publishEmail('olivia.organiser@example.com');
      expect((await get('/user', token)).body).toMatchObject({ email: 'olivia.organiser@example.com' });
    });

    it('hides the list of addresses without the scope for it', async () => {
      expect(await get('/user/emails', (await signIn({ scope: 'read:user' })).access_token)).toMatchObject({
        status: 404,
        body: { message: 'Not Found', status: '404' },
      });
    });

    it('refuses callers without a name', async () => {
      const { access_token: token } = await signIn();

      expect((await app.call('/user', { headers: { authorization: `Bearer ${String(token)}`, 'user-agent': '' } })).status).toBe(403);
    });

    it('ends everything that the person allowed, for the app alone', async () => {
      const [one, other] = [await signIn(), await signIn()];
      const path = `/applications/${githubFakeClient.clientId}/grant`;
      const basic = basicOf(githubFakeClient.clientId, githubFakeClient.clientSecret);
      const remove = (authorization: string, body: object) =>
        app.call(path, { method: 'DELETE', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) });

      expect((await remove(basicOf(githubFakeClient.clientId, 'wrong'), { access_token: one.access_token })).status).toBe(401);
      expect((await remove(basic, {})).status).toBe(422);
      expect(await remove(basic, { access_token: one.access_token })).toMatchObject({ status: 204, body: null });
      expect((await get('/user', other.access_token)).status).toBe(401);
      expect((await remove(basic, { access_token: one.access_token })).status).toBe(404);
    });
  });
});
