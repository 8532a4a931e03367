import type { EventWrite, ProviderError } from '@patchbay/capabilities';
import { aDraft } from '@patchbay/capabilities/testing';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../_kit/clock.js';
import type { JsonCall, ProviderHttp } from '../_kit/provider-http.js';
import { connectToOutlook } from './fake/outlook.fake-connection.js';
import { batchedGraphHttp } from './outlook.calendar-batch.js';

const token = { value: 'token', accountId: 'a' };
const named = z.object({ name: z.string() });

interface BatchBody {
  readonly requests: readonly { readonly id: string; readonly url: string; readonly headers: Readonly<Record<string, string>> }[];
}

type Answer = Readonly<Record<string, unknown>>;

/** A Graph that answers batches as it is told; the clock does not run. */
const scripted = (answer: (url: string, attempt: number) => Answer | null, { isRepeated = false } = {}) => {
  const batches: BatchBody[] = [];
  const slept: number[] = [];
  const attempts = new Map<string, number>();
  const http: ProviderHttp = {
    call: async ({ body, schema, onEarlierAttempt }) => {
      if (isRepeated) onEarlierAttempt?.();
      const batch = body as BatchBody;
      batches.push(batch);
      const responses = batch.requests.flatMap(({ id, url }) => {
        const attempt = (attempts.get(url) ?? 0) + 1;
        attempts.set(url, attempt);
        const told = answer(url, attempt);
        return told === null ? [] : [{ id, ...told }];
      });
      return schema.parse({ responses: responses.toReversed() });
    },
  };
  const clock: Clock = { now: () => new Date('2027-03-01T00:00:00Z'), sleep: async (ms) => void slept.push(ms) };
  const batched = batchedGraphHttp(http, token, clock);
  const get = (path: string, part: Partial<JsonCall<typeof named>> = {}) =>
    batched.call({ method: 'GET', operation: 'test', path, token, schema: named, ...part });
  return { batches, slept, get };
};

const urlsOf = (batches: readonly BatchBody[]) => batches.map(({ requests }) => requests.map(({ url }) => url));
const found = (url: string) => ({ status: 200, headers: {}, body: { name: url } });
const tooMany = (retryAfter: string) => ({
  status: 429,
  headers: { 'Retry-After': retryAfter },
  body: { error: { code: 'ApplicationThrottled', message: 'no' } },
});

describe('outlook: calls that go together', () => {
  it('are answered each by its own answer, in whatever order those come', async () => {
    const { batches, get } = scripted(found);

    const names = await Promise.all(['/a', '/b', '/c'].map((path) => get(path)));

    expect(names.map(({ name }) => name)).toEqual(['/a', '/b', '/c']);
    expect(urlsOf(batches)).toEqual([['/a', '/b', '/c']]);
  });

  it('are no more than twenty at a time', async () => {
    const { batches, get } = scripted(found);

    await Promise.all(Array.from({ length: 45 }, (_one, index) => get(`/${index}`)));

    expect(batches.map(({ requests }) => requests.length)).toEqual([20, 20, 5]);
  });

  it('wait for what they follow from, beside what follows from nothing', async () => {
    const { batches, get } = scripted(found);

    await Promise.all([get('/a').then(() => get('/after-a')), get('/b').then(() => get('/after-b'))]);

    expect(urlsOf(batches)).toEqual([
      ['/a', '/b'],
      ['/after-a', '/after-b'],
    ]);
  });

  it('write names and questions into their address so that nothing in them leads elsewhere', async () => {
    const { batches, get } = scripted(found);

    await get('/me/calendars/{id}', { params: { id: 'a/../b?c=d' }, query: { $filter: "a eq 'b + c&d'" }, headers: { prefer: 'x' } });

    expect(urlsOf(batches)).toEqual([['/me/calendars/a%2F..%2Fb%3Fc%3Dd?%24filter=a%20eq%20%27b%20%2B%20c%26d%27']]);
    expect(batches[0]?.requests[0]?.headers).toEqual({ prefer: 'x' });
  });

  it('fail alone', async () => {
    const { get } = scripted((url) => (url === '/b' ? { status: 404, body: { error: { code: 'ErrorItemNotFound', message: 'no' } } } : found(url)));

    const outcomes = await Promise.allSettled(['/a', '/b', '/c'].map((path) => get(path)));

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'not_found', reason: 'ErrorItemNotFound', outcomeUnknown: false } });
  });

  it('ask again by themselves, after the time that was asked for, when one mailbox has had too many', async () => {
    const { batches, slept, get } = scripted((url, attempt) => (url === '/b' && attempt <= 2 ? tooMany(String(attempt)) : found(url)));

    const names = await Promise.all(['/a', '/b'].map((path) => get(path)));

    expect(names.map(({ name }) => name)).toEqual(['/a', '/b']);
    expect([urlsOf(batches), slept]).toEqual([
      [['/a', '/b'], ['/b'], ['/b']],
      [1_000, 2_000],
    ]);
  });

  it('ask again when they have changed one series at the same moment', async () => {
    const collision = { status: 409, body: { error: { code: 'ErrorIrresolvableConflict', message: 'no' } } };
    const { get } = scripted((url, attempt) => (attempt === 1 && url === '/b' ? collision : found(url)));

    expect((await Promise.all(['/a', '/b'].map((path) => get(path)))).map(({ name }) => name)).toEqual(['/a', '/b']);
  });

  it.each([
    ['for good', '1', 3],
    ['for longer than anybody waits', '600', 1],
  ])('are refused as too many when they are so %s, with the time to wait', async (_, retryAfter, sent) => {
    const { batches, get } = scripted(() => tooMany(retryAfter));

    await expect(get('/a')).rejects.toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: Number(retryAfter) * 1_000 });
    expect(batches).toHaveLength(sent);
  });

  it('may have been made when an earlier attempt of them, or of all of them together, was not answered as it should', async () => {
    const broken = { status: 503, body: { error: { code: 'UnknownError', message: 'no' } } };
    const outcomes = async (first: Answer, options: { readonly isRepeated?: boolean } = {}) => {
      const { get } = scripted((_url, attempt) => (attempt === 1 ? first : tooMany('600')), options);
      const calls = [get('/a'), get('/b', { method: 'PATCH', body: { b: 1 } })];
      return (await Promise.allSettled(calls)).map((settled) => settled.status === 'rejected' && (settled.reason as ProviderError).outcomeUnknown);
    };

    expect(await outcomes(broken)).toEqual([false, true]);
    expect(await outcomes(tooMany('600'), { isRepeated: true })).toEqual([false, true]);
    expect(await outcomes(tooMany('1'))).toEqual([false, false]);
  });

  it('have no known outcome when Graph does not answer one of them, or not as it should', async () => {
    const { get } = scripted((url) => (url === '/b' ? null : url === '/c' ? { status: 200, body: { other: 1 } } : found(url)));

    const outcomes = await Promise.allSettled(['/a', '/b', '/c'].map((path) => get(path)));

    expect(outcomes.slice(1)).toEqual(
      Array(2).fill(expect.objectContaining({ reason: expect.objectContaining({ code: 'invalid_response', outcomeUnknown: true }) })),
    );
  });
});

describe('outlook: several writes to a calendar', () => {
  let harness: Awaited<ReturnType<typeof connectToOutlook>>;
  beforeEach(async () => (harness = await connectToOutlook()));
  afterEach(() => harness.stop());
  const write = (writes: readonly EventWrite[]) => harness.events.writeEvents(harness.token, harness.calendarId, writes);
  const creation = (title: string): EventWrite => ({ kind: 'create', key: randomUUID(), draft: aDraft({ title }) });
  const batches = () => harness.running.requests.filter(({ path }) => path === '/v1.0/$batch');

  it('are two requests for twenty new events: one that looks for them, one that makes them', async () => {
    await write(Array.from({ length: 20 }, (_one, index) => creation(`Event ${index}`)));

    expect(batches()).toHaveLength(2);
    expect(harness.running.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/events'))).toEqual([]);
  });

  it('are made all the same when the mailbox has too many requests for a moment', async () => {
    harness.running.fake.throttleBatches(5);

    const outcomes = await write(Array.from({ length: 6 }, (_one, index) => creation(`Event ${index}`)));

    expect(outcomes.map((outcome) => 'event' in outcome && outcome.event?.title)).toEqual(
      Array.from({ length: 6 }, (_one, index) => `Event ${index}`),
    );
  });

  it('follow each other where they concern one event, also after one that is refused', async () => {
    const [created] = await write([creation('First')]);
    const id = created !== undefined && 'event' in created ? (created.event?.id ?? '') : '';

    const outcomes = await write([
      { kind: 'update', id, change: { title: 'Second' } },
      { kind: 'update', id, change: { recurrence: ['RRULE:FREQ=HOURLY'] } },
      { kind: 'update', id, change: { location: 'Room 6' } },
      { kind: 'delete', id },
      { kind: 'update', id, change: { title: 'Too late' } },
    ]);

    expect(outcomes).toEqual([
      { event: expect.objectContaining({ title: 'Second', location: 'Room 5' }) },
      { error: expect.objectContaining({ reason: 'recurrence_unsupported' }) },
      { event: expect.objectContaining({ title: 'Second', location: 'Room 6' }) },
      { event: null },
      { error: expect.objectContaining({ code: 'not_found' }) },
    ]);
  });
});
