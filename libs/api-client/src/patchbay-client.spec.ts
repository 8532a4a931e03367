import {
  deleteWebhookEndpoint,
  getAccessToken,
  getBusyTimes,
  getMe,
  listApiKeys,
  publishEvents,
  routeCatalog,
  startConnection,
  updateCalendarAccount,
} from '@patchbay/contracts';
import { PatchbayApiError } from './patchbay-api-error.js';
import { PatchbayClient, type FetchLike } from './patchbay-client.js';

const id = '0198f2a4-0000-7000-8000-000000000001';
const me = { id, email: 'ada@example.com', email_verified: true, name: 'Ada', role: 'user', created_at: '2026-12-01T15:00:00Z' };
const refusal = {
  type: 'http://localhost:4000/api/docs/errors/#request_invalid',
  title: 'The request is not valid.',
  status: 400,
  error: 'The request is not valid.',
  code: 'request_invalid',
  details: { name: 'is required' },
  request_id: 'r-1',
};

describe('PatchbayClient', () => {
  const sent: { url: string; init: Parameters<FetchLike>[1] }[] = [];
  const clientThatGets = (body: unknown, status = 200): PatchbayClient => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const fetch: FetchLike = async (url, init) => {
      sent.push({ url, init });
      return { status, headers: { get: (name) => (name === 'x-request-id' ? 'r-0' : null) }, text: async () => text };
    };
    return new PatchbayClient({ baseUrl: 'http://gateway.test/', token: 'secret', fetch });
  };
  const lastSent = () => sent.at(-1);

  it('asks with the token and answers what the contract says', async () => {
    expect(await clientThatGets(me).call(getMe, {})).toEqual(me);
    expect(lastSent()).toMatchObject({
      url: 'http://gateway.test/api/v1/auth/me',
      init: { method: 'GET', headers: { authorization: 'Bearer secret' } },
    });
    expect(lastSent()?.init).not.toHaveProperty('body');
  });

  it('puts what a GET asks for into the query and leaves out what is undefined', async () => {
    await clientThatGets({ items: [], next_cursor: null }).call(listApiKeys, { limit: 3, cursor: undefined });

    expect(lastSent()?.url).toBe('http://gateway.test/api/v1/auth/api-keys?limit=3');
  });

  it('sends several values each under the same name', async () => {
    const [from, to] = ['2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'];
    await clientThatGets({ from, to, items: [] }).call(getBusyTimes, { from, to, user_id: [id, id] });

    expect(lastSent()?.url).toContain(`&user_id=${id}&user_id=${id}`);
  });

  it('puts the id into the path, escaped, and the rest into the body', async () => {
    const call = clientThatGets('{}').call(updateCalendarAccount, { id: 'a/../b', is_active: false });

    await expect(call).rejects.toThrow('does not fit');
    expect(lastSent()?.url).toBe('http://gateway.test/api/v1/integrations/calendar/a%2F..%2Fb');
    expect(lastSent()?.init.body).toBe('{"is_active":false}');
  });

  it.each(['', '.', '..'])('refuses %j in a path, which would lead elsewhere', async (wrong) => {
    await expect(clientThatGets('').call(deleteWebhookEndpoint, { id: wrong })).rejects.toThrow('id must be');
  });

  it('answers null where there is no body', async () => {
    expect(await clientThatGets('', 204).call(deleteWebhookEndpoint, { id })).toBeNull();
  });

  it('takes the first route of a request, or the one it is given', async () => {
    const started = { auth_url: 'https://provider.test/', state: 's' };
    const jsonStyle = routeCatalog.find((route) => route.path === '/api/integrations/oauth/:provider/auth-url');
    const input = { provider: 'google', redirect_uri: 'http://localhost/' };
    await clientThatGets(started).call(startConnection, input);
    const first = lastSent()?.url;
    await clientThatGets(started).call(jsonStyle ?? startConnection, input);

    expect(first).toBe('http://gateway.test/api/v1/integrations/oauth/initiate');
    expect(lastSent()?.url).toBe('http://gateway.test/api/integrations/oauth/google/auth-url?redirect_uri=http%3A%2F%2Flocalhost%2F');
  });

  it('refuses a request that services ask each other only', async () => {
    await expect(clientThatGets('').call(getAccessToken, { connection_id: id })).rejects.toThrow('has no route');
  });

  it('lets the browser send its cookies along when it is told to', async () => {
    const fetch: FetchLike = async (url, init) => {
      sent.push({ url, init });
      return { status: 200, headers: { get: () => null }, text: async () => JSON.stringify(me) };
    };
    await new PatchbayClient({ baseUrl: 'http://gateway.test', usesCookies: true, fetch }).call(getMe, {});

    expect(lastSent()?.init).toMatchObject({ credentials: 'include', headers: { accept: 'application/json' } });
    await clientThatGets(me).call(getMe, {});
    expect(lastSent()?.init).not.toHaveProperty('credentials');
  });

  it('does not send what the path stands for', async () => {
    const drive = routeCatalog.find((route) => route.path === '/api/integrations/google-drive/auth-url');
    const input = { provider: 'google_drive', integration_type: 'storage' as const, redirect_uri: 'http://localhost/' };
    await clientThatGets({ auth_url: 'https://provider.test/', state: 's' }).call(drive ?? startConnection, input);

    expect(lastSent()?.url).toBe('http://gateway.test/api/integrations/google-drive/auth-url?redirect_uri=http%3A%2F%2Flocalhost%2F');
  });

  it('sends further headers', async () => {
    const answer = { items: [{ id, status: 'accepted' }] };
    await clientThatGets(answer, 202).call(publishEvents, { type: 'booking_created', data: {} }, { headers: { 'idempotency-key': id } });

    expect(lastSent()?.init.headers).toMatchObject({ 'idempotency-key': id, 'content-type': 'application/json' });
  });

  it('turns a problem into an error with its code, fields and request id', async () => {
    const error = await clientThatGets(refusal, 400)
      .call(getMe, {})
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(PatchbayApiError);
    expect(error).toMatchObject({ status: 400, code: 'request_invalid', details: { name: 'is required' }, requestId: 'r-1', message: refusal.error });
  });

  it.each([
    ['a failure in the words of a proxy', '<h1>Bad gateway</h1>', 502],
    ['a success that is no JSON', '<h1>Welcome</h1>', 200],
    ['a success of another shape', '{"id":7}', 200],
  ])('names %s as such', async (_, body, status) => {
    await expect(clientThatGets(body, status).call(getMe, {})).rejects.toMatchObject({ code: 'unexpected_answer', status, requestId: 'r-0' });
  });
});
