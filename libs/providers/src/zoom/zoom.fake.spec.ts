import { createHash, randomBytes } from 'node:crypto';
import { request } from 'undici';
import { createFakeLedger } from '../_kit/fake-ledger.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import { createZoomFake, zoomFakeClient, type ZoomFake } from './zoom.fake.js';

const email = 'olivia.organiser@example.com';
const redirectUri = 'http://127.0.0.1:4321/callback';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

describe('the Zoom fake', () => {
  const start = Date.parse('2026-11-21T09:00:00Z');
  let nowMs = start;
  const now = () => new Date(nowMs);
  const ledger = createFakeLedger(now);
  let running: RunningFake<ZoomFake>;

  beforeAll(async () => (running = await startFake(createZoomFake({ now, ledger }))));
  afterAll(() => running.stop());
  beforeEach(() => {
    nowMs = start;
    running.fake.reset();
    running.fake.limitDailyCalls(null);
    running.faults.clear();
    ledger.clear();
  });

  const allow = async (extra: Record<string, string> = {}) => {
    const parameters = {
      client_id: zoomFakeClient.clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 'a-state',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      auto_approve: email,
      ...extra,
    };
    return request(`${running.url}/oauth/authorize?${new URLSearchParams(parameters)}`);
  };
  const codeFrom = async (answer: Promise<{ headers: Record<string, unknown> }>) =>
    new URL(String((await answer).headers['location'])).searchParams.get('code') ?? '';
  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const token = async (form: Record<string, string>, authorization = basic(zoomFakeClient.clientId, zoomFakeClient.clientSecret)) => {
    const answer = await request(`${running.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(form).toString(),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, string> };
  };
  const exchange = (code: string, extra: Record<string, string> = {}) =>
    token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, ...extra });
  const signIn = async (extra: Record<string, string> = {}) => (await exchange(await codeFrom(allow(extra)))).body['access_token'] ?? '';
  const call = async (accessToken: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => {
    const headers = { authorization: `Bearer ${accessToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await request(`${running.url}/v2${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text === '' ? null : JSON.parse(text), headers: answer.headers };
  };
  const aMeeting = (extra: object = {}) => ({
    topic: 'Consultation',
    type: 2,
    start_time: '2026-12-01T09:00:00Z',
    duration: 30,
    timezone: 'Europe/Berlin',
    agenda: 'key-1',
    ...extra,
  });

  describe('tokens', () => {
    it('rotates refresh tokens: the new one works, the old one is dead', async () => {
      const { body: first } = await exchange(await codeFrom(allow()));
      const { body: second } = await token({ grant_type: 'refresh_token', refresh_token: first['refresh_token'] ?? '' });

      const reused = await token({ grant_type: 'refresh_token', refresh_token: first['refresh_token'] ?? '' });
      expect(reused).toEqual({ status: 400, body: { reason: 'Invalid Token!', error: 'invalid_grant' } });
      expect((await token({ grant_type: 'refresh_token', refresh_token: second['refresh_token'] ?? '' })).status).toBe(200);
    });

    it('forgets a refresh token after ninety days', async () => {
      const { body } = await exchange(await codeFrom(allow()));
      nowMs += 90 * 86_400_000;

      expect(await token({ grant_type: 'refresh_token', refresh_token: body['refresh_token'] ?? '' })).toMatchObject({
        body: { error: 'invalid_grant' },
      });
    });

    it('refuses a client that does not prove itself with HTTP Basic', async () => {
      const form = { grant_type: 'refresh_token', client_id: zoomFakeClient.clientId, client_secret: zoomFakeClient.clientSecret };

      expect(await token(form, basic(zoomFakeClient.clientId, 'wrong'))).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      expect(await token(form, 'Bearer none')).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    });

    it('understands form-encoded credentials inside HTTP Basic', async () => {
      const encoded = basic(zoomFakeClient.clientId, zoomFakeClient.clientSecret.replaceAll('-', '%2D'));
      const { status } = await token(
        { grant_type: 'authorization_code', code: await codeFrom(allow()), redirect_uri: redirectUri, code_verifier: verifier },
        encoded,
      );

      expect(status).toBe(200);
    });

    it.each([
      ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
      ['another redirect_uri', { redirect_uri: `${redirectUri}/` }, 'invalid_request'],
      ['an unknown code', { code: 'nope' }, 'invalid_grant'],
    ])('refuses %s', async (_, change, error) => {
      expect(await exchange(await codeFrom(allow()), change)).toMatchObject({ status: 400, body: { error } });
    });

    it('takes a code once', async () => {
      const code = await codeFrom(allow());
      await exchange(code);

      expect((await exchange(code)).body['error']).toBe('invalid_grant');
    });

    it('keeps an unknown app and a scope the app does not have on its own page', async () => {
      expect((await allow({ client_id: 'stranger' })).statusCode).toBe(400);
      expect((await allow({ scope: 'account:master' })).statusCode).toBe(400);
    });

    it('says 124 for an unknown, an expired and a revoked token', async () => {
      const expired = await signIn();
      nowMs += 3_600_000;
      const revoked = await signIn();
      running.fake.revokeGrant(email);

      expect(await call(expired, 'GET', '/users/me')).toMatchObject({ status: 401, body: { code: 124 } });
      expect(await call(revoked, 'GET', '/users/me')).toMatchObject({ status: 401, body: { code: 124 } });
      expect(await call('nonsense', 'GET', '/users/me')).toMatchObject({ status: 401, body: { code: 124, message: 'Invalid access token.' } });
    });
  });

  describe('meetings', () => {
    it('makes, shows, changes and removes a meeting', async () => {
      const accessToken = await signIn();
      const created = await call(accessToken, 'POST', '/users/me/meetings', aMeeting());
      const path = `/meetings/${created.body.id}`;

      expect(created.status).toBe(201);
      expect(created.body.join_url).toContain(`/j/${created.body.id}?pwd=`);
      const changed = await call(accessToken, 'PATCH', path, { start_time: '2026-12-02T09:00:00Z' });
      expect([changed.status, changed.body]).toEqual([204, null]);
      expect((await call(accessToken, 'GET', path)).body).toMatchObject({
        start_time: '2026-12-02T09:00:00Z',
        topic: 'Consultation',
        join_url: created.body.join_url,
      });
      expect((await call(accessToken, 'DELETE', path)).status).toBe(204);
      expect(await call(accessToken, 'DELETE', path)).toMatchObject({ status: 404, body: { code: 3001 } });
      expect(ledger.entries({ provider: 'zoom', key: 'key-1' }).map(({ kind }) => kind)).toEqual([
        'meeting.created',
        'meeting.changed',
        'meeting.deleted',
      ]);
    });

    it('reads a time without Z as wall time in the zone of the meeting', async () => {
      const { body } = await call(await signIn(), 'POST', '/users/me/meetings', aMeeting({ start_time: '2026-07-01T09:00:00' }));

      expect(body.start_time).toBe('2026-07-01T07:00:00Z');
    });

    it('names the fields it refuses', async () => {
      const { status, body } = await call(
        await signIn(),
        'POST',
        '/users/me/meetings',
        aMeeting({ duration: 'long', start_time: '2026-12-01T10:00:00+01:00' }),
      );

      expect([status, body.code]).toEqual([400, 300]);
      expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['duration', 'start_time']);
    });

    it('lists in pages, cuts agendas to 250 characters and leaves out what is over when asked for what comes', async () => {
      const accessToken = await signIn();
      await call(accessToken, 'POST', '/users/me/meetings', aMeeting({ start_time: '2026-01-01T09:00:00Z' }));
      await call(accessToken, 'POST', '/users/me/meetings', aMeeting({ agenda: 'x'.repeat(300) }));
      const first = (await call(accessToken, 'GET', '/users/me/meetings?type=scheduled&page_size=1')).body;
      const second = (await call(accessToken, 'GET', `/users/me/meetings?type=scheduled&page_size=1&next_page_token=${first.next_page_token}`)).body;
      const upcoming = (await call(accessToken, 'GET', '/users/me/meetings?type=upcoming')).body;

      expect([first.meetings.length, second.meetings.length, second.next_page_token]).toEqual([1, 1, '']);
      expect(second.meetings[0].agenda).toHaveLength(250);
      expect(upcoming.meetings).toHaveLength(1);
    });

    it('hides the meetings of others', async () => {
      const { body } = await call(await signIn(), 'POST', '/users/me/meetings', aMeeting());
      const other = await signIn({ auto_approve: 'ben.bookings@example.com' });

      expect((await call(other, 'GET', `/meetings/${body.id}`)).status).toBe(400);
      expect((await call(other, 'GET', '/users/me/meetings')).body.total_records).toBe(0);
    });

    it('says which scopes are missing', async () => {
      const accessToken = await signIn({ scope: 'meeting:read' });

      expect(await call(accessToken, 'POST', '/users/me/meetings', aMeeting())).toMatchObject({ status: 400, body: { code: 4711 } });
    });

    it('ends the day of somebody who created too much', async () => {
      const accessToken = await signIn();
      running.fake.limitDailyCalls(1);
      await call(accessToken, 'POST', '/users/me/meetings', aMeeting());

      const { status, headers } = await call(accessToken, 'POST', '/users/me/meetings', aMeeting());
      expect([status, headers['x-ratelimit-type']]).toEqual([429, 'Daily-limit']);
      expect(headers['retry-after']).toMatch(/T00:00:00Z$/);
    });
  });

  describe('faults', () => {
    it('drops the answer after the meeting was made', async () => {
      const accessToken = await signIn();
      running.faults.dropAfterExecuting(1, { method: 'POST', path: '/meetings' });

      await expect(call(accessToken, 'POST', '/users/me/meetings', aMeeting())).rejects.toThrow();
      expect((await call(accessToken, 'GET', '/users/me/meetings')).body.total_records).toBe(1);
    });

    it('limits the rate with Zoom’s own headers', async () => {
      const accessToken = await signIn();
      running.faults.failNext({ status: 429, retryAfter: 1 });

      const { status, body, headers } = await call(accessToken, 'GET', '/users/me');
      expect([status, body.code, headers['x-ratelimit-type'], headers['retry-after']]).toEqual([429, 429, 'Per-second-limit', '1']);
    });
  });
});
