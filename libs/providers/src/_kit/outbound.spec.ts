import { ProviderError, type OutboundCall } from '@patchbay/capabilities';
import { createFakeClock } from './fake-clock.js';
import { createOutbound, type OutboundOptions } from './outbound.js';
import { failureOf } from './provider-failure.js';
import type { ProviderCallReport } from './provider-call-report.js';
import { inProcessRateLimiter } from './rate-limiter.js';
import { TransportError, type WireRequest } from './transport.js';

type Step = number | TransportError | { readonly status: number; readonly retryAfter: string };
const hungUp = new TransportError('network', true);
const unreachable = new TransportError('network', false);

/** The way out over a wire that answers step by step; the last step repeats. */
const begin = (steps: readonly Step[], options: Partial<OutboundOptions> = {}) => {
  const clock = createFakeClock();
  const sent: WireRequest[] = [];
  const reports: ProviderCallReport[] = [];
  const outbound = createOutbound({
    provider: 'acme',
    limits: { provider: { limit: 1_000, perMs: 1_000 }, account: { limit: 100, perMs: 1_000 } },
    limiter: inProcessRateLimiter(clock),
    onCall: (report) => reports.push(report),
    clock,
    random: () => 1,
    transport: {
      send: async (request) => {
        const step = steps[Math.min(sent.length, steps.length - 1)] ?? 200;
        sent.push(request);
        if (step instanceof TransportError) throw step;
        const { status, retryAfter } = typeof step === 'number' ? { status: step, retryAfter: null } : step;
        return {
          status,
          headers: new Headers(retryAfter === null ? {} : { 'retry-after': retryAfter }),
          body: Buffer.from(status === 204 ? '' : '{"fine":true}'),
        };
      },
      close: async () => {},
    },
    ...options,
  });
  const call = (about: Partial<OutboundCall> = {}, init: RequestInit = {}) =>
    outbound.fetch({ operation: 'things.get', path: '/things/{id}', accountId: 'account-1', idempotent: true, ...about })(
      'http://acme.test/things/7?secret=1',
      init,
    );
  return { call, clock, sent, reports };
};

describe('the way out: attempts', () => {
  it('gives the answer of a call that works, after one attempt', async () => {
    const { call, sent } = begin([200]);

    expect(await (await call()).json()).toEqual({ fine: true });
    expect(sent).toHaveLength(1);
  });

  it.each<[string, Step]>([
    ['a 429', 429],
    ['a 500', 500],
    ['a 503', 503],
    ['a lost connection', hungUp],
    ['an unreachable host', unreachable],
    ['silence', new TransportError('timeout', true)],
  ])('tries an idempotent call again after %s', async (_name, step) => {
    const { call, sent, clock } = begin([step, step, 200]);

    expect((await call()).status).toBe(200);
    expect(sent).toHaveLength(3);
    expect(clock.pauses).toEqual([200, 400]);
  });

  it.each<[string, Step]>([
    ['a 429', 429],
    ['a 503', 503],
    ['a lost connection', hungUp],
    ['an unreachable host', unreachable],
  ])('sends a call that is not idempotent once, also after %s', async (_name, step) => {
    const { call, sent } = begin([step, 200]);

    await call({ idempotent: false }).catch(() => undefined);

    expect(sent).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 409, 410])('takes %i for an answer', async (status) => {
    const { call, sent } = begin([status, 200]);

    expect((await call()).status).toBe(status);
    expect(sent).toHaveLength(1);
  });

  it('ends with the last answer when attempts run out', async () => {
    const { call, sent } = begin([500, 502, 503, 504, 200], { breaker: { failuresMax: 50, coolDownMs: 1 } });

    expect((await call()).status).toBe(504);
    expect(sent).toHaveLength(4);
  });

  it('does not repeat an answer that is too large', async () => {
    const { call, sent } = begin([new TransportError('too_large', true), 200]);

    await expect(call()).rejects.toMatchObject({ code: 'invalid_response', retryable: false, outcomeUnknown: true });
    expect(sent).toHaveLength(1);
  });

  it('knows whether a call that failed may have been executed', async () => {
    await expect(begin([hungUp]).call({ idempotent: false })).rejects.toMatchObject({ code: 'unavailable', outcomeUnknown: true });
    await expect(begin([unreachable]).call({ idempotent: false })).rejects.toMatchObject({ code: 'unavailable', outcomeUnknown: false });
  });

  it.each<[string, Step]>([
    ['nobody is there', unreachable],
    ['the answer of another attempt is too large', new TransportError('too_large', false)],
    ['the caller gives up', new TransportError('aborted', false)],
  ])('remembers what an earlier attempt may have done when %s', async (_name, step) => {
    for (const earlier of [hungUp, 503])
      await expect(begin([earlier, step]).call({}, { method: 'PUT' })).rejects.toMatchObject({ outcomeUnknown: true });
    await expect(begin([unreachable, step]).call({}, { method: 'PUT' })).rejects.toMatchObject({ outcomeUnknown: false });
    await expect(begin([429, step]).call({}, { method: 'PUT' })).rejects.toMatchObject({ outcomeUnknown: false });
    await expect(begin([hungUp, step]).call({}, { method: 'GET' })).rejects.toMatchObject({ outcomeUnknown: false });
  });

  it.each([400, 403, 404, 409, 412, 429])('remembers it when another attempt is answered with %i', async (status) => {
    const after = async (earlier: Step, method = 'PUT') => {
      const last = { status, retryAfter: '999' };
      const { headers } = await begin([earlier, last]).call({}, { method });
      return failureOf({ status, headers, body: {} }, { provider: 'acme', now: new Date(), readFailure: () => ({}) });
    };

    for (const earlier of [hungUp, 503, 408, new TransportError('timeout', true)])
      expect(await after(earlier)).toMatchObject({ outcomeUnknown: true, ...(status === 429 && { code: 'rate_limited', retryAfterMs: 999_000 }) });
    for (const earlier of [unreachable, 429]) expect((await after(earlier)).outcomeUnknown).toBe(false);
    expect((await after(hungUp, 'PROPFIND')).outcomeUnknown).toBe(false);
  });

  it('sends the same body each time', async () => {
    const { call, sent } = begin([503, 200]);

    await call({}, { method: 'PUT', body: JSON.stringify({ a: 1 }) });

    expect(sent.map(({ body }) => Buffer.from(body ?? []).toString())).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('names itself, unless the caller has a name of its own', async () => {
    const { call, sent } = begin([200]);

    await call();
    await call({}, { headers: { 'User-Agent': 'an SDK' } });

    expect(sent.map(({ headers }) => headers['user-agent'])).toEqual(['Patchbay', 'an SDK']);
  });

  it('hands over answers that have no body', async () => {
    const response = await begin([204]).call();

    expect([response.status, await response.text()]).toEqual([204, '']);
  });
});

describe('the way out: time', () => {
  it('waits as long as the provider asks, in seconds or until a date', async () => {
    const { call, clock } = begin([{ status: 429, retryAfter: '3' }, { status: 503, retryAfter: 'Sat, 21 Nov 2026 12:00:07 GMT' }, 200]);

    expect((await call()).status).toBe(200);
    expect(clock.pauses).toEqual([3_000, 4_000]);
  });

  it('gives up at once when that is after the deadline', async () => {
    const { call, clock } = begin([{ status: 429, retryAfter: '60' }, 200]);

    expect((await call({ deadlineMs: 5_000 })).status).toBe(429);
    expect(clock.pauses).toEqual([]);
  });

  it('gives each attempt what is left of the deadline', async () => {
    const { call, sent } = begin([{ status: 503, retryAfter: '2' }, 200]);

    await call({ deadlineMs: 5_000 });

    expect(sent.map(({ timeoutMs }) => timeoutMs)).toEqual([5_000, 3_000]);
  });

  it('does not repeat what the caller gave up', async () => {
    const { call, sent } = begin([new TransportError('aborted', true), 200]);

    await expect(call()).rejects.toMatchObject({ reason: 'aborted' });
    expect(sent).toHaveLength(1);
  });
});

describe('the way out: breaker', () => {
  const breaker = { failuresMax: 2, coolDownMs: 10_000 };
  const once = { idempotent: false } as const;

  it('opens after failures in a row, answers for the provider, and lets a probe through later', async () => {
    const { call, sent, clock } = begin([hungUp, hungUp, 200], { breaker });
    await call(once).catch(() => undefined);
    await call(once).catch(() => undefined);

    await expect(call(once)).rejects.toMatchObject({ code: 'unavailable', reason: 'circuit_open', retryAfterMs: 10_000, outcomeUnknown: false });
    expect(sent).toHaveLength(2);

    clock.advance(10_000);
    expect((await call(once)).status).toBe(200);
    expect((await call(once)).status).toBe(200);
  });

  it('asks the shared limiter for nothing while it is open', async () => {
    let asked = 0;
    const { call } = begin([hungUp], { breaker, limiter: { acquire: async () => ((asked += 1), null) } });
    for (let count = 0; count < 5; count += 1) await call(once).catch(() => undefined);

    expect(asked).toBe(2 * 2);
  });

  it('counts 5xx, and no 4xx', async () => {
    const refused = begin([400, 404, 429, 401, 200], { breaker });
    for (let count = 0; count < 4; count += 1) await refused.call(once);
    expect((await refused.call(once)).status).toBe(200);

    const broken = begin([500, 502, 200], { breaker });
    for (let count = 0; count < 2; count += 1) await broken.call(once);
    await expect(broken.call(once)).rejects.toMatchObject({ reason: 'circuit_open' });
  });

  it('is one for each account', async () => {
    const { call } = begin([500, 500, 200], { breaker });
    for (let count = 0; count < 2; count += 1) await call(once);

    expect((await call({ ...once, accountId: 'account-2' })).status).toBe(200);
  });

  it('keeps what happened on the wire as the reason when it opens between attempts', async () => {
    const { call, sent } = begin([hungUp], { breaker });

    await expect(call()).rejects.toMatchObject({ reason: 'network', outcomeUnknown: true });
    expect(sent).toHaveLength(2);
  });
});

describe('the way out: limits', () => {
  const tight = { provider: { limit: 3, perMs: 1_000 }, account: { limit: 2, perMs: 1_000 } };

  it('makes calls over a limit wait, first of the account, then of the provider', async () => {
    const { call, clock } = begin([200], { limits: tight });

    for (const accountId of ['a', 'a', 'b', 'b']) await call({ accountId });

    expect(clock.pauses).toEqual([1_000]);
  });

  it('refuses what would get no slot before its deadline, and says when to come back', async () => {
    const { call, sent } = begin([200], { limits: tight });
    await call();
    await call();

    await expect(call({ deadlineMs: 500 })).rejects.toMatchObject({
      code: 'rate_limited',
      reason: 'own_limit',
      retryAfterMs: 1_000,
      outcomeUnknown: false,
    });
    expect(sent).toHaveLength(2);
  });

  it('leaves half of the time to the call itself', async () => {
    const { call, sent } = begin([200], { limits: { ...tight, account: { limit: 1, perMs: 1_000 } } });
    await call();

    await expect(call({ deadlineMs: 1_900 })).rejects.toMatchObject({ reason: 'own_limit' });
    await call({ deadlineMs: 2_000 });

    expect(sent.map(({ timeoutMs }) => timeoutMs)).toEqual([12_000, 1_000]);
  });

  it('counts every attempt', async () => {
    const { call, clock } = begin([503, 200], { limits: { ...tight, account: { limit: 1, perMs: 5_000 } } });

    await call();

    expect(clock.pauses).toEqual([200, 4_800]);
  });

  it('asks for a limit under the same key in every replica', async () => {
    const keys: string[] = [];
    const limiter = { acquire: async (key: string) => (keys.push(key), null) };

    await begin([200], { limiter }).call();
    await begin([200], { limiter }).call({ accountId: null });

    expect(keys).toEqual(['account:acme:account-1', 'provider:acme', 'provider:acme']);
  });

  it('does not call while the shared limiter cannot be asked', async () => {
    const { call, sent } = begin([200], { limiter: { acquire: () => Promise.reject(new Error('no database')) } });

    await expect(call()).rejects.toMatchObject({ code: 'unavailable', reason: 'limiter_unavailable', retryable: true });
    expect(sent).toEqual([]);
  });
});

describe('the way out: what is told', () => {
  it('reports each call once, without ids, query or token', async () => {
    const { call, reports } = begin([503, 200]);

    await call({}, { method: 'DELETE', headers: { authorization: 'Bearer secret-token' } });

    const about = { provider: 'acme', accountId: 'account-1', operation: 'things.get', method: 'DELETE', path: '/things/{id}' };
    expect(reports).toEqual([{ ...about, status: 200, durationMs: 200, attempts: 2, outcome: 'ok', reason: null }]);
  });

  it.each<[string, Step, Partial<ProviderCallReport>]>([
    ['a refusal', 404, { outcome: 'refused', status: 404 }],
    ['a limit', { status: 429, retryAfter: '999' }, { outcome: 'rate_limited', status: 429 }],
    ['a broken provider', 500, { outcome: 'unavailable', status: 500 }],
    ['a lost connection', hungUp, { outcome: 'unavailable', status: undefined, reason: 'network' }],
  ])('names %s', async (_name, step, expected) => {
    const { call, reports } = begin([step]);

    await call({ idempotent: false }).catch(() => undefined);

    expect(reports).toEqual([expect.objectContaining(expected)]);
  });

  it('throws nothing but provider errors for what happens on the way', async () => {
    const failure = await begin([hungUp])
      .call()
      .catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(ProviderError);
    expect(String(failure)).toBe('ProviderError: acme: unavailable (network)');
  });
});
