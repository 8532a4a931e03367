import { fakeApp, type FakeApp } from '../_kit/fake-app.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import type { ProviderFake } from '../_kit/fake.js';
import { createDiscordFake, discordFakeClient } from './discord.fake.js';

describe('the Discord fake', () => {
  let nowMs = Date.parse('2026-11-21T09:00:00Z');
  let running: RunningFake<ProviderFake>;
  let app: FakeApp;
  beforeAll(async () => {
    running = await startFake(createDiscordFake({ now: () => new Date(nowMs) }));
    app = fakeApp(running.url, discordFakeClient, { authorize: '/oauth2/authorize', token: '/api/oauth2/token' });
  });
  afterAll(() => running.stop());
  beforeEach(() => running.fake.reset());

  const signIn = (parameters: Record<string, string> = {}) => app.signIn({ scope: 'identify email', ...parameters });
  const me = (token: unknown, path = '/api/users/@me') => app.call(path, { headers: { authorization: `Bearer ${String(token)}` } });
  const refresh = (token: unknown) => app.token({ grant_type: 'refresh_token', refresh_token: String(token) });

  it('gives tokens for a week, and says who issued the code', async () => {
    expect((await app.consent({ scope: 'identify' })).get('iss')).toBe(running.url);
    expect(await signIn()).toMatchObject({ token_type: 'Bearer', expires_in: 604_800, scope: 'identify email' });
  });

  it('rotates refresh tokens: the new one works, the old one is dead', async () => {
    const first = await signIn();
    const { body: second } = await refresh(first.refresh_token);

    expect(await refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await refresh((second as Record<string, unknown>).refresh_token)).status).toBe(200);
  });

  it('forgets a code after a hundred seconds', async () => {
    const code = (await app.consent({ scope: 'identify' })).get('code') ?? '';
    nowMs += 100_000;

    expect(await app.token(app.exchange(code))).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid "code" in request.' },
    });
  });

  it('takes credentials in the form or in the header, and forms only', async () => {
    const basic = `Basic ${Buffer.from(`${discordFakeClient.clientId}:${discordFakeClient.clientSecret}`).toString('base64')}`;
    const form = new URLSearchParams(app.exchange((await app.consent({ scope: 'identify' })).get('code') ?? '')).toString();
    const { clientId: client_id, clientSecret: client_secret } = discordFakeClient;
    const json = JSON.stringify({ client_id, client_secret, grant_type: 'authorization_code' });

    expect((await app.call('/api/v10/oauth2/token', { method: 'POST', headers: { authorization: basic }, body: form })).status).toBe(200);
    expect((await app.token(app.exchange('any'), { authorization: 'Basic eDp5' })).body).toEqual({ error: 'invalid_client' });
    expect((await app.call('/api/oauth2/token', { method: 'POST', body: json })).status).toBe(401);
  });

  it('ends everything that the person allowed the app when one token is revoked', async () => {
    const [one, other] = [await signIn(), await signIn()];
    const body = new URLSearchParams({
      client_id: discordFakeClient.clientId,
      client_secret: discordFakeClient.clientSecret,
      token: String(one.refresh_token),
    }).toString();

    expect(await app.call('/api/oauth2/token/revoke', { method: 'POST', body })).toMatchObject({ status: 200, body: {} });
    expect((await me(other.access_token)).status).toBe(401);
    expect((await app.call('/api/oauth2/token/revoke', { method: 'POST', body })).status).toBe(200);
  });

  it('shows an address only to those who asked for it, and says whether it was verified', async () => {
    expect((await me((await signIn({ scope: 'identify' })).access_token)).body).not.toHaveProperty('email');
    expect((await me((await signIn()).access_token, '/api/v10/users/@me')).body).toMatchObject({
      email: 'olivia.organiser@example.com',
      verified: true,
      global_name: 'Olivia Organiser',
    });
    expect((await me((await signIn({ auto_approve: 'unverified@example.com' })).access_token)).body).toMatchObject({ verified: false });
    expect(await me('nonsense')).toMatchObject({ status: 401, body: { message: '401: Unauthorized', code: 0 } });
  });

  it('limits the rate with its own headers and body', async () => {
    running.faults.failNext({ status: 429, retryAfter: 65 });

    expect(await me('any')).toMatchObject({
      status: 429,
      body: { message: 'You are being rate limited.', retry_after: 65, global: false, code: 0 },
      headers: { 'retry-after': '65', 'x-ratelimit-remaining': '0', 'x-ratelimit-scope': 'user' },
    });
  });
});
