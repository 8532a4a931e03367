import { randomBytes, randomUUID } from 'node:crypto';
import { createWebhookEndpoint, getWebhookEndpoint, rotateWebhookSecret, testWebhookEndpoint, updateWebhookEndpoint } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { createLogger } from '@patchbay/service-kit';
import { Webhook as SvixWebhook } from 'svix';
import { customerOf, publishBooking, type Customer } from '../testing/customers.js';
import { startReceiver, until, verify, verifyWithPublicKey, type Received, type Receiver } from '../testing/receiver.js';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';
import { EndpointsRepository } from './endpoints.repository.js';

let receiver: Receiver;
let webhooks: TestWebhooks;

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host });
}, 60_000);

afterAll(async () => {
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

const rotate = ({ userId, endpoint }: Customer, changes: object = {}) => webhooks.ask(rotateWebhookSecret, { id: endpoint.id, ...changes }, userId);

/** What the customer gets for a booking that is published now. */
async function delivered({ userId, path }: Customer): Promise<Received> {
  const before = receiver.at(path).length;
  await publishBooking(webhooks, userId);
  const all = await until(
    () => receiver.at(path),
    (received) => received.length > before,
  );
  return all[before] as Received;
}
const isVerified = (secret: string, received: Received): boolean => {
  try {
    return verify(secret, received) !== undefined;
  } catch {
    return false;
  }
};
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: { details: object }) => Object.keys(error.details),
  );

describe('a new secret', () => {
  it('signs at once, and the old one beside it, so that both official verifiers accept either', async () => {
    const customer = await customerOf(webhooks, receiver);
    await delivered(customer);

    const rotated = await rotate(customer);
    const received = await delivered(customer);

    expect(rotated.secret_key).not.toBe(customer.endpoint.secret_key);
    expect(received.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
    expect([rotated.secret_key, customer.endpoint.secret_key].map((secret) => isVerified(secret, received))).toEqual([true, true]);
    for (const secret of [rotated.secret_key, customer.endpoint.secret_key]) {
      expect(() => new SvixWebhook(secret).verify(received.body, received.headers as Record<string, string>)).not.toThrow();
    }
  });

  it('is answered once, and both are sealed', async () => {
    const customer = await customerOf(webhooks, receiver);

    const rotated = await rotate(customer, { overlap_hours: 168 });
    const read = await webhooks.ask(getWebhookEndpoint, { id: customer.endpoint.id }, customer.userId);
    const { rows } = await webhooks.sql.query<{ row: string }>('SELECT row_to_json(endpoints)::text AS row FROM endpoints WHERE id = $1', [read.id]);

    expect(read).not.toHaveProperty('secret_key');
    expect(Date.parse(read.previous_secret_until ?? '') - Date.now()).toBeGreaterThan(167 * 3_600_000);
    expect([rotated.secret_key, customer.endpoint.secret_key].filter((secret) => rows[0]?.row.includes(secret.slice(6)))).toEqual([]);
  });

  it('is the only one without an overlap, and when it comes with an edit', async () => {
    const customer = await customerOf(webhooks, receiver);
    const given = `whsec_${randomBytes(32).toString('base64')}`;

    const rotated = await rotate(customer, { overlap_hours: 0 });
    const afterRotation = await delivered(customer);
    await rotate(customer);
    await webhooks.ask(updateWebhookEndpoint, { id: customer.endpoint.id, secret_key: given }, customer.userId);
    const afterEdit = await delivered(customer);

    expect([rotated.secret_key, customer.endpoint.secret_key].map((secret) => isVerified(secret, afterRotation))).toEqual([true, false]);
    expect(isVerified(given, afterEdit)).toBe(true);
    expect(afterEdit.headers['webhook-signature']).not.toContain(' ');
  });

  it('leaves those signing that were replaced shortly before, three at most', async () => {
    const customer = await customerOf(webhooks, receiver);
    const secrets = [customer.endpoint.secret_key];
    for (let count = 0; count < 4; count += 1) secrets.push((await rotate(customer)).secret_key);

    const received = await delivered(customer);

    expect(secrets.map((secret) => isVerified(secret, received))).toEqual([false, true, true, true, true]);
  });

  it('made eleven times in a row leaves four signatures, of the newest', async () => {
    const customer = await customerOf(webhooks, receiver);
    const secrets = [customer.endpoint.secret_key];
    for (let count = 0; count < 11; count += 1) secrets.push((await rotate(customer)).secret_key);

    const received = await delivered(customer);

    expect(String(received.headers['webhook-signature']).split(' ')).toHaveLength(4);
    expect(secrets.map((secret) => isVerified(secret, received))).toEqual(secrets.map((_secret, index) => index >= 8));
  });

  it.each([
    ['that is malformed', { secret_key: 'whsec_much too short' }, ['secret_key']],
    ['for the other scheme', { secret_key: `whsec_${randomBytes(32).toString('base64')}`, signing: 'ed25519' }, ['signing']],
    ['with an overlap of more than a week', { overlap_hours: 169 }, ['overlap_hours']],
  ])('%s is refused', async (_which, changes, fields) => {
    const customer = await customerOf(webhooks, receiver);

    expect(await fieldsOf(rotate(customer, changes))).toEqual(fields);
  });

  it('is nothing that another user can make', async () => {
    const { endpoint } = await customerOf(webhooks, receiver);

    await expect(webhooks.ask(rotateWebhookSecret, { id: endpoint.id }, randomUUID())).rejects.toMatchObject({ code: 'webhook_not_found' });
  });
});

describe('a secret that was replaced', () => {
  let passedMs = 0;
  let earlier: TestWebhooks;

  beforeAll(async () => {
    // Rotations happen as long ago as the test says; what is sent bears the true time.
    earlier = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host }, () => new Date(Date.now() - 24 * 3_600_000 + passedMs));
  }, 60_000);
  afterAll(() => earlier.stop(), 30_000);

  const sentTo = async ({ userId, path }: Customer): Promise<Received> => {
    const before = receiver.at(path).length;
    await publishBooking(earlier, userId);
    const all = await until(
      () => receiver.at(path),
      (received) => received.length > before,
    );
    return all[before] as Received;
  };
  const rotated = async ({ userId, endpoint }: Customer, overlap_hours: number) =>
    (await earlier.ask(rotateWebhookSecret, { id: endpoint.id, overlap_hours }, userId)).secret_key;

  /** How much of replaced secrets is kept. */
  const sealedBytes = async ({ endpoint }: Customer): Promise<number> => {
    const { rows } = await earlier.sql.query<{ size: number }>('SELECT length(previous_sealed)::int AS size FROM endpoints WHERE id = $1', [
      endpoint.id,
    ]);
    return rows[0]?.size ?? 0;
  };

  it('signs until its time is over, and not after', async () => {
    passedMs = 0;
    const customer = await customerOf(earlier, receiver);

    const second = await rotated(customer, 25);
    const stillOverlapping = await sentTo(customer);
    passedMs = 1;
    const third = await rotated(customer, 23);
    const over = await sentTo(customer);

    expect([customer.endpoint.secret_key, second].map((secret) => isVerified(secret, stillOverlapping))).toEqual([true, true]);
    expect([customer.endpoint.secret_key, second, third].map((secret) => isVerified(secret, over))).toEqual([true, false, true]);
  });

  it('is forgotten with the next rotation after its time', async () => {
    passedMs = 0;
    const [customer, overlapping] = [await customerOf(earlier, receiver), await customerOf(earlier, receiver)];
    for (const each of [customer, overlapping, overlapping]) await rotated(each, 1);
    passedMs = 2 * 3_600_000;

    await rotated(customer, 1);
    const read = await earlier.ask(getWebhookEndpoint, { id: customer.endpoint.id }, customer.userId);

    expect(Date.parse(read.previous_secret_until ?? '') - Date.now()).toBeLessThan(-20 * 3_600_000);
    expect(await sealedBytes(customer)).toBeLessThan(await sealedBytes(overlapping));
  });

  it('is erased by the sweep once its time is over, and those that still sign stay', async () => {
    passedMs = 0;
    const [over, overlapping, never] = [
      await customerOf(earlier, receiver),
      await customerOf(earlier, receiver),
      await customerOf(earlier, receiver),
    ];
    await rotated(over, 1);
    await rotated(overlapping, 48);
    const log = createLogger('webhooks', 'silent');
    const database = await Database.open({ url: earlier.database.url, schema: 'webhooks', entities: [], migrations: [], log });
    const endpoints = new EndpointsRepository(database);
    const kept = async () => Promise.all([over, overlapping, never].map(async (each) => (await sealedBytes(each)) > 0));
    const before = await kept();

    const forgotten = await endpoints.forgetPrevious(new Date());
    const again = await endpoints.forgetPrevious(new Date());
    await database.close();

    expect([before, await kept()]).toEqual([
      [true, true, false],
      [false, true, false],
    ]);
    expect(forgotten).toBeGreaterThanOrEqual(1);
    expect(again).toBe(0);
    expect(isVerified(overlapping.endpoint.secret_key, await sentTo(overlapping))).toBe(true);
  });
});

describe('an Ed25519 key', () => {
  it('signs what its public key verifies, and no other', async () => {
    const customer = await customerOf(webhooks, receiver, { signing: 'ed25519' });
    const other = await customerOf(webhooks, receiver, { signing: 'ed25519' });
    const received = await delivered(customer);

    expect(customer.endpoint).toMatchObject({
      signing: 'ed25519',
      secret_key: expect.stringMatching(/^whsk_/),
      public_key: expect.stringMatching(/^whpk_/),
    });
    expect(verifyWithPublicKey(customer.endpoint.public_key ?? '', received)).toBe(true);
    expect(verifyWithPublicKey(other.endpoint.public_key ?? '', received)).toBe(false);
    expect(verifyWithPublicKey(customer.endpoint.public_key ?? '', { ...received, body: `${received.body} ` })).toBe(false);
  });

  it('can follow a shared secret with an overlap of both schemes', async () => {
    const customer = await customerOf(webhooks, receiver);

    const rotated = await rotate(customer, { signing: 'ed25519' });
    const received = await delivered(customer);
    await webhooks.ask(testWebhookEndpoint, { id: customer.endpoint.id }, customer.userId);

    expect(received.headers['webhook-signature']).toMatch(/^v1a,\S{88} v1,\S{44}$/);
    expect(isVerified(customer.endpoint.secret_key, received)).toBe(true);
    expect(verifyWithPublicKey(rotated.public_key ?? '', received)).toBe(true);
    expect(verifyWithPublicKey(rotated.public_key ?? '', receiver.at(customer.path)[1] as Received)).toBe(true);
  });

  it('whose halves do not belong together is refused', async () => {
    const create = webhooks.ask(
      createWebhookEndpoint,
      { name: 'CRM', webhook_url: receiver.url('/'), events: ['*'], secret_key: `whsk_${randomBytes(64).toString('base64')}` },
      randomUUID(),
    );

    expect(await fieldsOf(create)).toEqual(['secret_key']);
  });
});
