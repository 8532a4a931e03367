import { request } from 'undici';
import type { ProviderFake } from '../_kit/fake.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import { createInstagramFake, instagramFakeClient } from './instagram.fake.js';

const email = 'olivia.organiser@example.com';
const redirectUri = 'http://127.0.0.1:4321/callback';
const day = 86_400_000;

describe('the Instagram fake', () => {
  let nowMs = Date.parse('2026-11-21T09:00:00Z');
  let running: RunningFake<ProviderFake>;

  beforeAll(async () => (running = await startFake(createInstagramFake({ now: () => new Date(nowMs) }))));
  afterAll(() => running.stop());
  beforeEach(() => running.fake.reset());

  const authorize = (extra: Record<string, string> = {}) => {
    const asked = { client_id: instagramFakeClient.clientId, redirect_uri: redirectUri, response_type: 'code', state: 'a-state' };
    const query = new URLSearchParams({ ...asked, scope: 'instagram_business_basic', auto_approve: email, ...extra });
    return request(`${running.url}/oauth/authorize?${query}`);
  };
  const codeOf = async (extra?: Record<string, string>) =>
    new URL(String((await authorize(extra)).headers['location'])).searchParams.get('code') ?? '';
  const read = async ({ statusCode, body }: Awaited<ReturnType<typeof request>>) => ({ status: statusCode, body: JSON.parse(await body.text()) });
  const exchangeCode = async (code: string, extra: Record<string, string> = {}) => {
    const { clientId: client_id, clientSecret: client_secret } = instagramFakeClient;
    const form = { client_id, client_secret, grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...extra };
    return read(await request(`${running.url}/oauth/access_token`, { method: 'POST', body: new URLSearchParams(form).toString() }));
  };
  const shortLived = async (): Promise<string> => (await exchangeCode(await codeOf())).body.data[0].access_token;
  const get = async (path: string, query: Record<string, string>) => read(await request(`${running.url}${path}?${new URLSearchParams(query)}`));
  const exchange = (token: string, secret = instagramFakeClient.clientSecret) =>
    get('/access_token', { grant_type: 'ig_exchange_token', client_secret: secret, access_token: token });
  const renew = (token: string) => get('/refresh_access_token', { grant_type: 'ig_refresh_token', access_token: token });
  const longLived = async (): Promise<string> => (await exchange(await shortLived())).body.access_token;
  const me = (token: string, fields = 'user_id,username') => get('/me', { fields, access_token: token });

  describe('consent', () => {
    it('returns the code with a fragment behind it', async () => {
      expect(String((await authorize()).headers['location'])).toMatch(/\/callback\?.*state=a-state#_$/);
    });

    it('takes scopes with commas between them, and no unknown ones', async () => {
      expect((await authorize({ scope: 'instagram_business_basic,instagram_business_manage_insights' })).statusCode).toBe(302);
      expect((await authorize({ scope: 'user_profile,user_media' })).statusCode).toBe(400);
    });
  });

  describe('the first token', () => {
    it('comes inside of data, without a type, a life or a refresh token', async () => {
      const { status, body } = await exchangeCode(await codeOf());

      expect(status).toBe(200);
      expect(body).toEqual({
        data: [
          {
            access_token: expect.stringMatching(/^IGAA/),
            user_id: expect.stringMatching(/^17841\d{12}$/),
            permissions: 'instagram_business_basic',
          },
        ],
      });
    });

    it.each([
      ['a wrong secret', { client_secret: 'wrong' }, 'Invalid platform app'],
      ['another redirect URI', { redirect_uri: `${redirectUri}/` }, 'Error validating verification code.'],
      ['an unknown code', { code: 'AQnope' }, 'Matching code was not found'],
      ['a grant that it does not know', { grant_type: 'refresh_token' }, 'Invalid grant_type'],
    ])('is refused for %s in the words of the login host', async (_, change, message) => {
      expect(await exchangeCode(await codeOf(), change)).toEqual({
        status: 400,
        body: { error_type: 'OAuthException', code: 400, error_message: expect.stringContaining(message) },
      });
    });

    it('is given once for a code', async () => {
      const code = await codeOf();
      await exchangeCode(code);

      expect((await exchangeCode(code)).status).toBe(400);
    });

    it('dies after an hour', async () => {
      const token = await shortLived();
      nowMs += 3_600_000;

      expect((await me(token)).body.error).toMatchObject({ code: 190, error_subcode: 463, fbtrace_id: expect.any(String) });
    });
  });

  describe('a long-lived token', () => {
    it('is exchanged for a first one, and lives for sixty days', async () => {
      const { body } = await exchange(await shortLived());
      expect(body).toEqual({ access_token: expect.stringMatching(/^IGAA/), token_type: 'bearer', expires_in: 5_184_000 });

      nowMs += 60 * day - 1_000;
      expect((await me(body.access_token)).status).toBe(200);
      nowMs += 1_000;
      expect((await me(body.access_token)).body.error.code).toBe(190);
    });

    it('is not exchanged for another long-lived one, for a dead one or with a wrong secret', async () => {
      expect((await exchange(await longLived())).body.error.code).toBe(452);
      expect((await exchange('IGAAnope')).body.error.code).toBe(190);
      expect((await exchange(await shortLived(), 'wrong')).body.error.message).toMatch(/client secret/);
    });

    it('is too young to be renewed before it is a day old', async () => {
      const token = await longLived();
      nowMs += day - 1_000;
      expect((await renew(token)).body.error).toMatchObject({ code: 100, type: 'IGApiException' });
      nowMs += 1_000;

      expect((await renew(token)).body).toMatchObject({ token_type: 'bearer', expires_in: 5_184_000 });
    });

    it('lives another sixty days from its renewal', async () => {
      const token = await longLived();
      nowMs += 59 * day;
      const { access_token: renewed } = (await renew(token)).body;
      nowMs += 59 * day;

      expect((await me(renewed)).status).toBe(200);
      expect((await me(token)).body.error.code).toBe(190);
    });

    it('is renewed neither after its end, nor after the person took the permission back, nor when it is a first one', async () => {
      const [ended, first] = [await longLived(), await shortLived()];
      expect((await renew(first)).body.error.code).toBe(100);
      nowMs += 60 * day;
      expect((await renew(ended)).body.error.code).toBe(190);

      const revoked = await longLived();
      running.fake.revokeGrant(email);
      expect((await renew(revoked)).body.error.code).toBe(190);
    });
  });

  describe('me', () => {
    it('tells the fields that were asked for, and its own id', async () => {
      const { body } = await me(await longLived());

      expect(body).toEqual({ user_id: expect.stringMatching(/^17841/), username: 'olivia.organiser', id: expect.any(String) });
      expect(body.id).not.toBe(body.user_id);
    });

    it('refuses a field that it does not know, and whoever may not ask', async () => {
      expect((await me(await longLived(), 'email')).body.error.code).toBe(100);
      const { body } = await exchangeCode(await codeOf({ scope: 'instagram_business_manage_insights' }));
      expect((await me(body.data[0].access_token)).status).toBe(403);
    });

    it('answers under a version, too', async () => {
      expect((await get('/v25.0/me', { fields: 'username', access_token: await longLived() })).status).toBe(200);
    });
  });

  it.each([
    [401, 190],
    [403, 10],
    [429, 4],
    [503, 2],
    [400, 100],
  ])('fails by itself with %i in the words of the Graph API', async (status, code) => {
    running.faults.failNext({ status, count: 1, retryAfter: 7 });

    const answer = await me('IGAAany');
    expect(answer.body.error.code).toBe(code);
  });
});
