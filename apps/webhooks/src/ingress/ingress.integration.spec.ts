import { randomUUID } from 'node:crypto';
import {
  getReceivedWebhook,
  listReceivedWebhooks,
  readReceivedBody,
  receiveProviderWebhook,
  replayReceivedWebhook,
  showReceivedBody,
  type OutputOf,
} from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { outlookFakeWebhooks, zoomFakeWebhooks, type FakeWebhook, type FakeWebhookVariant } from '@patchbay/providers/testing';
import { createLogger } from '@patchbay/service-kit';
import { register } from 'prom-client';
import { until } from '../testing/receiver.js';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';
import { ReceivedWebhooksRepository } from './received-webhooks.repository.js';

type Answer = OutputOf<typeof receiveProviderWebhook>;

const url = 'https://patchbay.example.com/api/v1/ingress/zoom';
const announced = 'event.provider_webhook_received.v1';

describe('webhooks of providers', () => {
  let webhooks: TestWebhooks;

  beforeAll(async () => {
    webhooks = await startWebhooks({ ...zoomFakeWebhooks.environment, ...outlookFakeWebhooks.environment });
  });
  afterAll(() => webhooks.stop());

  interface Made {
    readonly id?: string;
    readonly variant?: FakeWebhookVariant;
    readonly type?: string;
    readonly body?: Buffer;
    readonly now?: Date;
  }

  const made = async ({ id = randomUUID(), variant = 'right', type = 'meeting.ended', now = new Date(), ...more }: Made = {}) =>
    zoomFakeWebhooks.sign(type, { id, variant, now, url, apiBaseUrl: url, ...more });
  const send = (call: FakeWebhook, changes: Readonly<Record<string, unknown>> = {}): Promise<Answer> => {
    const { body, ...rest } = call;
    return webhooks.ask(receiveProviderWebhook, { provider: 'zoom', ...rest, body_base64: body.toString('base64'), ...changes });
  };
  /** The test's caller is of the installation's own tenant. */
  const asOperator: TestWebhooks['ask'] = (contract, input) => webhooks.ask(contract, input);
  const counts = async (): Promise<readonly number[]> => {
    const { rows } = await webhooks.sql.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM received_webhooks UNION ALL SELECT count(*)::int FROM received_bodies
       UNION ALL SELECT count(*)::int FROM outbox WHERE subject LIKE 'event.provider_%'`,
    );
    return rows.map(({ n }) => n);
  };
  const newest = async () => {
    const [first] = (await asOperator(listReceivedWebhooks, { limit: 1 })).items;
    if (first === undefined) throw new Error('nothing was received');
    return first;
  };
  const eventsOf = async (receivedId: string) => {
    const { rows } = await webhooks.sql.query<{ id: string; payload: string; published_at: Date | null }>(
      `SELECT id, payload, published_at FROM outbox WHERE subject = $1 AND payload::json->'data'->>'received_id' = $2 ORDER BY created_at`,
      [announced, receivedId],
    );
    return rows.map((row) => ({ ...row, data: (JSON.parse(row.payload) as { data: Readonly<Record<string, unknown>> }).data }));
  };

  it('are stored with what came, announced, and answered', async () => {
    const call = await made({ type: 'meeting.started' });

    expect(await send(call)).toEqual({ status: 200, headers: {}, body: '' });

    const one = await newest();
    expect(one).toMatchObject({ provider: 'zoom', type: 'meeting.started', received_count: 1, size_bytes: call.body.length, replayed_at: null });
    const [event] = await until(
      () => eventsOf(one.id),
      (rows) => rows[0]?.published_at instanceof Date,
    );
    expect(event?.data).toEqual({
      received_id: one.id,
      provider: 'zoom',
      type: 'meeting.started',
      key: one.key,
      provider_account_id: one.provider_account_id,
      received_at: one.received_at,
      body: call.body.toString('utf8'),
    });
    expect((await newest()).status).toBe('announced');
  });

  it('are shown with their headers, but without what would let somebody send them again', async () => {
    const call = await made();
    const headers = { ...call.headers, authorization: 'Bearer CANARY', cookie: 'session=CANARY', 'x-hook-token': 'CANARY', 'x-request-id': 'kept' };
    await send({ ...call, headers });

    const shown = await asOperator(getReceivedWebhook, { id: (await newest()).id });

    expect(shown.body).toBe(call.body.toString('utf8'));
    expect(shown.headers).toMatchObject({ 'x-request-id': 'kept', 'content-type': call.headers['content-type'] });
    expect(JSON.stringify(shown)).not.toMatch(/CANARY|v0=/);
  });

  it('that come again are counted and do nothing else, also at the same moment', async () => {
    const call = await made();
    const before = await counts();
    await Promise.all(Array.from({ length: 20 }, () => send(call)));
    await send(call);

    expect(await counts()).toEqual(before.map((count) => count + 1));
    expect((await newest()).received_count).toBe(21);
  });

  it.each(['wrong_signature', 'tampered', 'unsigned', 'old', 'future'] as const)('that are %s are refused and leave nothing', async (variant) => {
    const before = await counts();

    await expect(send(await made({ variant }))).rejects.toMatchObject({ code: 'webhook_signature_invalid' });

    expect(await counts()).toEqual(before);
  });

  it.each(['nobody', 'github', '__proto__', 'constructor', 'event.>', '*', "zoom' OR 1=1 --", 'zoom\r\nx: y'])(
    'of a provider that is not there, or not set up (%j), are refused and leave nothing',
    async (provider) => {
      const before = await counts();

      await expect(send(await made(), { provider })).rejects.toMatchObject({ code: 'webhook_signature_invalid' });

      expect(await counts()).toEqual(before);
    },
  );

  it('are verified over the bytes that came, however odd they are', async () => {
    const texts = [
      '{"event":"meeting.ended","event_ts":1,"payload":{"object":{"uuid":"\\u0041"}}}\r\n',
      '{"event":"meeting.ended","event":"meeting.started","payload":{}}',
      '{"event":"meeting.ended","payload":{"object":{"topic":"\\u0000 ünï \\ud83d"}}, "a":1e400}',
    ];
    for (const body of texts.map((text) => Buffer.from(text))) {
      const call = await made({ body });
      await send(call);
      const one = await newest();
      const read = await webhooks.ask(readReceivedBody, { id: one.id });
      expect(Buffer.from(read.body_base64, 'base64').equals(body)).toBe(true);
      await expect(send({ ...call, body: Buffer.concat([body, Buffer.from(' ')]) })).rejects.toMatchObject({ code: 'webhook_signature_invalid' });
    }
  });

  it('take nothing from what is not signed: neither query nor path nor other headers change what was told', async () => {
    const call = await made({ type: 'meeting.ended' });
    await send({ ...call, query: { type: 'app_deauthorized', __proto__: 'x' }, headers: { ...call.headers, 'x-event-type': 'app_deauthorized' } });

    expect((await newest()).type).toBe('meeting.ended');
    expect(({} as Record<string, unknown>)['type']).toBeUndefined();
  });

  it('that are large are announced by reference, and read part by part', async () => {
    const filling = 'ö'.repeat(200_000);
    const body = Buffer.from(JSON.stringify({ event: 'meeting.ended', event_ts: 2, payload: { object: { uuid: 'large', topic: filling } } }));
    await send(await made({ body }));
    const one = await newest();

    const [event] = await eventsOf(one.id);
    const parts: Buffer[] = [];
    let offset: number | null = 0;
    while (offset !== null) {
      const read: OutputOf<typeof readReceivedBody> = await webhooks.ask(readReceivedBody, { id: one.id, offset });
      parts.push(Buffer.from(read.body_base64, 'base64'));
      offset = read.next_offset;
    }

    expect(event?.data['body']).toBeNull();
    expect(parts.length).toBeGreaterThan(1);
    expect(Buffer.concat(parts).equals(body)).toBe(true);
  });

  /** A body of so many bytes, all of them letters of two bytes but for the frame. */
  const largeBody = (bytes: number): Buffer => {
    const frame = (topic: string): string => JSON.stringify({ event: 'meeting.ended', event_ts: 3, payload: { object: { uuid: 'large', topic } } });
    const room = bytes - Buffer.byteLength(frame(''));
    return Buffer.from(frame('ö'.repeat(Math.floor(room / 2)) + 'x'.repeat(room % 2)));
  };

  it.each([0, 1])(
    'as large as providers send them are stored, shown in part, read whole and announced again',
    async (odd) => {
      const body = largeBody(25 * 1_024 * 1_024 + odd);
      const call = await made({ body });
      await send(call);
      await send(call);
      const one = await newest();

      const shown = await asOperator(getReceivedWebhook, { id: one.id });
      const parts: Buffer[] = [];
      let offset: number | null = 0;
      while (offset !== null && parts.length < 12) {
        const read: OutputOf<typeof showReceivedBody> = await asOperator(showReceivedBody, { id: one.id, offset });
        parts.push(Buffer.from(read.body_base64, 'base64'));
        offset = read.next_offset;
      }
      const last = await asOperator(showReceivedBody, { id: one.id, offset: body.length - 5 });
      await asOperator(replayReceivedWebhook, { id: one.id });
      const [first, again] = await eventsOf(one.id);

      expect(one).toMatchObject({ size_bytes: body.length, received_count: 2 });
      expect([shown.is_truncated, shown.is_redacted, Buffer.byteLength(shown.body) <= 64 * 1_024]).toEqual([true, false, true]);
      expect(body.toString('utf8').startsWith(shown.body)).toBe(true);
      expect(Buffer.concat(parts).equals(body.subarray(0, 12 * 256 * 1_024))).toBe(true);
      expect(last).toEqual({ body_base64: body.subarray(-5).toString('base64'), next_offset: null });
      expect([first?.data['body'], again?.data['body'], again?.data['received_id']]).toEqual([null, null, one.id]);
    },
    30_000,
  );

  it('are shown without what only the provider knows beside us, in the body, too', async () => {
    const { body, ...call } = await outlookFakeWebhooks.sign(outlookFakeWebhooks.types[0] ?? '', {
      id: randomUUID(),
      variant: 'right',
      now: new Date(),
      url,
      apiBaseUrl: url,
    });
    await webhooks.ask(receiveProviderWebhook, { provider: 'outlook', ...call, body_base64: body.toString('base64') });
    const one = await newest();
    const [told] = (JSON.parse(body.toString('utf8')) as { value: [{ clientState: string }] }).value;

    const shown = await asOperator(getReceivedWebhook, { id: one.id });
    const whole = await asOperator(showReceivedBody, { id: one.id });

    expect(shown).toMatchObject({ provider: 'outlook', is_redacted: true, is_truncated: false });
    expect(JSON.parse(shown.body)).toEqual({ value: [{ ...told, clientState: '[hidden]' }] });
    expect(Buffer.from(whole.body_base64, 'base64').toString()).toBe(shown.body);
    expect(JSON.stringify([shown, whole])).not.toContain(told.clientState);
    expect(Buffer.from((await webhooks.ask(readReceivedBody, { id: one.id })).body_base64, 'base64').equals(body)).toBe(true);
  });

  it('that tell of an ended permission tell auth, too', async () => {
    const id = randomUUID();
    await send(await made({ type: 'app_deauthorized', id }));
    const one = await newest();

    const { rows } = await webhooks.sql.query<{ payload: string }>(`SELECT payload FROM outbox WHERE subject = 'event.provider_permission_ended.v1'`);

    expect(rows.map(({ payload }) => (JSON.parse(payload) as { data: unknown }).data)).toEqual([
      { received_id: one.id, provider: 'zoom', provider_account_id: `user-${id}`, ended_at: one.received_at },
    ]);
  });

  it('are announced once more when an operator asks for it, as an event of its own', async () => {
    await send(await made());
    const one = await newest();

    const replayed = await asOperator(replayReceivedWebhook, { id: one.id });

    expect(replayed).toMatchObject({ id: one.id, received_count: 1, replayed_at: expect.any(String) });
    const [first, second, ...others] = await eventsOf(one.id);
    expect(second?.data).toEqual(first?.data);
    expect([second?.id === first?.id, others]).toEqual([false, []]);
  });

  it('are found by provider, type and time, page by page', async () => {
    const since = new Date().toISOString();
    for (let count = 0; count < 3; count += 1) await send(await made({ type: 'recording.completed' }));
    const filter = { provider: 'zoom', type: 'recording.completed', since, limit: 2 };

    const first = await asOperator(listReceivedWebhooks, filter);
    const second = await asOperator(listReceivedWebhooks, { ...filter, cursor: first.next_cursor });

    expect([first.items.length, second.items.length, second.next_cursor]).toEqual([2, 1, null]);
    expect((await asOperator(listReceivedWebhooks, { ...filter, type: 'meeting.ended' })).items).toEqual([]);
    expect((await asOperator(listReceivedWebhooks, { ...filter, provider: 'stripe' })).items).toEqual([]);
  });

  it.each([
    [getReceivedWebhook, {}],
    [replayReceivedWebhook, {}],
    [readReceivedBody, { offset: 0 }],
    [showReceivedBody, { offset: 0 }],
  ] as const)('that are not there are not found', async (contract, more) => {
    await expect(webhooks.ask(contract, { id: randomUUID(), ...more })).rejects.toMatchObject({ code: 'received_webhook_not_found' });
  });

  it('are forgotten with their bodies when they are older than is wanted, a few at a time, and others stay', async () => {
    const database = await Database.open({
      url: webhooks.database.url,
      schema: 'webhooks',
      entities: [],
      migrations: [],
      log: createLogger('webhooks', 'silent'),
    });
    const repository = new ReceivedWebhooksRepository(database);
    for (let count = 0; count < 3; count += 1) await send(await made());
    await webhooks.sql.query(`UPDATE received_webhooks SET received_at = received_at - interval '100 days'`);
    await webhooks.sql.query(`UPDATE received_bodies SET received_at = received_at - interval '100 days'`);
    await send(await made());
    const before = new Date(Date.now() - 90 * 24 * 3_600_000);

    const first = await repository.sweep(before, 2);
    while ((await repository.sweep(before, 2)) > 0);
    await database.close();

    expect([first, (await counts()).slice(0, 2)]).toEqual([2, [1, 1]]);
  });

  it('answer a question who is there', async () => {
    const plainToken = 'qgg8vlvZRS6UYooatFL8Aw';
    const body = Buffer.from(JSON.stringify({ event: 'endpoint.url_validation', event_ts: 1, payload: { plainToken } }));
    const before = await counts();

    const answer = await send(await made({ body }));

    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { plainToken, encryptedToken: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(await counts()).toEqual(before);
  });

  it('are counted by provider and by what became of them, under names that nobody can invent', async () => {
    await expect(send(await made(), { provider: 'invented' })).rejects.toMatchObject({ code: 'webhook_signature_invalid' });
    await expect(send(await made({ variant: 'wrong_signature' }))).rejects.toMatchObject({ code: 'webhook_signature_invalid' });

    const metrics = await register.getSingleMetricAsString('patchbay_received_webhooks_total');

    expect(metrics).toMatch(/provider="zoom",outcome="notices"/);
    expect(metrics).toMatch(/provider="zoom",outcome="signature_wrong"/);
    expect(metrics).toMatch(/provider="unknown",outcome="not_configured"/);
    expect(metrics).not.toContain('invented');
  });
});
