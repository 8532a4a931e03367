import { randomBytes, randomUUID } from 'node:crypto';
import { createWebhookEndpoint, getKeyRotation, getWebhookEndpoint, publishEvents, rotateWebhookSecret, startKeyRotation } from '@patchbay/contracts';
import { waitFor } from '@patchbay/testing';
import { startReceiver, until, verify, type Receiver } from '../testing/receiver.js';
import { aBooking, startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';
import { sealedTables } from './sealed-tables.js';

const [oldKey, newKey] = ['old', 'new'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);

describe('secrets of endpoints under a new master key', () => {
  let receiver: Receiver;
  let webhooks: TestWebhooks;

  beforeAll(async () => {
    receiver = await startReceiver();
    webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host, TOKEN_MASTER_KEYS: oldKey ?? '' });
  }, 60_000);
  afterAll(async () => {
    await webhooks.stop();
    await receiver.stop();
  }, 30_000);

  const restart = async (...keys: readonly (string | undefined)[]): Promise<void> => {
    await webhooks.stopReplicas();
    await webhooks.start({ TOKEN_MASTER_KEYS: keys.join(',') });
  };

  it('are all known to the rotation', async () => {
    const { rows } = await webhooks.sql.query<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'webhooks' AND column_name ~ 'sealed'
         AND table_name <> 'key_rotations' ORDER BY 1`,
    );

    expect(rows.map(({ name }) => name)).toEqual(
      sealedTables.flatMap(({ table, columns }) => columns.map(({ column }) => `${table}.${column}`)).toSorted(),
    );
  });

  it('still sign what is delivered when the old key is gone', async () => {
    const userId = randomUUID();
    const path = `/${userId}`;
    const endpoint = await webhooks.ask(
      createWebhookEndpoint,
      { name: 'CRM', webhook_url: receiver.url(path), events: ['booking_*'], headers: { 'X-Key': 'kept' } },
      userId,
    );
    const rotated = await webhooks.ask(rotateWebhookSecret, { id: endpoint.id }, userId);
    await restart(newKey, oldKey);
    await webhooks.ask(startKeyRotation('webhooks'), {});
    const state = await waitFor(async () => {
      const now = await webhooks.ask(getKeyRotation('webhooks'), {});
      return now.finished_at === null ? undefined : now;
    }, 'the rotation to end');
    await restart(newKey);
    await webhooks.ask(publishEvents, { type: 'booking_created', data: aBooking(userId) });
    const [delivered] = await until(
      () => receiver.at(path),
      (all) => all.length > 0,
    );

    expect(state).toMatchObject({ status: 'completed', done: 3, failed: 0, sealed_under: { new: 3 } });
    expect((await webhooks.ask(getWebhookEndpoint, { id: endpoint.id }, userId)).headers).toEqual({ 'X-Key': 'kept' });
    expect(delivered?.headers['x-key']).toBe('kept');
    for (const secret of [endpoint.secret_key, rotated.secret_key]) {
      expect(verify(secret, delivered as never)).toMatchObject({ type: 'booking_created' });
    }
  }, 60_000);
});
