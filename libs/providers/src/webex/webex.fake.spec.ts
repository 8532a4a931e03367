import { fakeApp, type FakeApp } from '../_kit/fake-app.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import type { ProviderFake } from '../_kit/fake.js';
import { createWebexFake, webexFakeClient } from './webex.fake.js';
import { readWebexTokenAnswer } from './webex.oauth.js';

const day = 86_400_000;

describe('the Webex fake', () => {
  let nowMs = Date.parse('2026-11-21T09:00:00Z');
  let running: RunningFake<ProviderFake>;
  let app: FakeApp;
  beforeAll(async () => {
    running = await startFake(createWebexFake({ now: () => new Date(nowMs) }));
    app = fakeApp(running.url, webexFakeClient, { authorize: '/v1/authorize', token: '/v1/access_token' });
  });
  afterAll(() => running.stop());
  beforeEach(() => running.fake.reset());

  const signIn = (scope = 'spark:people_read') => app.signIn({ scope });
  const me = (token: unknown) => app.call('/v1/people/me', { headers: { authorization: `Bearer ${String(token)}` } });
  const refresh = (token: unknown) => app.token({ grant_type: 'refresh_token', refresh_token: String(token) });

  it('gives tokens for fourteen days and says how long the refresh token lives', async () => {
    expect(await signIn()).toMatchObject({
      token_type: 'Bearer',
      expires_in: 1_209_600,
      refresh_token_expires_in: 7_776_000,
      scope: 'spark:people_read',
    });
  });

  it('keeps the refresh token, whose ninety days begin anew with each refresh', async () => {
    const { refresh_token: token } = await signIn();
    nowMs += 80 * day;
    const { body } = await refresh(token);
    expect(body).toMatchObject({ refresh_token: token, refresh_token_expires_in: 7_776_000 });
    nowMs += 80 * day;

    expect((await refresh(token)).status).toBe(200);
  });

  it('forgets a refresh token that rested for ninety days, and says so in a sentence that is understood', async () => {
    const { refresh_token: token } = await signIn();
    nowMs += 90 * day;

    const answer = await refresh(token);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('expired'), trackingId: expect.any(String) } });
    expect(readWebexTokenAnswer(answer)).toEqual({ status: 400, body: { error: 'invalid_grant' } });
  });

  it.each([
    ['an unknown code', { code: 'nope' }, 'invalid_grant'],
    ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
  ])('refuses %s', async (_name, change, error) => {
    const code = (await app.consent()).get('code') ?? '';

    expect(readWebexTokenAnswer(await app.token({ ...app.exchange(code), ...change }))).toEqual({ status: 400, body: { error } });
  });

  it('shows a person only to those who may see people, in its own words', async () => {
    expect((await me((await signIn()).access_token)).body).toMatchObject({ emails: ['olivia.organiser@example.com'], type: 'person' });
    expect(await me((await signIn('meeting:schedules_read')).access_token)).toMatchObject({ status: 403, body: { errors: [expect.anything()] } });
    expect(await me('nonsense')).toMatchObject({ status: 401, body: { message: expect.stringContaining('valid access token') } });
  });

  it('says when to come back', async () => {
    running.faults.failNext({ status: 429, retryAfter: 7 });

    expect(await me('any')).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
  });
});
