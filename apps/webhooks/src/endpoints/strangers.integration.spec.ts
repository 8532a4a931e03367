import { randomUUID } from 'node:crypto';
import {
  listActivity,
  recoverWebhookDeliveries,
  replayWebhookDeliveries,
  getWebhookEndpoint,
  getWebhookJob,
  listWebhookEndpoints,
  listWebhookJobs,
  routeCatalog,
  type Caller,
  type InputOf,
  type RequestContract,
} from '@patchbay/contracts';
import { connectNats, RequestClient } from '@patchbay/messaging';
import { createLogger } from '@patchbay/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { customerOf, deliveriesTo, finishedTo, publishBooking, type Customer } from '../testing/customers.js';
import { answer, startReceiver, until, type Receiver } from '../testing/receiver.js';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

const ofEndpoints = routeCatalog.filter(({ path }) => path.startsWith('/api/v1/integrations/webhooks'));
const about = ofEndpoints.filter(({ path }) => path.includes(':id'));
const range = { from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', since: '2026-01-01T00:00:00Z' };
const whole = { name: 'Taken over', webhook_url: 'https://example.com/mine', events: ['*'] };

let receiver: Receiver;
let webhooks: TestWebhooks;
let connection: NatsConnection;
let requests: RequestClient;
let owner: Customer;
let ids: { readonly id: string; readonly job_id: string; readonly delivery: string };

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host, WEBHOOKS_RETRY_SCHEDULE_SECONDS: '600' });
  connection = await connectNats({ servers: webhooks.nats.url, name: 'strangers', log: createLogger('webhooks', 'silent') });
  requests = new RequestClient(connection);
  owner = await customerOf(webhooks, receiver, { headers: { authorization: 'Bearer of-the-owner' } });
  receiver.behave(owner.path, answer(500, {}, 'an answer to the owner'));
  await publishBooking(webhooks, owner.userId);
  const [delivery] = await until(
    () => deliveriesTo(webhooks, owner),
    (items) => (items[0]?.attempt_count ?? 0) > 0,
  );
  const job = await webhooks.ask(replayWebhookDeliveries, { id: owner.endpoint.id, from: range.from, to: range.to }, owner.userId);
  await until(
    () => webhooks.ask(getWebhookJob, { id: owner.endpoint.id, job_id: job.id }, owner.userId),
    ({ status }) => status === 'completed',
  );
  ids = { id: owner.endpoint.id, job_id: job.id, delivery: delivery?.id ?? '' };
}, 60_000);

afterAll(async () => {
  requests.close();
  await connection.close();
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

/** What an input of a route about one thing needs so that nothing but the owner can be in the way. */
function inputOf(contract: RequestContract, path: string, { id, job_id, delivery } = ids): object {
  const wanted = { ...range, ...whole, id: path.includes('/deliveries/:id') ? delivery : id, job_id };
  const known = new Set(Object.keys((contract.input as { readonly shape?: object }).shape ?? {}));
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => known.has(key)));
}

const codeOf = (contract: RequestContract, input: object, caller: Caller): Promise<string> =>
  requests.send(contract, input as InputOf<RequestContract>, { caller }).then(
    () => 'no failure',
    (error: { readonly code?: string }) => String(error.code),
  );

const strangers = (): readonly (readonly [string, Caller])[] => [
  ['another user', { tenant_id: 'default', role: 'user', user_id: randomUUID() }],
  ['the same user id in another tenant', { tenant_id: 'acme', role: 'user', user_id: owner.userId }],
  ['an admin of another tenant', { tenant_id: 'acme', role: 'admin', user_id: randomUUID() }],
  ['a tenant that looks like a pattern', { tenant_id: '%', role: 'user', user_id: owner.userId }],
  ['a tenant that is SQL', { tenant_id: "default' OR '1'='1", role: 'user', user_id: owner.userId }],
];
const who = [
  'another user',
  'the same user id in another tenant',
  'an admin of another tenant',
  'a tenant that looks like a pattern',
  'a tenant that is SQL',
];
const callerOf = (name: string): Caller => {
  const found = strangers().find(([each]) => each === name);
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return found[1];
};

describe("a stranger's hands on an endpoint, its deliveries and its jobs", () => {
  const cases = about.flatMap(({ method, path, request }) => who.map((name) => [`${method} ${path}`, name, request, path] as const));

  it('are tried on every route about one of them', () => {
    expect(about.length).toBeGreaterThanOrEqual(15);
    expect(ids.delivery).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(cases)('%s finds nothing for %s', async (_route, name, contract, path) => {
    const nobody = { id: randomUUID(), job_id: randomUUID(), delivery: randomUUID() };
    const code = await codeOf(contract, inputOf(contract, path), callerOf(name));

    expect(code).toMatch(/^webhook_(delivery_|job_)?not_found$/);
    // Whether it is another's or nobody's must not show.
    expect(code).toBe(await codeOf(contract, inputOf(contract, path, nobody), callerOf(name)));
  });

  it.each(who)('come out of every list empty for %s', async (name) => {
    const caller = callerOf(name);
    const [endpoints, activity] = await Promise.all([
      requests.send(listWebhookEndpoints, { limit: 50 }, { caller }),
      requests.send(listActivity, { limit: 50 } as InputOf<typeof listActivity>, { caller }),
    ]);

    expect([endpoints.items, activity.items]).toEqual([[], []]);
  });

  it('reach no job through an endpoint that is one’s own', async () => {
    const other = await customerOf(webhooks, receiver);
    const caller: Caller = { tenant_id: 'default', role: 'user', user_id: other.userId };
    const ofJobs = about.filter(({ path }) => path.includes(':job_id'));
    const codes = await Promise.all(ofJobs.map(({ request }) => codeOf(request, { id: other.endpoint.id, job_id: ids.job_id }, caller)));

    expect(ofJobs.length).toBeGreaterThan(2);
    expect(codes).toEqual(codes.map(() => 'webhook_job_not_found'));
  });

  it('make nothing happen for the owner when they recover and replay what is their own', async () => {
    const other = await customerOf(webhooks, receiver);
    await publishBooking(webhooks, other.userId);
    await finishedTo(webhooks, other);
    const before = receiver.at(owner.path).length;
    for (const contract of [recoverWebhookDeliveries, replayWebhookDeliveries]) {
      const job = await webhooks.ask(contract, inputOf(contract, '', { ...ids, id: other.endpoint.id }), other.userId);
      await until(
        () => webhooks.ask(getWebhookJob, { id: other.endpoint.id, job_id: job.id }, other.userId),
        ({ status }) => status === 'completed',
      );
    }

    expect(receiver.at(other.path).length).toBeGreaterThan(1);
    expect(receiver.at(owner.path)).toHaveLength(before);
  });

  it('leave everything as it was', async () => {
    const after = await webhooks.ask(getWebhookEndpoint, { id: ids.id }, owner.userId);
    const jobs = await webhooks.ask(listWebhookJobs, { id: ids.id }, owner.userId);

    expect(after).toMatchObject({ name: 'CRM', is_active: true, webhook_url: owner.endpoint.webhook_url, updated_at: owner.endpoint.updated_at });
    expect(jobs.items.map(({ id }) => id)).toEqual([ids.job_id]);
  });
});
