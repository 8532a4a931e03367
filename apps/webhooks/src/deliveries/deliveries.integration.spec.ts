import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { getWebhookEndpoint, listActivity, testWebhookEndpoint } from '@patchbay/contracts';
import { customerOf, deliveriesTo, finishedTo, publishBooking, type Customer } from '../testing/customers.js';
import { answer, inTurn, startReceiver, until, verify, type Receiver } from '../testing/receiver.js';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };

let receiver: Receiver;
let webhooks: TestWebhooks;

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({
    WEBHOOKS_EGRESS_ALLOW: receiver.host,
    WEBHOOKS_RETRY_SCHEDULE_SECONDS: '0.05,0.05,0.05',
    WEBHOOKS_TIMEOUT_SECONDS: '1',
  });
}, 60_000);

afterAll(async () => {
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

const anEndpoint = (changes: Readonly<Record<string, unknown>> = {}) => customerOf(webhooks, receiver, changes);
const publish = (userId: string) => publishBooking(webhooks, userId);
const finished = (customer: Pick<Customer, 'userId' | 'endpoint'>) => finishedTo(webhooks, customer);

describe('delivery', () => {
  it('signs what it sends so that the official verifier accepts it', async () => {
    const { userId, path, endpoint } = await anEndpoint({ headers: { 'X-Customer': 'yes' } });

    const eventId = await publish(userId);
    const [received] = await until(
      () => receiver.at(path),
      (all) => all.length > 0,
    );

    expect(verify(endpoint.secret_key, received as never)).toMatchObject({ type: 'booking_created', data: { organizer: { user_id: userId } } });
    expect(received?.headers).toMatchObject({ 'webhook-id': eventId, 'x-customer': 'yes', 'content-type': 'application/json' });
    expect(received?.headers['traceparent']).toMatch(/^00-/);
    expect(received?.headers['user-agent']).toBe(`Patchbay-Webhooks/${version}`);
  });

  it('tries again with the same webhook-id until the receiver takes it', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    receiver.behave(path, inTurn(answer(500, {}, 'not now'), answer(200, {}, 'thanks')));

    const eventId = await publish(userId);
    const [delivery] = await finished({ userId, endpoint });

    expect(receiver.at(path).map((one) => one.headers['webhook-id'])).toEqual([eventId, eventId]);
    expect(delivery).toMatchObject({ event_id: eventId, status: 'succeeded', attempt_count: 2, next_attempt_at: null });
    expect(delivery?.attempts).toMatchObject([
      { status_code: 500, error: 'status_not_2xx', response_excerpt: 'not now' },
      { status_code: 200, error: null, response_excerpt: 'thanks' },
    ]);
  });

  it('waits as long as the receiver asks for, and then delivers', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    receiver.behave(path, inTurn(answer(503, { 'retry-after': '1' }), answer(200)));

    await publish(userId);
    const [delivery] = await finished({ userId, endpoint });
    const [first, second] = receiver.at(path);

    expect(delivery).toMatchObject({ status: 'succeeded', attempt_count: 2 });
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('gives up when the schedule is at its end', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    receiver.behave(path, answer(503));

    await publish(userId);
    const [delivery] = await finished({ userId, endpoint });

    expect(delivery).toMatchObject({ status: 'failed', attempt_count: 4 });
  });

  it.each([
    [{ retry_failed: false }, 1],
    [{ max_retries: 1 }, 2],
  ])('honours %j', async (policy, attempts) => {
    const { userId, path, endpoint } = await anEndpoint(policy);
    receiver.behave(path, answer(500));

    await publish(userId);
    const [delivery] = await finished({ userId, endpoint });

    expect(delivery).toMatchObject({ status: 'failed', attempt_count: attempts });
  });

  it('switches an endpoint off that answers 410, and says so to its owner', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    receiver.behave(path, answer(410));
    const { endpoint: witness } = await anEndpoint();

    await publish(userId);
    const after = await until(
      () => webhooks.ask(getWebhookEndpoint, { id: endpoint.id }, userId),
      (one) => !one.is_active,
    );
    const { rows } = await webhooks.sql.query(`SELECT payload FROM outbox WHERE subject = 'event.webhook_endpoint_disabled.v1' AND payload LIKE $1`, [
      `%${endpoint.id}%`,
    ]);

    expect(after).toMatchObject({ is_active: false, disabled_reason: 'gone' });
    expect(rows).toHaveLength(1);
    expect(witness.is_active).toBe(true);
  });

  it('switches an endpoint off whose every attempt failed for days, and says so to its owner', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    receiver.behave(path, answer(500));
    await webhooks.sql.query(`UPDATE endpoints SET failing_since = now() - interval '121 hours' WHERE id = $1`, [endpoint.id]);

    await publish(userId);
    const after = await until(
      () => webhooks.ask(getWebhookEndpoint, { id: endpoint.id }, userId),
      (one) => !one.is_active,
    );
    const { rows } = await webhooks.sql.query(
      `SELECT payload::json->'data' AS data FROM outbox WHERE subject = 'event.webhook_endpoint_disabled.v1' AND payload LIKE $1`,
      [`%${endpoint.id}%`],
    );

    expect(after).toMatchObject({ is_active: false, disabled_reason: 'failing' });
    expect(rows).toEqual([{ data: { user_id: userId, endpoint_id: endpoint.id, reason: 'failing' } }]);
  });

  it('leaves an endpoint on whose every attempt failed for a shorter time', async () => {
    const { userId, path, endpoint } = await anEndpoint({ retry_failed: false });
    receiver.behave(path, answer(500));
    await webhooks.sql.query(`UPDATE endpoints SET failing_since = now() - interval '119 hours' WHERE id = $1`, [endpoint.id]);

    await publish(userId);
    await finished({ userId, endpoint });

    expect(await webhooks.ask(getWebhookEndpoint, { id: endpoint.id }, userId)).toMatchObject({ is_active: true });
  });

  it('does not follow a redirect', async () => {
    const { userId, path, endpoint } = await anEndpoint({ retry_failed: false });
    receiver.behave(path, answer(307, { location: receiver.url('/canary') }));

    await publish(userId);
    const [delivery] = await finished({ userId, endpoint });

    expect(delivery?.attempts).toMatchObject([{ status_code: 307, error: 'redirect_not_followed' }]);
    expect(receiver.at('/canary')).toEqual([]);
  });

  it('keeps 4 KiB of an answer that unfolds to 64 MiB', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    receiver.behave(path, answer(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(64 * 1_024 * 1_024, 'a'))));
    const before = process.memoryUsage.rss();

    await publish(userId);
    const [delivery] = await finished({ userId, endpoint });

    expect(delivery?.attempts[0]?.response_excerpt).toBe('a'.repeat(4_096));
    expect(process.memoryUsage.rss() - before).toBeLessThan(48 * 1_024 * 1_024);
  });

  it('stops reading an endless answer', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    let sent = 0;
    receiver.behave(path, (_received, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384))) sent += 16_384;
      };
      response.on('drain', pour);
      pour();
    });

    await publish(userId);
    const [delivery] = await finished({ userId, endpoint });

    expect(delivery?.status).toBe('succeeded');
    await until(
      () => sent,
      (bytes) => bytes < 64 * 1_024 * 1_024,
    );
  });

  it('survives receivers that close in the middle of their answer, again and again', async () => {
    const { userId, path, endpoint } = await anEndpoint({ retry_failed: false });
    receiver.behave(path, (_received, response) => {
      response.writeHead(500, { 'content-length': '100000' });
      response.write('half');
      setImmediate(() => response.destroy());
    });

    await Promise.all(Array.from({ length: 20 }, () => publish(userId)));
    const deliveries = await until(
      () => deliveriesTo(webhooks, { userId, endpoint }),
      (items) => items.length === 20 && items.every((item) => item.status !== 'pending'),
    );

    expect(deliveries.map((one) => one.status)).toEqual(Array.from({ length: 20 }, () => 'failed'));
  });

  it('calls it a timeout when no answer comes', async () => {
    const { userId, path, endpoint } = await anEndpoint({ retry_failed: false });
    receiver.behave(path, () => undefined);

    await publish(userId);
    const [delivery] = await finished({ userId, endpoint });

    expect(delivery?.attempts).toMatchObject([{ status_code: null, error: 'timeout' }]);
  });

  it('shows a delivery in the activity log with the trace of its event', async () => {
    const { userId, endpoint } = await anEndpoint();

    await publish(userId);
    await finished({ userId, endpoint });
    const { items } = await webhooks.ask(listActivity, {}, userId);

    const sent = items.find((item) => item.log_type === 'webhook_sent');
    const taken = items.find((item) => item.log_type === 'event_received');

    expect(items).toHaveLength(2);
    expect(sent).toMatchObject({ success: true, integration_type: 'webhook', message: 'Sent booking_created to CRM.' });
    expect(sent?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(taken?.trace_id).toBe(sent?.trace_id);
  });

  it('sends a test at once and says what came back', async () => {
    const { userId, path, endpoint } = await anEndpoint({ events: ['*'] });
    receiver.behave(path, answer(202, {}, 'ok'));

    const result = await webhooks.ask(testWebhookEndpoint, { id: endpoint.id }, userId);

    expect(result).toMatchObject({ success: true, status_code: 202, response_excerpt: 'ok', error: null });
    expect(verify(endpoint.secret_key, receiver.at(path)[0] as never)).toMatchObject({
      type: 'booking_created',
      test: true,
      data: { booking_id: expect.stringMatching(/^test_/) },
    });
  });
});
