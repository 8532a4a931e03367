import { randomUUID } from 'node:crypto';
import {
  exportWebhookDeliveries,
  listWebhookDeliveries,
  resendWebhookDelivery,
  updateWebhookEndpoint,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { customerOf, finishedTo, publishBooking, type Customer } from '../testing/customers.js';
import { storeHistory } from '../testing/history.js';
import { answer, inTurn, startReceiver, until, type Receiver } from '../testing/receiver.js';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

let receiver: Receiver;
let webhooks: TestWebhooks;

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host, WEBHOOKS_RETRY_SCHEDULE_SECONDS: '0.05' });
}, 60_000);

afterAll(async () => {
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

type Filter = Partial<InputOf<typeof listWebhookDeliveries>>;
const list = ({ userId, endpoint }: Customer, filter: Filter = {}): Promise<OutputOf<typeof listWebhookDeliveries>> =>
  webhooks.ask(listWebhookDeliveries, { id: endpoint.id, ...filter }, userId);
const eventsOf = async (customer: Customer, filter: Filter): Promise<readonly string[]> =>
  (await list(customer, filter)).items.map(({ event_id }) => event_id);
const resend = ({ userId }: Customer, id: string | undefined) => webhooks.ask(resendWebhookDelivery, { id }, userId);

/** A customer with a delivery that arrived and, after it, one that was given up. */
async function customerWithLog(): Promise<{ customer: Customer; arrived: string; failed: string; between: string }> {
  const customer = await customerOf(webhooks, receiver, { events: ['booking_*'], retry_failed: false });
  receiver.behave(customer.path, inTurn(answer(200), answer(503)));
  const arrived = await publishBooking(webhooks, customer.userId);
  await finishedTo(webhooks, customer);
  const { rows } = await webhooks.sql.query<{ now: Date }>(`SELECT clock_timestamp() + interval '1 ms' AS now`);
  await until(() => Date.now() > (rows[0]?.now.getTime() ?? 0) + 1);
  const failed = await publishBooking(webhooks, customer.userId);
  await until(
    () => list(customer, { status: 'failed' }),
    ({ items }) => items.length === 1,
  );
  return { customer, arrived, failed, between: rows[0]?.now.toISOString() ?? '' };
}

describe('the log of deliveries', () => {
  it('shows what a filter asks for', async () => {
    const { customer, arrived, failed, between } = await customerWithLog();

    expect(await eventsOf(customer, { status: 'succeeded' })).toEqual([arrived]);
    expect(await eventsOf(customer, { since: between })).toEqual([failed]);
    expect(await eventsOf(customer, { until: between })).toEqual([arrived]);
    expect(await eventsOf(customer, { event_type: 'booking_*' })).toEqual([failed, arrived]);
    expect(await eventsOf(customer, { event_type: 'booking_cancelled' })).toEqual([]);
  });

  it.each([
    ['an event id', ({ arrived }: { arrived: string }) => arrived, 1],
    ['a part of an error', () => 'NOT_2xx', 1],
    ['a status code', () => '503', 1],
    ['a part of an event type', () => 'Created', 2],
    ['what would be a pattern elsewhere', () => '%', 0],
  ])('is searched for %s', async (_what, q, count) => {
    const log = await customerWithLog();

    expect(await eventsOf(log.customer, { q: q(log) })).toHaveLength(count);
  });

  it('goes on searching where a page stopped to look', async () => {
    const { customer, arrived } = await customerWithLog();
    await storeHistory(webhooks, customer, { status: 'failed', count: 20_100 });

    const first = await list(customer, { status: 'succeeded' });
    const second = await list(customer, { status: 'succeeded', cursor: first.next_cursor ?? '' });

    expect(first).toMatchObject({ items: [], next_cursor: expect.any(String) });
    expect(second).toMatchObject({ items: [{ event_id: arrived }], next_cursor: null });
    expect(await eventsOf(customer, { q: arrived })).toEqual([arrived]);
  });

  it('can be taken away as CSV and as NDJSON, whose pages are one document', async () => {
    const { customer, arrived, failed } = await customerWithLog();
    const pageOf = (query: object) => webhooks.ask(exportWebhookDeliveries, { id: customer.endpoint.id, limit: 1, ...query }, customer.userId);

    const first = await pageOf({ format: 'csv' });
    const second = await pageOf({ format: 'csv', cursor: first.next_cursor });
    const ndjson = await pageOf({ format: 'ndjson', limit: 10 });
    const [heading, ...lines] = `${first.content}${second.content}`.trimEnd().split('\r\n');

    expect(heading).toBe(
      'id,event_id,event_type,status,attempt_count,created_at,next_attempt_at,last_attempted_at,last_status_code,last_duration_ms,last_error',
    );
    expect(lines.map((line) => line.split(',')[1])).toEqual([failed, arrived]);
    expect(lines[0]).toMatch(/,failed,1,.*,503,\d+,status_not_2xx$/);
    expect(second.next_cursor).toBeNull();
    expect(
      ndjson.content
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { event_id: string }).event_id),
    ).toEqual([failed, arrived]);
  });
});

describe('a delivery that is resent', () => {
  it('arrives again under the same webhook-id, with all its retries, and keeps its attempts', async () => {
    const customer = await customerOf(webhooks, receiver, { max_retries: 1 });
    receiver.behave(customer.path, inTurn(answer(503), answer(503), answer(503), answer(200)));
    const eventId = await publishBooking(webhooks, customer.userId);
    const [given] = await finishedTo(webhooks, customer);

    const again = await resend(customer, given?.id);
    const [arrived] = await finishedTo(webhooks, customer);

    expect(given).toMatchObject({ status: 'failed', attempt_count: 2 });
    expect(again).toMatchObject({ id: given?.id, event_id: eventId, status: 'pending' });
    expect(arrived?.attempts.map(({ status_code }) => status_code)).toEqual([503, 503, 503, 200]);
    expect(new Set(receiver.at(customer.path).map(({ headers }) => headers['webhook-id']))).toEqual(new Set([eventId]));
  });

  it('goes on being counted when its outcome is written at that moment', async () => {
    const customer = await customerOf(webhooks, receiver);
    let finish: () => void = () => undefined;
    receiver.behave(customer.path, (_received, response) => (finish = () => response.writeHead(200).end()));
    await publishBooking(webhooks, customer.userId);
    await until(() => receiver.at(customer.path).length === 1);
    const id = (await list(customer)).items[0]?.id ?? '';
    receiver.behave(customer.path, answer(200));

    // What the recorder does, and is not through with yet.
    const recorder = await webhooks.sql.connect();
    await recorder.query('BEGIN');
    await recorder.query(`DELETE FROM pending_deliveries WHERE id = $1`, [id]);
    await recorder.query(
      `INSERT INTO delivery_attempts (delivery_id, attempt, attempted_at, status_code, duration_ms) VALUES ($1, 1, now(), 200, 5)`,
      [id],
    );
    const resent = resend(customer, id);
    await until(async () => {
      const { rows } = await webhooks.sql.query<{ count: number }>(`SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted`);
      return (rows[0]?.count ?? 0) > 0;
    });
    await recorder.query('COMMIT');
    recorder.release();
    await resent;
    finish();
    const [delivery] = await finishedTo(webhooks, customer);

    expect(delivery).toMatchObject({ status: 'succeeded', attempt_count: 2 });
  });

  it('arrives again though it arrived before', async () => {
    const customer = await customerOf(webhooks, receiver);
    await publishBooking(webhooks, customer.userId);
    const [delivery] = await finishedTo(webhooks, customer);

    await resend(customer, delivery?.id);

    expect(
      await until(
        () => receiver.at(customer.path),
        (all) => all.length === 2,
      ),
    ).toHaveLength(2);
  });

  it('must be the caller’s own, and its endpoint switched on', async () => {
    const customer = await customerOf(webhooks, receiver);
    await publishBooking(webhooks, customer.userId);
    const [delivery] = await finishedTo(webhooks, customer);
    await webhooks.ask(updateWebhookEndpoint, { id: customer.endpoint.id, is_active: false }, customer.userId);

    await expect(resend({ ...customer, userId: randomUUID() }, delivery?.id)).rejects.toMatchObject({ code: 'webhook_delivery_not_found' });
    await expect(resend(customer, delivery?.id)).rejects.toMatchObject({ code: 'webhook_inactive' });
  });
});
