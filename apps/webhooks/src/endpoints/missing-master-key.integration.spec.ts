import { randomBytes, randomUUID } from 'node:crypto';
import {
  createWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookDeliveries,
  listWebhookEndpoints,
  publishEvents,
  replaceWebhookEndpoint,
  testWebhookEndpoint,
  updateWebhookEndpoint,
} from '@patchbay/contracts';
import { startReceiver, until, verify, type Receiver } from '../testing/receiver.js';
import { aBooking, startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

const masterKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const oldKey = masterKey('old');
const newKey = masterKey('new');

let receiver: Receiver;
let webhooks: TestWebhooks;

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host, TOKEN_MASTER_KEYS: oldKey });
}, 60_000);

afterAll(async () => {
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

const restart = async (keys: string): Promise<void> => {
  await webhooks.stopReplicas();
  await webhooks.start({ TOKEN_MASTER_KEYS: keys });
};

describe('an endpoint whose master key is missing', () => {
  it('loses neither its deliveries, nor its headers, nor its owner’s sight of it', async () => {
    const userId = randomUUID();
    const path = `/${userId}`;
    const input = { name: 'CRM', webhook_url: receiver.url(path), events: ['booking_*'] };
    const { id, secret_key } = await webhooks.ask(createWebhookEndpoint, { ...input, headers: { 'X-Key': 'kept' } }, userId);

    await restart(newKey);
    const { items } = await webhooks.ask(publishEvents, { type: 'booking_created', data: aBooking(userId) });
    const waiting = await until(
      async () => (await webhooks.ask(listWebhookDeliveries, { id }, userId)).items,
      ([one]) => Date.parse(one?.next_attempt_at ?? '') > Date.now() + 60_000,
    );
    const listed = await webhooks.ask(listWebhookEndpoints, {}, userId);
    const read = await webhooks.ask(getWebhookEndpoint, { id }, userId);
    await webhooks.ask(updateWebhookEndpoint, { id, name: 'New' }, userId);
    await webhooks.ask(replaceWebhookEndpoint, { id, ...input, headers: read.headers }, userId);
    const test = await webhooks.ask(testWebhookEndpoint, { id }, userId).catch((error: { code: string }) => error.code);

    expect(waiting).toMatchObject([{ status: 'pending', attempt_count: 0, attempts: [] }]);
    expect(listed.items).toMatchObject([{ id, headers: {}, is_active: true }]);
    expect(test).toBe('service_unavailable');
    expect(receiver.at(path)).toEqual([]);

    await restart(`${newKey},${oldKey}`);
    await webhooks.sql.query('UPDATE pending_deliveries SET next_attempt_at = now() WHERE endpoint_id = $1', [id]);
    const [received] = await until(
      () => receiver.at(path),
      (all) => all.length > 0,
    );

    expect(received?.headers).toMatchObject({ 'webhook-id': items[0]?.id, 'x-key': 'kept' });
    expect(verify(secret_key, received as never)).toMatchObject({ type: 'booking_created' });
  }, 30_000);

  it('works again with a new secret, although the key never comes back', async () => {
    const userId = randomUUID();
    const input = { name: 'CRM', webhook_url: receiver.url(`/${userId}`), events: ['booking_*'] };
    await restart(oldKey);
    const { id } = await webhooks.ask(createWebhookEndpoint, input, userId);
    await restart(newKey);

    await webhooks.ask(replaceWebhookEndpoint, { id, ...input, secret_key: 'a secret of the customer' }, userId);

    expect(await webhooks.ask(testWebhookEndpoint, { id }, userId)).toMatchObject({ success: true });
  }, 30_000);
});
