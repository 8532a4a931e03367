import { request } from 'undici';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import { googleDriveFakeClient, googleFakeClient, googleSignInFakeClient, youtubeFakeClient } from './google.fake-clients.js';
import { createGoogleFake, type GoogleFake } from './google.fake.js';

const email = 'olivia.organiser@example.com';
const redirectUri = 'http://127.0.0.1:4321/callback';
const day = 86_400_000;
const driveScope = 'https://www.googleapis.com/auth/drive.readonly';
const youtubeScope = 'https://www.googleapis.com/auth/youtube.readonly';

describe('the Google fake: apps and accounts', () => {
  const start = Date.parse('2026-11-21T09:00:00Z');
  let nowMs = start;
  let running: RunningFake<GoogleFake>;

  beforeAll(async () => (running = await startFake(createGoogleFake({ now: () => new Date(nowMs) }))));
  afterAll(() => running.stop());
  beforeEach(() => {
    running.fake.reset();
    nowMs = start;
  });

  const token = async ({ clientId: client_id, clientSecret: client_secret }: typeof googleFakeClient, form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id, client_secret, ...form }).toString();
    const answer = await request(`${running.url}/token`, { method: 'POST', body });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, string> };
  };
  const connect = async (client: typeof googleFakeClient, scope: string, extra: Record<string, string> = {}) => {
    const asked = { client_id: client.clientId, redirect_uri: redirectUri, response_type: 'code', scope, auto_approve: email };
    const query = new URLSearchParams({ ...asked, access_type: 'offline', prompt: 'consent', ...extra });
    const { headers } = await request(`${running.url}/o/oauth2/v2/auth?${query}`);
    const code = new URL(String(headers['location'])).searchParams.get('code') ?? '';
    return (await token(client, { grant_type: 'authorization_code', code, redirect_uri: redirectUri })).body;
  };
  const refresh = (client: typeof googleFakeClient, { refresh_token: refreshToken = '' }: Record<string, string>) =>
    token(client, { grant_type: 'refresh_token', refresh_token: refreshToken });
  const get = async (path: string, accessToken?: string) => {
    const answer = await request(`${running.url}${path}`, accessToken === undefined ? {} : { headers: { authorization: `Bearer ${accessToken}` } });
    return { status: answer.statusCode, body: JSON.parse(await answer.body.text()) };
  };

  it.each([
    ['calendars', googleFakeClient],
    ['Drive', googleDriveFakeClient],
    ['YouTube', youtubeFakeClient],
    ['signing in', googleSignInFakeClient],
  ])('knows an app for %s', async (_, client) => {
    expect(await connect(client, 'openid')).toMatchObject({ token_type: 'Bearer', scope: 'openid' });
  });

  it('keeps the tokens of one app from another', async () => {
    const tokens = await connect(googleDriveFakeClient, driveScope);

    expect((await refresh(youtubeFakeClient, tokens)).body['error']).toBe('invalid_grant');
  });

  it('adds to a consent what the person allowed the same app before, and nothing that another app may', async () => {
    await connect(googleDriveFakeClient, driveScope);
    await connect(googleFakeClient, 'openid');

    const { scope } = await connect(googleFakeClient, 'email', { include_granted_scopes: 'true' });

    expect(scope).toBe('https://www.googleapis.com/auth/userinfo.email openid');
  });

  it('ends everything that an app may when one of its tokens is revoked, and nothing of other apps', async () => {
    const calendar = await connect(googleFakeClient, 'openid');
    const meet = await connect(googleFakeClient, 'openid');
    const drive = await connect(googleDriveFakeClient, driveScope);
    await request(`${running.url}/revoke`, { method: 'POST', body: new URLSearchParams({ token: meet['refresh_token'] ?? '' }).toString() });

    expect((await refresh(googleFakeClient, calendar)).body['error']).toBe('invalid_grant');
    expect((await refresh(googleDriveFakeClient, drive)).status).toBe(200);
  });

  describe('refresh tokens', () => {
    it('live on as long as they are used once in six months', async () => {
      const tokens = await connect(googleDriveFakeClient, driveScope);
      expect(tokens).not.toHaveProperty('refresh_token_expires_in');

      for (const month of [5, 10]) {
        nowMs = start + month * 30 * day;
        expect((await refresh(googleDriveFakeClient, tokens)).status).toBe(200);
      }
      nowMs += 183 * day;

      expect((await refresh(googleDriveFakeClient, tokens)).body['error']).toBe('invalid_grant');
    });

    it('end after seven days while the project is being tested, and every answer says so', async () => {
      running.fake.setPublishingStatus('testing');
      const tokens = await connect(googleDriveFakeClient, driveScope);
      nowMs += 2 * day;
      const refreshed = await refresh(googleDriveFakeClient, tokens);
      nowMs += 5 * day;

      expect([tokens['refresh_token_expires_in'], refreshed.body['refresh_token_expires_in']]).toEqual([604_800, 432_000]);
      expect((await refresh(googleDriveFakeClient, tokens)).body['error']).toBe('invalid_grant');
    });
  });

  describe('user info of OpenID Connect', () => {
    it('takes the token from the address too, as Passport sends it', async () => {
      const { access_token: accessToken = '' } = await connect(googleSignInFakeClient, 'openid email profile');

      expect((await get(`/oauth2/v3/userinfo?access_token=${accessToken}`)).body).toMatchObject({
        sub: expect.stringMatching(/^\d{21}$/),
        email,
        email_verified: true,
        name: 'Olivia Organiser',
        picture: expect.stringContaining('/picture/'),
      });
    });

    it('refuses in its own words', async () => {
      expect(await get('/oauth2/v3/userinfo', 'nothing')).toEqual({
        status: 401,
        body: { error: 'invalid_request', error_description: 'Invalid Credentials' },
      });
    });
  });

  describe('Drive', () => {
    it('tells whose it is when it is told which fields', async () => {
      const { access_token: accessToken } = await connect(googleDriveFakeClient, driveScope);

      expect((await get('/drive/v3/about?fields=user', accessToken)).body.user).toMatchObject({ emailAddress: email, me: true });
      expect(await get('/drive/v3/about', accessToken)).toMatchObject({ status: 400, body: { error: { errors: [{ reason: 'required' }] } } });
    });

    it('needs its own scope', async () => {
      const { access_token: accessToken } = await connect(googleDriveFakeClient, 'openid email');

      expect((await get('/drive/v3/about?fields=user', accessToken)).status).toBe(403);
    });
  });

  describe('YouTube', () => {
    it('lists the channel of the person, and nothing when there is none', async () => {
      const { access_token: accessToken } = await connect(youtubeFakeClient, youtubeScope);
      const mine = '/youtube/v3/channels?part=snippet&mine=true';

      expect((await get(mine, accessToken)).body.items).toMatchObject([{ kind: 'youtube#channel', snippet: { title: 'Olivia Organiser' } }]);
      running.fake.closeChannel(email);
      expect((await get(mine, accessToken)).body).not.toHaveProperty('items');
    });

    it.each(['/youtube/v3/channels?mine=true', '/youtube/v3/channels?part=snippet'])('refuses %s, which says too little', async (path) => {
      const { access_token: accessToken } = await connect(youtubeFakeClient, youtubeScope);

      expect(await get(path, accessToken)).toMatchObject({ status: 400, body: { error: { errors: [{ reason: 'missingRequiredParameter' }] } } });
    });

    it('needs its own scope', async () => {
      const { access_token: accessToken } = await connect(youtubeFakeClient, driveScope);

      expect((await get('/youtube/v3/channels?part=snippet&mine=true', accessToken)).status).toBe(403);
    });
  });
});
