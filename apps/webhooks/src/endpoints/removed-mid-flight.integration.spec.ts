import { randomUUID } from 'node:crypto';
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  getWebhookJob,
  listDeadLetters,
  publishEvents,
  recoverWebhookDeliveries,
  replayWebhookDeliveries,
  resendWebhookDelivery,
  updateWebhookEndpoint,
} from '@patchbay/contracts';
import { customerOf, deliveriesTo, finishedTo, publishBooking } from '../testing/customers.js';
import { answer, startReceiver, until, type Receiver } from '../testing/receiver.js';
import { aBooking, startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

let receiver: Receiver;
let webhooks: TestWebhooks;

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({
    WEBHOOKS_EGRESS_ALLOW: receiver.host,
    WEBHOOKS_RETRY_SCHEDULE_SECONDS: '0.2,0.2,0.2',
    WEBHOOKS_TIMEOUT_SECONDS: '2',
  });
}, 60_000);

afterAll(async () => {
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

const remove = (id: string, userId: string) => webhooks.ask(deleteWebhookEndpoint, { id }, userId);
const publishTo = (userId: string, count: number) =>
  webhooks.ask(publishEvents, { events: Array.from({ length: count }, () => ({ type: 'booking_created', data: aBooking(userId) })) });
/** Work goes on: what somebody else is to get arrives. */
async function othersAreServed(): Promise<void> {
  const other = await customerOf(webhooks, receiver);
  await publishBooking(webhooks, other.userId);
  const [delivery] = await finishedTo(webhooks, other);
  expect(delivery).toMatchObject({ status: 'succeeded', attempt_count: 1 });
}

describe('an endpoint that goes away', () => {
  it('while it is being called is called no more, and others are served', async () => {
    const customer = await customerOf(webhooks, receiver);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    receiver.behave(customer.path, (received, response) => void held.then(() => answer(500)(received, response)));
    await publishBooking(webhooks, customer.userId);
    await until(() => receiver.at(customer.path).length > 0);

    await remove(customer.endpoint.id, customer.userId);
    release();
    await othersAreServed();
    await othersAreServed();

    expect(receiver.at(customer.path)).toHaveLength(1);
  });

  it('between two attempts is called no more, and others are served', async () => {
    const customer = await customerOf(webhooks, receiver);
    receiver.behave(customer.path, answer(500));
    await publishTo(customer.userId, 30);
    await until(
      () => deliveriesTo(webhooks, customer),
      (items) => items.length > 0 && items.every(({ attempt_count: count }) => count > 0),
    );

    await remove(customer.endpoint.id, customer.userId);
    await othersAreServed();
    const after = receiver.at(customer.path).length;
    const slower = await customerOf(webhooks, receiver);
    receiver.behave(slower.path, answer(500));
    await publishBooking(webhooks, slower.userId);
    await finishedTo(webhooks, slower);

    // Others went through the whole schedule of retries meanwhile.
    expect(receiver.at(customer.path)).toHaveLength(after);
  });

  it('does not keep another one of its owner from the same events', async () => {
    const customer = await customerOf(webhooks, receiver);
    const path = `/${randomUUID()}`;
    const input = { name: 'Second', webhook_url: receiver.url(path), events: ['booking_*'] };
    await webhooks.ask(createWebhookEndpoint, input, customer.userId);

    const [{ items }] = await Promise.all([publishTo(customer.userId, 20), remove(customer.endpoint.id, customer.userId)]);
    await until(() => receiver.at(path).length === 20);

    const arrived = receiver.at(path).map(({ headers }) => String(headers['webhook-id']));
    expect(arrived.sort()).toEqual(items.map(({ id }) => id).sort());
  });

  it('while a job makes its deliveries again ends the job', async () => {
    const customer = await customerOf(webhooks, receiver, { retry_failed: false });
    await publishTo(customer.userId, 50);
    await finishedTo(webhooks, customer);
    receiver.behave(customer.path, () => undefined);
    const { id } = await webhooks.ask(
      replayWebhookDeliveries,
      { id: customer.endpoint.id, from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' },
      customer.userId,
    );
    await remove(customer.endpoint.id, customer.userId);
    const status = await until(
      () =>
        webhooks.ask(getWebhookJob, { id: customer.endpoint.id, job_id: id }, customer.userId).then(
          (job) => job.status,
          (error: { code: string }) => error.code,
        ),
      (found) => !['running', 'paused'].includes(found),
    );
    await othersAreServed();

    expect(['cancelled', 'completed', 'webhook_job_not_found', 'webhook_not_found']).toContain(status);
  });

  it('leaves nothing that could not be handled', async () => {
    const { items } = await webhooks.ask(listDeadLetters('webhooks'), { limit: 10 });

    expect(items).toEqual([]);
  });
});

describe('asking again and again', () => {
  it('to recover, replay, resend and change makes one delivery of each, not one for every time', async () => {
    const customer = await customerOf(webhooks, receiver, { retry_failed: false });
    receiver.behave(customer.path, answer(500));
    await publishTo(customer.userId, 5);
    const failed = await until(
      () => deliveriesTo(webhooks, customer),
      (items) => items.length === 5 && items.every(({ status }) => status === 'failed'),
    );
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    receiver.behave(customer.path, (received, response) => void held.then(() => answer(200)(received, response)));
    const before = receiver.at(customer.path).length;
    const since = '2026-01-01T00:00:00Z';
    const { id } = customer.endpoint;

    const jobs = await Promise.all(
      Array.from({ length: 10 }, () => webhooks.ask(recoverWebhookDeliveries, { id, since }, customer.userId).then((job) => job.id)),
    );
    await Promise.all(failed.map((delivery) => webhooks.ask(resendWebhookDelivery, { id: delivery.id }, customer.userId)));
    await Promise.all([1, 2, 3].map(() => webhooks.ask(updateWebhookEndpoint, { id, is_active: true }, customer.userId)));
    await until(() => receiver.at(customer.path).length >= before + 5);
    release();
    await until(
      () => deliveriesTo(webhooks, customer),
      (items) => items.every(({ status }) => status === 'succeeded'),
    );

    expect(new Set(jobs).size).toBe(1);
    const calls = receiver.at(customer.path).slice(before);
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(5);
    // One by the job; one more where a delivery was resent after the job had made it. Never ten.
    expect(calls.length).toBeLessThanOrEqual(10);
  });
});
