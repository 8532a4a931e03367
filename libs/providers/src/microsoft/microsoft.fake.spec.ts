import { fakeApp, type FakeApp } from '../_kit/fake-app.js';
import { createFakeLedger } from '../_kit/fake-ledger.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import { createMicrosoftFake, microsoftFakeClient, type MicrosoftFake } from './microsoft.fake.js';
import { readMicrosoftTokenAnswer } from './microsoft.token-answer.js';

const scope = 'openid profile email offline_access User.Read Calendars.ReadWrite';
const personal = 'pat.personal@outlook.com';

describe('the Microsoft fake', () => {
  let nowMs = Date.parse('2026-11-21T09:00:00Z');
  const now = () => new Date(nowMs);
  let running: RunningFake<MicrosoftFake>;
  let app: FakeApp;

  beforeAll(async () => {
    running = await startFake(createMicrosoftFake({ now, ledger: createFakeLedger(now) }));
    app = fakeApp(running.url, microsoftFakeClient, { authorize: '/common/oauth2/v2.0/authorize', token: '/common/oauth2/v2.0/token' });
  });
  afterAll(() => running.stop());
  beforeEach(() => running.fake.reset());

  const signIn = (parameters: Record<string, string> = {}) => app.signIn({ scope, ...parameters });
  const refresh = async (tokens: Readonly<Record<string, unknown>>) =>
    app.token({ grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) });
  const me = (tokens: Readonly<Record<string, unknown>>, path = '/v1.0/me') =>
    app.call(path, { headers: { authorization: `Bearer ${String(tokens['access_token'])}` } });
  const daysPass = (days: number) => (nowMs += days * 86_400_000);

  describe('tokens', () => {
    it('are listed without offline_access, which the refresh token shows', async () => {
      const tokens = await signIn();

      expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3_599, scope: 'openid profile email User.Read Calendars.ReadWrite' });
      expect(tokens['refresh_token']).toEqual(expect.any(String));
    });

    it('of personal accounts name the resource of each scope', async () => {
      expect((await signIn({ auto_approve: personal }))['scope']).toBe(
        'https://graph.microsoft.com/User.Read https://graph.microsoft.com/Calendars.ReadWrite',
      );
    });

    it('do the same when the scopes were asked for with their resource', async () => {
      const tokens = await signIn({ scope: 'offline_access https://graph.microsoft.com/User.Read' });

      expect(tokens['scope']).toBe('User.Read');
      expect((await me(tokens)).status).toBe(200);
    });

    it('can be refreshed with offline_access only', async () => {
      expect(await signIn({ scope: 'User.Read' })).not.toHaveProperty('refresh_token');
    });

    it('bring an ID token with openid only, and its issuer is the tenant of the person', async () => {
      const claimsOf = (token: unknown): unknown => JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString());

      expect(await signIn({ scope: 'User.Read' })).not.toHaveProperty('id_token');
      expect(claimsOf((await signIn({ auto_approve: personal }))['id_token'])).toMatchObject({
        iss: `${running.url}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`,
        aud: microsoftFakeClient.clientId,
        email: personal,
      });
    });

    it('come with a new refresh token at each refresh, and the old one goes on working', async () => {
      const first = await signIn();
      const second = await refresh(first);

      expect(second.body).toMatchObject({ refresh_token: expect.any(String) });
      expect((second.body as Record<string, unknown>)['refresh_token']).not.toBe(first['refresh_token']);
      expect((await refresh(first)).status).toBe(200);
    });

    it('live on while they are refreshed within 90 days, and no longer', async () => {
      const first = await signIn();
      daysPass(89);
      const second = await refresh(first);
      daysPass(89);

      expect((await refresh(second.body as Record<string, unknown>)).status).toBe(200);
      expect(await refresh(first)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    });

    it('expire after an hour', async () => {
      const tokens = await signIn();
      nowMs += 3_599_000;

      expect(await me(tokens)).toMatchObject({
        status: 401,
        body: { error: { code: 'InvalidAuthenticationToken', message: 'Access token has expired or is not yet valid.' } },
      });
    });
  });

  describe('refusals', () => {
    it.each([
      ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 400, 'invalid_grant', 501481],
      ['another redirect URI', { redirect_uri: 'http://127.0.0.1:4321/elsewhere' }, 401, 'invalid_client', 500112],
      ['an unknown code', { code: 'nope' }, 400, 'invalid_grant', 70008],
      ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
      ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    ])('of %s carry AADSTS codes', async (_, change, status, error, code) => {
      const answer = await app.token({ ...app.exchange((await app.consent({ scope })).get('code') ?? ''), ...change });

      expect(answer).toMatchObject({ status, body: { error, error_codes: [code], error_description: expect.stringMatching(`^AADSTS${code}: `) } });
    });

    it('follow when the person took the permission back', async () => {
      const tokens = await signIn();
      running.fake.revokeGrant('olivia.organiser@example.com');

      expect(await refresh(tokens)).toMatchObject({ status: 400, body: { error: 'invalid_grant', suberror: 'bad_token', error_codes: [50173] } });
      expect((await me(tokens)).status).toBe(401);
    });

    it('follow when an administrator asks for a second factor, until people came back, and count as definite', async () => {
      const tokens = await signIn();
      running.fake.requireInteraction(true);

      const refused = await refresh(tokens);
      expect(refused).toMatchObject({ status: 400, body: { error: 'interaction_required', error_codes: [50076] } });
      expect(readMicrosoftTokenAnswer(refused).body).toMatchObject({ error: 'invalid_grant' });
      expect((await signIn())['access_token']).toEqual(expect.any(String));
      running.fake.requireInteraction(false);
      expect((await refresh(tokens)).status).toBe(200);
    });

    it('stay on the consent page for an unknown app and an unknown scope', async () => {
      expect((await app.consent({ scope, client_id: 'stranger' })).size).toBe(0);
      expect((await app.consent({ scope: 'Everything.ReadWrite' })).size).toBe(0);
    });
  });

  describe('Graph', () => {
    it('says who signed in, under the path of any tenant and with the slash of passport-microsoft', async () => {
      const tokens = await signIn();

      expect(await me(tokens, '/v1.0/me/')).toMatchObject({
        status: 200,
        body: {
          displayName: 'Olivia Organiser',
          givenName: 'Olivia',
          surname: 'Organiser',
          mail: 'olivia.organiser@example.com',
          id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
        },
      });
    });

    it('has no mail for a personal account', async () => {
      expect((await me(await signIn({ auto_approve: personal }))).body).toMatchObject({ mail: null, userPrincipalName: personal });
    });

    it('answers what is selected, and refuses what it does not know', async () => {
      const tokens = await signIn();

      expect(Object.keys((await me(tokens, '/v1.0/me?$select=id,mail')).body as object)).toEqual(['@odata.context', 'id', 'mail']);
      expect(await me(tokens, '/v1.0/me?$select=shoeSize')).toMatchObject({ status: 400, body: { error: { code: 'BadRequest' } } });
    });

    it('refuses a token without User.Read, and a path it does not have', async () => {
      expect(await me(await signIn({ scope: 'openid Calendars.ReadWrite' }))).toMatchObject({
        status: 403,
        body: { error: { code: 'Authorization_RequestDenied' } },
      });
      expect((await me(await signIn(), '/v1.0/nothing')).status).toBe(404);
    });

    it('limits the rate in its own words', async () => {
      const tokens = await signIn();
      running.faults.failNext({ status: 429, retryAfter: 10 });

      expect(await me(tokens)).toMatchObject({ status: 429, headers: { 'retry-after': '10' }, body: { error: { code: 'TooManyRequests' } } });
    });
  });
});
