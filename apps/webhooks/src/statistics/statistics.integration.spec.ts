import { randomUUID } from 'node:crypto';
import { getWebhookEndpoint, getWebhookStatistics, testWebhookEndpoint } from '@patchbay/contracts';
import { customerOf, finishedTo, publishBooking, type Customer } from '../testing/customers.js';
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

const statisticsOf = ({ userId, endpoint }: Customer) => webhooks.ask(getWebhookStatistics, { id: endpoint.id }, userId);
const switchOff = ({ endpoint }: Customer, reason: string) =>
  webhooks.sql.query(
    `UPDATE endpoints SET is_active = false, disabled_reason = $2, failing_since = now() - interval '6 days', version = version + 1 WHERE id = $1`,
    [endpoint.id, reason],
  );
const test = ({ userId, endpoint }: Customer) => webhooks.ask(testWebhookEndpoint, { id: endpoint.id }, userId);
const endpointOf = ({ userId, endpoint }: Customer) => webhooks.ask(getWebhookEndpoint, { id: endpoint.id }, userId);

describe('statistics', () => {
  it('count attempts by day, and say how long answers took', async () => {
    const customer = await customerOf(webhooks, receiver);
    receiver.behave(customer.path, inTurn(answer(503), answer(200)));
    for (let count = 0; count < 3; count += 1) await publishBooking(webhooks, customer.userId);
    await finishedTo(webhooks, customer);

    const statistics = await until(
      () => statisticsOf(customer),
      ({ succeeded, failed }) => succeeded + failed === 4,
    );

    expect(statistics).toMatchObject({ succeeded: 3, failed: 1, success_rate: 0.75, is_active: true, latency_ms: { p50: expect.any(Number) } });
    expect(statistics.days).toHaveLength(30);
    expect(statistics.days.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(3);
    expect(statistics.days[0]).toEqual({ day: expect.any(String), succeeded: 0, failed: 0, success_rate: null, latency_ms: null });
  });

  it('say since when an endpoint fails and why it is off', async () => {
    const customer = await customerOf(webhooks, receiver);
    await switchOff(customer, 'failing');

    expect(await statisticsOf(customer)).toMatchObject({
      is_active: false,
      disabled_reason: 'failing',
      failing_since: expect.any(String),
      success_rate: null,
    });
  });

  it('are written when a replica ends, and read by its owner only', async () => {
    const customer = await customerOf(webhooks, receiver);
    await publishBooking(webhooks, customer.userId);
    await finishedTo(webhooks, customer);
    await webhooks.stopReplicas();
    await webhooks.start();

    expect(await statisticsOf(customer)).toMatchObject({ succeeded: 1, failed: 0 });
    await expect(statisticsOf({ ...customer, userId: randomUUID() })).rejects.toMatchObject({ code: 'webhook_not_found' });
  });
});

describe('the test of an endpoint that was switched off', () => {
  it('for failing switches it on again when it is taken, and events arrive', async () => {
    const customer = await customerOf(webhooks, receiver);
    await switchOff(customer, 'failing');

    const result = await test(customer);
    const eventId = await publishBooking(webhooks, customer.userId);
    const [delivery] = await finishedTo(webhooks, customer);

    expect(result).toMatchObject({ success: true, is_active: true });
    expect(await endpointOf(customer)).toMatchObject({ is_active: true, disabled_reason: null });
    expect(delivery).toMatchObject({ event_id: eventId, status: 'succeeded' });
    expect(await statisticsOf(customer)).toMatchObject({ failing_since: null });
  });

  it.each([
    ['for failing leaves it off when it fails again', 'failing', 503],
    ['because its receiver is gone leaves it off', 'gone', 200],
  ])('%s', async (_which, reason, status) => {
    const customer = await customerOf(webhooks, receiver);
    receiver.behave(customer.path, answer(status));
    await switchOff(customer, reason);

    expect(await test(customer)).toMatchObject({ success: status === 200, is_active: false });
    expect(await endpointOf(customer)).toMatchObject({ is_active: false, disabled_reason: reason });
  });
});
