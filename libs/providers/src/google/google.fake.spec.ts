import { createHash, randomBytes } from 'node:crypto';
import { request } from 'undici';
import { createFakeLedger } from '../_kit/fake-ledger.js';
import { startFake, type RunningFake } from '../_kit/fake-server.js';
import { googleFakeClient } from './google.fake-clients.js';
import { createGoogleFake, type GoogleFake } from './google.fake.js';

const email = 'olivia.organiser@example.com';
const redirectUri = 'http://127.0.0.1:4321/callback';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');
const calendarScope = 'https://www.googleapis.com/auth/calendar';

describe('the Google fake', () => {
  let nowMs = Date.parse('2026-11-21T09:00:00Z');
  const now = () => new Date(nowMs);
  const ledger = createFakeLedger(now);
  let running: RunningFake<GoogleFake>;

  beforeAll(async () => (running = await startFake(createGoogleFake({ now, ledger }))));
  afterAll(() => running.stop());
  beforeEach(() => {
    running.fake.reset();
    running.faults.clear();
    ledger.clear();
  });

  const authorizeUrl = (extra: Record<string, string> = {}) => {
    const parameters = {
      client_id: googleFakeClient.clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: `openid email ${calendarScope}`,
      state: 'a-state',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
      ...extra,
    };
    return `${running.url}/o/oauth2/v2/auth?${new URLSearchParams(parameters)}`;
  };
  const callbackOf = (location: unknown) => new URL(String(location)).searchParams;
  const allow = async (extra: Record<string, string> = {}) => {
    const { headers } = await request(authorizeUrl({ auto_approve: email, ...extra }));
    return callbackOf(headers['location']).get('code') ?? '';
  };
  const token = async (form: Record<string, string>) => {
    const answer = await request(`${running.url}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: googleFakeClient.clientId, client_secret: googleFakeClient.clientSecret, ...form }).toString(),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, string> };
  };
  const exchange = (code: string, extra: Record<string, string> = {}) =>
    token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier, ...extra });
  const signIn = async () => (await exchange(await allow())).body['access_token'] ?? '';
  const call = async (accessToken: string, method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: object) => {
    const headers = { authorization: `Bearer ${accessToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await request(`${running.url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text === '' ? null : JSON.parse(text), headers: answer.headers };
  };
  const events = '/calendar/v3/calendars/primary/events';
  const anEvent = (extra: object = {}) => ({
    id: 'booking00001',
    summary: 'Consultation',
    start: { dateTime: '2026-12-01T10:00:00+01:00', timeZone: 'Europe/Berlin' },
    end: { dateTime: '2026-12-01T10:30:00+01:00', timeZone: 'Europe/Berlin' },
    attendees: [{ email: 'guest@example.com' }],
    ...extra,
  });

  describe('consent', () => {
    it('shows which app asks for what, with everything escaped', async () => {
      const answer = await request(authorizeUrl({ scope: '<script>alert(1)</script>' }));
      const page = await answer.body.text();

      expect(answer.statusCode).toBe(200);
      expect(page).toContain('Patchbay');
      expect(page).toContain(email);
      expect(page).not.toContain('<script>alert(1)');
    });

    it('returns code, state and issuer when the form is posted', async () => {
      const { headers } = await request(authorizeUrl(), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `decision=allow&email=${encodeURIComponent(email)}`,
      });

      const callback = callbackOf(headers['location']);
      expect(callback.get('state')).toBe('a-state');
      expect(callback.get('iss')).toBe(running.url);
      expect(callback.get('code')).toMatch(/^4\/0A/);
    });

    it('returns access_denied when the person says no', async () => {
      const { headers } = await request(authorizeUrl(), { method: 'POST', body: 'decision=deny' });

      expect(callbackOf(headers['location']).get('error')).toBe('access_denied');
    });

    it('grants only the scopes that stay ticked', async () => {
      const { headers } = await request(authorizeUrl(), { method: 'POST', body: `granular=1&scope=openid&decision=allow&email=${email}` });
      const { body } = await exchange(callbackOf(headers['location']).get('code') ?? '');

      expect(body['scope']).toBe('openid');
      expect((await call(body['access_token'] ?? '', 'GET', events)).status).toBe(403);
    });

    it('adds what was granted before when asked to include it', async () => {
      await exchange(await allow({ scope: calendarScope }));
      const { body } = await exchange(await allow({ scope: 'email', include_granted_scopes: 'true' }));

      expect(body['scope']).toBe(`https://www.googleapis.com/auth/userinfo.email ${calendarScope}`);
    });

    it('keeps an unknown app on its own page', async () => {
      const answer = await request(authorizeUrl({ client_id: 'stranger' }));

      expect(answer.statusCode).toBe(401);
      expect(answer.headers['location']).toBeUndefined();
    });
  });

  describe('tokens', () => {
    it('gives access, refresh and ID token for a code with its verifier', async () => {
      const { status, body } = await exchange(await allow());

      expect(status).toBe(200);
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599, refresh_token: expect.stringMatching(/^1\/\/0/) });
      const claims = JSON.parse(Buffer.from(body['id_token']?.split('.')[1] ?? '', 'base64url').toString());
      expect(claims).toMatchObject({ iss: running.url, aud: googleFakeClient.clientId, email });
    });

    it.each([
      ['a wrong verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
      ['another redirect_uri', { redirect_uri: `${redirectUri}/` }, 'redirect_uri_mismatch'],
      ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
      ['an unknown client', { client_id: 'stranger' }, 'invalid_client'],
      ['an unknown code', { code: '4/0Anope' }, 'invalid_grant'],
    ])('refuses %s', async (_, change, error) => {
      const { status, body } = await exchange(await allow(), change);

      expect(status).toBeGreaterThanOrEqual(400);
      expect(body['error']).toBe(error);
    });

    it('takes a code once', async () => {
      const code = await allow();
      await exchange(code);

      expect((await exchange(code)).body['error']).toBe('invalid_grant');
    });

    it('forgets a code after ten minutes', async () => {
      const code = await allow();
      nowMs += 600_000;

      expect((await exchange(code)).body['error']).toBe('invalid_grant');
    });

    it('gives a refresh token again only for offline access with a new consent', async () => {
      await exchange(await allow());

      expect((await exchange(await allow({ prompt: 'none' }))).body).not.toHaveProperty('refresh_token');
      expect((await exchange(await allow({ access_type: 'online' }))).body).not.toHaveProperty('refresh_token');
    });

    it('keeps the refresh token and leaves it out of the answer', async () => {
      const { refresh_token: refreshToken = '' } = (await exchange(await allow())).body;

      for (const attempt of [1, 2]) {
        const { status, body } = await token({ grant_type: 'refresh_token', refresh_token: refreshToken });
        expect({ attempt, status }).toEqual({ attempt, status: 200 });
        expect(body).not.toHaveProperty('refresh_token');
      }
    });

    it('answers invalid_grant and 401 after the grant was revoked', async () => {
      const { refresh_token: refreshToken = '', access_token: accessToken = '' } = (await exchange(await allow())).body;
      running.fake.revokeGrant(email);

      expect((await token({ grant_type: 'refresh_token', refresh_token: refreshToken })).body['error']).toBe('invalid_grant');
      expect((await call(accessToken, 'GET', events)).status).toBe(401);
    });

    it('lets access tokens die with the clock', async () => {
      const accessToken = await signIn();
      nowMs += 3_599_000;

      const { status, body } = await call(accessToken, 'GET', events);
      expect(status).toBe(401);
      expect(body.error.errors[0].reason).toBe('authError');
    });

    it('tells who the token speaks for', async () => {
      const { body } = await call(await signIn(), 'GET', '/oauth2/v2/userinfo');

      expect(body).toMatchObject({ email, verified_email: true, id: expect.stringMatching(/^\d{21}$/) });
    });
  });

  describe('events', () => {
    it('keeps an event under the id the app chose', async () => {
      const accessToken = await signIn();
      const created = await call(accessToken, 'POST', `${events}?sendUpdates=all`, anEvent());

      expect(created.status).toBe(200);
      expect(created.body).toMatchObject({ id: 'booking00001', status: 'confirmed', sequence: 0, iCalUID: 'booking00001@google.com' });
      expect((await call(accessToken, 'GET', `${events}/booking00001`)).body).toEqual(created.body);
      expect(ledger.entries({ kind: 'event.created' })).toMatchObject([{ id: 'booking00001', account: email, details: { send_updates: 'all' } }]);
    });

    it('refuses an id that is taken, also by a deleted event', async () => {
      const accessToken = await signIn();
      await call(accessToken, 'POST', events, anEvent());
      const again = await call(accessToken, 'POST', events, anEvent());
      await call(accessToken, 'DELETE', `${events}/booking00001`);

      expect(again.status).toBe(409);
      expect(again.body.error).toMatchObject({ code: 409, errors: [{ reason: 'duplicate' }] });
      expect((await call(accessToken, 'POST', events, anEvent())).status).toBe(409);
    });

    it.each([
      ['an id with a letter outside base32hex', { id: 'booking-w' }, 'invalid'],
      ['an end before the start', { end: { dateTime: '2026-12-01T09:00:00+01:00' } }, 'timeRangeEmpty'],
      ['no end', { end: undefined }, 'required'],
      ['an attendee without an address', { attendees: [{ displayName: 'Nobody' }] }, 'invalid'],
      ['a zone that does not exist', { start: { dateTime: '2026-12-01T10:00:00', timeZone: 'Mars/Base' } }, 'invalid'],
      ['an offset in place of a zone', { start: { dateTime: '2026-12-01T10:00:00+01:00', timeZone: '+01:00' } }, 'invalid'],
    ])('refuses %s', async (_, change, reason) => {
      const { status, body } = await call(await signIn(), 'POST', events, anEvent(change));

      expect(status).toBe(400);
      expect(body.error.errors[0].reason).toBe(reason);
    });

    it('answers times in the zone of the calendar', async () => {
      const times = { start: { dateTime: '2026-12-01T09:00:00.000Z' }, end: { dateTime: '2026-12-01T11:30:00', timeZone: 'Europe/Berlin' } };
      const { body } = await call(await signIn(), 'POST', events, anEvent(times));

      expect(body.start).toEqual({ dateTime: '2026-12-01T10:00:00+01:00', timeZone: 'Europe/Berlin' });
      expect(body.end.dateTime).toBe('2026-12-01T11:30:00+01:00');
    });

    it('merges a patch and moves the sequence when the time changes', async () => {
      const accessToken = await signIn();
      const { body: before } = await call(accessToken, 'POST', events, anEvent());
      const { body: renamed } = await call(accessToken, 'PATCH', `${events}/booking00001`, { summary: 'Renamed' });
      const { body: moved } = await call(accessToken, 'PATCH', `${events}/booking00001`, { end: { dateTime: '2026-12-01T11:00:00+01:00' } });

      expect(renamed).toMatchObject({ summary: 'Renamed', sequence: 0, attendees: before.attendees });
      expect(moved).toMatchObject({ summary: 'Renamed', sequence: 1 });
      expect(moved.etag).not.toBe(before.etag);
    });

    it('refuses a time that is merged with a day', async () => {
      const accessToken = await signIn();
      await call(accessToken, 'POST', events, anEvent({ start: { date: '2026-12-01' }, end: { date: '2026-12-02' } }));
      const { start, end } = anEvent();
      const timed = (cleared: object) => ({ start: { ...start, ...cleared }, end: { ...end, ...cleared } });

      const refused = await call(accessToken, 'PATCH', `${events}/booking00001`, timed({}));
      const taken = await call(accessToken, 'PATCH', `${events}/booking00001`, timed({ date: null }));

      expect([refused.status, refused.body.error.message]).toEqual([400, 'Invalid start time.']);
      expect([taken.status, taken.body['start']]).toEqual([200, start]);
    });

    it('replaces everything on update', async () => {
      const accessToken = await signIn();
      await call(accessToken, 'POST', events, anEvent());
      const { body } = await call(accessToken, 'PUT', `${events}/booking00001`, anEvent({ attendees: undefined }));

      expect(body).not.toHaveProperty('attendees');
    });

    it('deletes once, says 410 afterwards and keeps the event as cancelled', async () => {
      const accessToken = await signIn();
      await call(accessToken, 'POST', events, anEvent());

      expect((await call(accessToken, 'DELETE', `${events}/booking00001`)).status).toBe(204);
      const second = await call(accessToken, 'DELETE', `${events}/booking00001`);
      expect([second.status, second.body.error.errors[0].reason]).toEqual([410, 'deleted']);
      expect((await call(accessToken, 'GET', `${events}/booking00001`)).body.status).toBe('cancelled');
      expect((await call(accessToken, 'GET', events)).body.items).toEqual([]);
    });

    it('says 404 for an unknown event and an unknown calendar, 412 for an old etag and 403 for a calendar that is only read', async () => {
      const accessToken = await signIn();
      const { body } = await call(accessToken, 'GET', '/calendar/v3/users/me/calendarList');
      const readOnly = body.items.find(({ accessRole }: { accessRole: string }) => accessRole === 'reader').id;

      expect((await call(accessToken, 'GET', `${events}/unknown1`)).status).toBe(404);
      expect((await call(accessToken, 'GET', '/calendar/v3/calendars/nobody@example.com')).status).toBe(404);
      expect((await call(accessToken, 'POST', `/calendar/v3/calendars/${encodeURIComponent(readOnly)}/events`, anEvent())).status).toBe(403);
    });

    it('lists in pages and afterwards only what changed', async () => {
      const accessToken = await signIn();
      for (const id of ['aaaaa', 'bbbbb', 'ccccc']) await call(accessToken, 'POST', events, anEvent({ id }));
      const first = (await call(accessToken, 'GET', `${events}?maxResults=2`)).body;
      const second = (await call(accessToken, 'GET', `${events}?maxResults=2&pageToken=${first.nextPageToken}`)).body;
      await call(accessToken, 'DELETE', `${events}/bbbbb`);
      const changes = (await call(accessToken, 'GET', `${events}?syncToken=${second.nextSyncToken}`)).body;

      expect([first.items.length, second.items.length]).toEqual([2, 1]);
      expect(changes.items).toMatchObject([{ id: 'bbbbb', status: 'cancelled' }]);
    });

    it('asks for a full sync when it forgot the sync token', async () => {
      const accessToken = await signIn();
      const { nextSyncToken } = (await call(accessToken, 'GET', events)).body;
      running.fake.expireSyncTokens();

      const { status, body } = await call(accessToken, 'GET', `${events}?syncToken=${nextSyncToken}`);
      expect([status, body.error.errors[0].reason]).toEqual([410, 'fullSyncRequired']);
    });

    it('finds events by the private properties an app wrote', async () => {
      const accessToken = await signIn();
      await call(accessToken, 'POST', events, anEvent({ extendedProperties: { private: { key: 'k=1' } } }));

      expect((await call(accessToken, 'GET', `${events}?privateExtendedProperty=key%3Dk%3D1`)).body.items).toHaveLength(1);
      expect((await call(accessToken, 'GET', `${events}?privateExtendedProperty=key%3Dother`)).body.items).toHaveLength(0);
    });

    it('makes a Meet link when asked with conferenceDataVersion=1, and not without', async () => {
      const accessToken = await signIn();
      const conferenceData = { createRequest: { requestId: 'r1' } };
      const { body: withLink } = await call(accessToken, 'POST', `${events}?conferenceDataVersion=1`, anEvent({ conferenceData }));
      const { body: without } = await call(accessToken, 'POST', events, anEvent({ id: 'booking00002', conferenceData }));

      expect(withLink.hangoutLink).toMatch(/^https:\/\/meet\.google\.com\//);
      expect(without).not.toHaveProperty('conferenceData');
    });
  });

  describe('faults', () => {
    it('fails in Google’s own words for as often as asked, and executes nothing', async () => {
      const accessToken = await signIn();
      running.faults.failNext({ status: 429, count: 2, retryAfter: 7, match: { path: '/events' } });

      const first = await call(accessToken, 'POST', events, anEvent());
      expect([first.status, first.headers['retry-after'], first.body.error.errors[0].reason]).toEqual([429, '7', 'rateLimitExceeded']);
      expect((await call(accessToken, 'POST', events, anEvent())).status).toBe(429);
      expect((await call(accessToken, 'POST', events, anEvent())).status).toBe(200);
      expect(ledger.entries({ kind: 'event.created' })).toHaveLength(1);
    });

    it('executes, then drops the answer', async () => {
      const accessToken = await signIn();
      running.faults.dropAfterExecuting(1, { method: 'POST', path: '/events' });

      await expect(call(accessToken, 'POST', events, anEvent())).rejects.toThrow();
      expect((await call(accessToken, 'GET', `${events}/booking00001`)).body.status).toBe('confirmed');
    });

    it('executes, then breaks off in the middle of the answer', async () => {
      const accessToken = await signIn();
      running.faults.cutAnswers(1, { method: 'POST', path: '/events' });

      await expect(call(accessToken, 'POST', events, anEvent())).rejects.toThrow();
      expect((await call(accessToken, 'GET', `${events}/booking00001`)).body.status).toBe('confirmed');
    });

    it('refuses connections while it is down', async () => {
      const accessToken = await signIn();
      running.faults.down();
      await expect(call(accessToken, 'GET', events)).rejects.toThrow();
      running.faults.up();

      expect((await call(accessToken, 'GET', events)).status).toBe(200);
    });

    it('hits the same requests again with the same seed', async () => {
      const accessToken = await signIn();
      const run = async () => {
        running.faults.clear();
        running.faults.seed(42);
        running.faults.add({ effect: { kind: 'fail', status: 503, retryAfter: null }, match: {}, count: null, probability: 0.5 });
        const statuses = [];
        for (let attempt = 0; attempt < 20; attempt += 1) statuses.push((await call(accessToken, 'GET', events)).status);
        return statuses;
      };
      const first = await run();

      expect(new Set(first)).toEqual(new Set([200, 503]));
      expect(await run()).toEqual(first);
    });
  });
});
