import { Webhook } from 'standardwebhooks';
import { request } from 'undici';
import { startSandbox, type RunningSandbox } from './sandbox.js';

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes !!!').toString('base64')}`;
const email = 'olivia.organiser@example.com';

describe('the sandbox', () => {
  let sandbox: RunningSandbox;

  beforeAll(async () => (sandbox = await startSandbox({ port: 0, host: '127.0.0.1' })));
  afterAll(() => sandbox.stop());
  beforeEach(() => sandbox.state.reset());

  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await request(`${sandbox.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    const isJson = String(answer.headers['content-type']).includes('json');
    return { status: answer.statusCode, headers: answer.headers, text, body: isJson ? JSON.parse(text) : null };
  };
  const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    request(`${sandbox.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const zoomToken = async () => {
    const redirectUri = 'http://127.0.0.1:9/callback';
    const query = new URLSearchParams({ client_id: 'sandbox-zoom-client', redirect_uri: redirectUri, response_type: 'code', auto_approve: email });
    const consent = await request(`${sandbox.url}/zoom/oauth/authorize?${query}`);
    const code = new URL(String(consent.headers['location'])).searchParams.get('code') ?? '';
    const authorization = `Basic ${Buffer.from('sandbox-zoom-client:sandbox-zoom-secret').toString('base64')}`;
    const answer = await form('/zoom/oauth/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri }, { authorization });
    const { access_token: token } = (await answer.body.json()) as { access_token: string };
    return { authorization: `Bearer ${token}` };
  };
  const githubToken = async () => {
    const app = { client_id: 'sandbox-github-client', client_secret: 'sandbox-github-secret', redirect_uri: 'http://127.0.0.1:9/callback' };
    const query = new URLSearchParams({ ...app, response_type: 'code', scope: 'user:email', auto_approve: email });
    const consent = await request(`${sandbox.url}/github/login/oauth/authorize?${query}`);
    const code = new URL(String(consent.headers['location'])).searchParams.get('code') ?? '';
    const answer = await form('/github/login/oauth/access_token', { ...app, code }, { accept: 'application/json' });
    const { access_token: token } = (await answer.body.json()) as { access_token: string };
    return { authorization: `Bearer ${token}`, 'user-agent': 'a spec' };
  };
  const deliver = (name: string, { id = 'msg_1', body = '{"type":"booking_created","data":{}}', at = new Date(), key = secret } = {}) => {
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
    };
    return request(`${sandbox.url}/receiver/${name}`, { method: 'POST', headers, body });
  };
  const deliveriesOf = async (name: string, query = '') => (await call('GET', `/control/receivers/${name}/deliveries${query}`)).body.deliveries;

  describe('providers', () => {
    it('answers below /google and /zoom as the providers do', async () => {
      expect((await call('GET', '/google/calendar/v3/users/me/calendarList')).body.error.status).toBe('UNAUTHENTICATED');
      expect((await call('GET', '/zoom/v2/users/me')).body).toEqual({ code: 124, message: 'Invalid access token.' });
    });

    it('hands out links and forms that stay below the provider’s path', async () => {
      const authorization = await zoomToken();
      const { body } = await call('POST', '/zoom/v2/users/me/meetings', { topic: 'A', start_time: '2030-01-01T10:00:00Z' }, authorization);

      expect(body.join_url).toMatch(new RegExp(`^${sandbox.url}/zoom/j/\\d+`));
      expect((await request(body.join_url)).statusCode).toBe(200);
    });

    it('lets tokens expire when the virtual clock is moved, and moves it back', async () => {
      const authorization = await zoomToken();
      const moved = await call('POST', '/control/clock', { advance_seconds: 3_600 });

      expect(moved.body.offset_seconds).toBe(3_600);
      expect((await call('GET', '/zoom/v2/users/me', undefined, authorization)).body.message).toBe('Access token is expired.');
      expect((await call('DELETE', '/control/clock')).body.offset_seconds).toBe(0);
    });

    it('revokes a grant and shows what accounts hold', async () => {
      const authorization = await zoomToken();
      await call('POST', '/zoom/v2/users/me/meetings', { topic: 'Visible' }, authorization);
      const { body } = await call('GET', '/control/providers');
      const zoom = body.providers.find(({ id }: { id: string }) => id === 'zoom');
      await call('POST', '/control/providers/zoom/revoke-grant', { email });

      expect(zoom.accounts[0].collections[0].items[0].title).toBe('Visible');
      expect((await call('GET', '/zoom/v2/users/me', undefined, authorization)).status).toBe(401);
    });
  });

  describe('situations that only one provider knows', () => {
    it('lets Microsoft refuse every refresh until people came back', async () => {
      const credentials = { client_id: 'sandbox-microsoft-client', client_secret: 'sandbox-microsoft-secret' };
      const refresh = async () => {
        const answer = await form('/microsoft/common/oauth2/v2.0/token', { ...credentials, grant_type: 'refresh_token', refresh_token: 'unknown' });
        return ((await answer.body.json()) as { readonly error: string }).error;
      };
      await call('POST', '/control/providers/microsoft/require-interaction', { is_required: true });
      const meanwhile = await refresh();
      await call('POST', '/control/providers/microsoft/require-interaction', { is_required: false });

      expect([meanwhile, await refresh()]).toEqual(['interaction_required', 'invalid_grant']);
    });

    it('are no situations of the others', async () => {
      expect((await call('POST', '/control/providers/zoom/require-interaction', { is_required: true })).status).toBe(404);
      expect((await call('POST', '/control/providers/microsoft/require-interaction', {})).status).toBe(400);
    });
  });

  describe('faults', () => {
    it('fails as often as asked with the status and Retry-After that were asked for, on that path only', async () => {
      const authorization = await zoomToken();
      const added = await call('POST', '/control/faults', { provider: 'zoom', path: '/users/me', status: 429, retry_after: 3, count: 1 });
      const other = await call('GET', '/zoom/v2/meetings/1', undefined, authorization);
      const hit = await call('GET', '/zoom/v2/users/me', undefined, authorization);

      expect(added).toMatchObject({ status: 201, body: { status: 429, retry_after: '3', count: 1 } });
      expect([other.status, hit.status, hit.headers['retry-after']]).toEqual([404, 429, '3']);
      expect((await call('GET', '/zoom/v2/users/me', undefined, authorization)).status).toBe(200);
      expect((await call('GET', '/control/faults')).body.faults).toEqual([]);
    });

    it('drops the answer after executing, and the ledger knows', async () => {
      const authorization = await zoomToken();
      await call('POST', '/control/faults', { provider: 'zoom', method: 'POST', path: '/meetings', drop_after_executing: true, count: 1 });

      await expect(call('POST', '/zoom/v2/users/me/meetings', { agenda: 'key-9' }, authorization)).rejects.toThrow();
      expect((await call('GET', '/control/ledger?kind=meeting.created&key=key-9')).body.total).toBe(1);
    });

    it('clears faults', async () => {
      await call('POST', '/control/faults', { provider: 'google', down: true });
      await expect(call('GET', '/google/token')).rejects.toThrow();
      await call('DELETE', '/control/faults?provider=google');

      expect((await call('GET', '/google/token')).status).toBe(404);
    });

    it.each([
      ['an unknown provider', { provider: 'nobody', status: 500 }, 404],
      ['two effects at once', { provider: 'zoom', status: 500, down: true }, 400],
      ['no effect', { provider: 'zoom' }, 400],
      ['an unknown field', { provider: 'zoom', status: 500, colour: 'red' }, 400],
    ])('refuses %s', async (_, fault, status) => {
      expect((await call('POST', '/control/faults', fault)).status).toBe(status);
    });
  });

  describe('ledger', () => {
    it('counts the second effect with the same key as the second', async () => {
      const authorization = await zoomToken();
      for (const agenda of ['key-1', 'key-1', 'key-2']) await call('POST', '/zoom/v2/users/me/meetings', { agenda }, authorization);
      const { body } = await call('GET', '/control/ledger?provider=zoom&kind=meeting.created');

      expect(body.entries.map(({ key, count }: { key: string; count: number }) => [key, count])).toEqual([
        ['key-1', 1],
        ['key-1', 2],
        ['key-2', 1],
      ]);
      expect(body.counts).toEqual({ 'zoom meeting.created': 3 });
      const rest = (await call('GET', `/control/ledger?provider=zoom&kind=meeting.created&after=${body.entries[0].sequence}`)).body;
      expect(rest.entries.map(({ key, count }: { key: string; count: number }) => [key, count])).toEqual([
        ['key-1', 2],
        ['key-2', 1],
      ]);
    });

    it('lists webhooks as effects, too, and forgets on demand', async () => {
      await deliver('shop');
      const before = (await call('GET', '/control/ledger?provider=receiver')).body;
      await call('DELETE', '/control/ledger');

      expect(before.entries).toMatchObject([{ kind: 'webhook.received', id: 'msg_1', account: 'shop', details: { type: 'booking_created' } }]);
      expect((await call('GET', '/control/ledger?provider=receiver')).body.total).toBe(0);
    });
  });

  describe('receiver', () => {
    it('verifies genuine webhooks with the registered secret', async () => {
      await call('PUT', '/control/receivers/shop', { secret });
      const { statusCode } = await deliver('shop');

      expect(statusCode).toBe(200);
      expect(await deliveriesOf('shop')).toMatchObject([{ webhook_id: 'msg_1', type: 'booking_created', verified: true, attempt: 1 }]);
    });

    it.each([
      ['a signature of another secret', { key: `whsec_${Buffer.from('another').toString('base64')}` }, 'No matching signature found'],
      ['a timestamp of long ago', { at: new Date(Date.now() - 3_600_000) }, 'Message timestamp too old'],
    ])('refuses %s and says why', async (_, change, reason) => {
      await call('PUT', '/control/receivers/shop', { secret });
      await deliver('shop', change);

      expect(await deliveriesOf('shop')).toMatchObject([{ verified: false, reason }]);
    });

    it('judges webhooks that came before their secret was registered', async () => {
      await deliver('shop');
      const [before] = await deliveriesOf('shop');
      await call('PUT', '/control/receivers/shop', { secret });

      expect([before.verified, (await deliveriesOf('shop'))[0].verified]).toEqual([null, true]);
      expect((await call('GET', '/control/receivers/shop')).body).toMatchObject({ received: 1, verified: 1, unchecked: 0 });
    });

    it('counts repeats of the same webhook', async () => {
      await deliver('shop');
      await deliver('shop');

      expect((await deliveriesOf('shop')).map(({ attempt }: { attempt: number }) => attempt)).toEqual([1, 2]);
      expect((await call('GET', '/control/receivers/shop')).body).toMatchObject({ received: 2, unique: 1 });
    });

    it('misbehaves as told, for as many requests as told', async () => {
      const behaviour = { status: 503, retry_after: 2, body_bytes: 100_000, count: 1 };
      await call('PUT', '/control/receivers/shop', { behaviour });
      const first = await deliver('shop');
      const size = (await first.body.arrayBuffer()).byteLength;

      expect([first.statusCode, first.headers['retry-after'], size]).toEqual([503, '2', 100_000]);
      expect((await deliver('shop')).statusCode).toBe(200);
    });

    it('drops the connection after reading and keeps the webhook', async () => {
      await call('PUT', '/control/receivers/shop', { behaviour: { drop_after_reading: true } });

      await expect(deliver('shop')).rejects.toThrow();
      expect(await deliveriesOf('shop')).toMatchObject([{ answered: 'no answer' }]);
    });

    it('hands out deliveries in pieces by cursor', async () => {
      for (const id of ['a', 'b', 'c']) await deliver('shop', { id });
      const first = (await call('GET', '/control/receivers/shop/deliveries?limit=2&view=short')).body;
      const second = (await call('GET', `/control/receivers/shop/deliveries?cursor=${first.next_cursor}`)).body;

      expect(first.deliveries.map(({ webhook_id: id }: { webhook_id: string }) => id)).toEqual(['a', 'b']);
      expect(first.deliveries[0]).not.toHaveProperty('body');
      expect(second.deliveries).toMatchObject([{ webhook_id: 'c' }]);
    });

    it('answers nothing for a receiver that got nothing yet', async () => {
      expect(await deliveriesOf('nobody')).toEqual([]);
    });

    it('refuses a secret that is none', async () => {
      expect((await call('PUT', '/control/receivers/shop', { secret: 'whsec_%%%' })).status).toBe(400);
    });
  });

  describe('pages', () => {
    it.each(['/', '/providers/google', '/providers/zoom', '/receiver', '/ledger'])('shows %s', async (path) => {
      const { status, text } = await call('GET', path);

      expect([status, text.startsWith('<!doctype html>')]).toEqual([200, true]);
    });

    it('marks a verified webhook and escapes everything that came from outside', async () => {
      await call('PUT', '/control/receivers/shop', { secret });
      await deliver('shop', { id: '<b>id</b>', body: '{"type":"<script>alert(1)</script>"}' });
      const { text } = await call('GET', '/receiver/shop');

      expect(text).toContain('✓ verified');
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(text).not.toContain('<script>alert(1)');
      expect(text).not.toContain('<b>id</b>');
    });

    it('puts a fault into force with a button', async () => {
      const answer = await form('/actions/fault', { provider: 'google', fault: 'drop' });

      expect([answer.statusCode, answer.headers['location']]).toEqual([303, '/']);
      expect((await call('GET', '/')).text).toContain('drops the answer');
    });

    it('shows every provider on a page of its own, and all of them on the first', async () => {
      const overview = (await call('GET', '/')).text;
      const ids = sandbox.state.providers.all().map(({ id }) => id);
      const statuses = [];
      for (const id of ids) statuses.push([id, (await call('GET', `/providers/${id}`)).status]);

      expect(statuses).toEqual(ids.map((id) => [id, 200]));
      expect(ids.filter((id) => !overview.includes(`href="/providers/${id}"`))).toEqual([]);
    });

    it('hits every provider with one button, and comes back to the page it was pressed on', async () => {
      await form('/actions/fault', { provider: '*', fault: 'down' });
      const faulty = sandbox.state.providers.all().filter(({ faults }) => faults.active().length === 1);
      const cleared = await form('/actions/fault', { provider: 'github', fault: 'clear', page: 'provider' });

      expect(faulty).toHaveLength(sandbox.state.providers.all().length);
      expect([cleared.statusCode, cleared.headers['location']]).toEqual([303, '/providers/github']);
      expect(sandbox.state.providers.find('github')?.faults.active()).toEqual([]);
    });

    it('brings a provider into a situation of its own with a button, and an account with one beside it', async () => {
      const publicAddress = async () => (await call('GET', '/github/user', undefined, await githubToken())).body.email as string | null;
      const before = await publicAddress();
      await form('/actions/situation', { provider: 'github', situation: 'publish-email', email });
      const answer = await form('/actions/situation', { provider: 'github', situation: 'expiring-tokens', button: '0' });

      expect([before, await publicAddress()]).toEqual([null, email]);
      expect([answer.statusCode, answer.headers['location']]).toEqual([303, '/providers/github']);
      expect((await githubToken()).authorization).toMatch(/^Bearer ghu_/);
      expect((await form('/actions/situation', { provider: 'github', situation: 'publish-email' })).statusCode).toBe(400);
      expect((await form('/actions/situation', { provider: 'zoom', situation: 'publish-email', email })).headers['location']).toBe('/');
    });

    it('refuses buttons pressed by a page of another site', async () => {
      const answer = await form('/actions/reset', {}, { origin: 'https://elsewhere.example' });

      expect(answer.statusCode).toBe(403);
    });

    it('says 404 for what is not there and 400 for broken JSON', async () => {
      const broken = await request(`${sandbox.url}/control/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });

      expect((await call('GET', '/nowhere')).body).toMatchObject({ status: 404, code: 'not_found' });
      expect(broken.statusCode).toBe(400);
    });
  });
});
