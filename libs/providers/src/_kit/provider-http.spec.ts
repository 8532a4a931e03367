import { z } from 'zod';
import { noContent, providerHttp, type JsonCall } from './provider-http.js';

const token = { value: 'a-token', accountId: 'account-1' };
const thing = z.object({ name: z.string() });

const begin = (answer: () => Response, baseUrl = 'http://acme.test/proxy/') => {
  const sent: { readonly url: URL; readonly init: RequestInit | undefined; readonly call: object }[] = [];
  const http = providerHttp({
    provider: 'acme',
    baseUrl,
    now: () => new Date('2026-11-21T12:00:00Z'),
    readFailure: (_status, body) => (body === undefined ? {} : { reason: 'acme-word' }),
    outbound: {
      fetch: (call) => async (input, init) => {
        sent.push({ url: new URL(String(input)), init, call });
        return answer();
      },
    },
  });
  const call = (about: Partial<JsonCall<typeof thing>> = {}) =>
    http.call({ method: 'GET', operation: 'things.get', path: '/things/{id}', params: { id: '7' }, token, schema: thing, ...about });
  return { http, call, sent };
};
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers });

describe('a JSON call', () => {
  it('goes below the base URL, with its parameters encoded and its token in the header', async () => {
    const { call, sent } = begin(() => json({ name: 'x' }));

    await call({ params: { id: 'a/b?c' }, query: { q: 'ä&b' } });

    expect(sent[0]?.url.href).toBe('http://acme.test/proxy/things/a%2Fb%3Fc?q=%C3%A4%26b');
    expect(new Headers(sent[0]?.init?.headers).get('authorization')).toBe('Bearer a-token');
    expect(sent[0]?.call).toEqual({ operation: 'things.get', path: '/things/{id}', accountId: 'account-1', idempotent: true });
  });

  it('shows other credentials than the token where a vendor wants them', async () => {
    const { call, sent } = begin(() => json({ name: 'x' }));

    await call({ authorization: 'Basic an-app' });

    expect(new Headers(sent[0]?.init?.headers).get('authorization')).toBe('Basic an-app');
  });

  it('is not repeatable when it is a POST, unless the caller says so', async () => {
    const { call, sent } = begin(() => json({ name: 'x' }));

    await call({ method: 'POST', body: {} });
    await call({ method: 'POST', body: {}, idempotent: true });

    expect(sent.map(({ call: about }) => about)).toEqual([
      expect.objectContaining({ idempotent: false }),
      expect.objectContaining({ idempotent: true }),
    ]);
  });

  it.each(['', '.', '..'])('refuses %j as a path segment', async (id) => {
    const { call, sent } = begin(() => json({ name: 'x' }));

    await expect(call({ params: { id } })).rejects.toThrow('unreachable');
    expect(sent).toEqual([]);
  });

  it('reads only what its schema names', async () => {
    expect(await begin(() => json({ name: 'x', secret: 'y' })).call()).toEqual({ name: 'x' });
  });

  it.each([
    ['other fields than expected', () => json({ title: 'x' })],
    ['no JSON', () => new Response('<html>')],
    ['nothing', () => new Response(null, { status: 204 })],
  ])('reports a success with %s as an invalid response of unknown outcome', async (_name, answer) => {
    await expect(begin(answer).call()).rejects.toMatchObject({ code: 'invalid_response', retryable: false, outcomeUnknown: true });
  });

  it('takes any body where none is expected', async () => {
    const { http } = begin(() => new Response(null, { status: 204 }));

    expect(await http.call({ method: 'DELETE', operation: 'things.delete', path: '/things', token, schema: noContent })).toBeUndefined();
  });

  it.each([
    [400, 'invalid_request'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [410, 'not_found'],
    [422, 'invalid_request'],
    [429, 'rate_limited'],
    [302, 'invalid_response'],
  ])('turns HTTP %i into %s, which was surely not executed', async (status, code) => {
    await expect(begin(() => json({}, status)).call()).rejects.toMatchObject({ code, reason: 'acme-word', outcomeUnknown: false });
  });

  it.each([500, 502, 503, 504])('turns HTTP %i into unavailable, of unknown outcome', async (status) => {
    await expect(begin(() => new Response('<html>', { status })).call()).rejects.toMatchObject({ code: 'unavailable', outcomeUnknown: true });
  });

  it('lets a single call give a status another meaning', async () => {
    await expect(begin(() => json({}, 410)).call({ codes: { 410: 'cursor_expired' } })).rejects.toMatchObject({ code: 'cursor_expired' });
  });

  it('repeats only words of a provider, no sentences', async () => {
    const quoting = providerHttp({
      provider: 'acme',
      baseUrl: 'http://acme.test',
      now: () => new Date(),
      readFailure: () => ({ reason: 'guest@example.com is not allowed' }),
      outbound: { fetch: () => async () => json({}, 403) },
    });

    await expect(quoting.call({ method: 'GET', operation: 'x', path: '/x', token, schema: thing })).rejects.toMatchObject({
      message: 'acme: forbidden',
    });
  });

  it('says when to come back', async () => {
    await expect(begin(() => json({}, 429, { 'retry-after': '30' })).call()).rejects.toMatchObject({ retryAfterMs: 30_000 });
  });
});
