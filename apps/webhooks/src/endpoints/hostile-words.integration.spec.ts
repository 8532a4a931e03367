import { randomBytes, randomUUID } from 'node:crypto';
import { jetstream } from '@nats-io/jetstream';
import {
  createWebhookEndpoint,
  exportWebhookDeliveries,
  listActivity,
  listReceivedWebhooks,
  listWebhookDeliveries,
  listWebhookEndpoints,
  publishEvents,
  type Caller,
  type InputOf,
  type RequestContract,
} from '@patchbay/contracts';
import { connectNats, RequestClient } from '@patchbay/messaging';
import { createLogger, databaseConfig, loadConfig, startService, type RunningService, type ServiceParts } from '@patchbay/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { customerOf, finishedTo, publishBooking, type Customer } from '../testing/customers.js';
import { answer, startReceiver, until, type Receiver } from '../testing/receiver.js';
import { aBooking, startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';
import { webhooksService } from '../webhooks.service-definition.js';

const words = 'mine\r\n{"level":"error","msg":"forged"}\n\u001b[2J\u001b[31m\u0007\u0008 =cmd|x <script>alert(1)</script> ${jndi:ldap://x} %s %o';

let receiver: Receiver;
let webhooks: TestWebhooks;
let replica: RunningService;
let connection: NatsConnection;
let requests: RequestClient;
const rows: string[] = [];
const log = createLogger('webhooks', 'trace', { write: (row) => void rows.push(row) });

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks();
  await webhooks.stopReplicas();
  const environment = {
    DATABASE_URL: webhooks.database.url,
    NATS_URL: webhooks.nats.url,
    TOKEN_MASTER_KEYS: `mine:${randomBytes(32).toString('base64')}`,
    WEBHOOKS_EGRESS_ALLOW: receiver.host,
    WEBHOOKS_RETRY_SCHEDULE_SECONDS: '0.05',
  };
  const config = loadConfig(webhooksService.config.extend(databaseConfig.shape), environment) as ServiceParts['config'];
  replica = await startService(webhooksService, { config, log, clock: () => new Date() });
  connection = await connectNats({ servers: webhooks.nats.url, name: 'spec', log });
  requests = new RequestClient(connection);
}, 60_000);

afterAll(async () => {
  requests.close();
  await connection.close();
  await replica.stop();
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

describe('words that mean harm', () => {
  it('are one line of JSON each in the log, wherever they come from', async () => {
    const customer = await customerOf(webhooks, receiver, { name: words.slice(0, 200), description: words, retry_failed: false });
    receiver.behave(customer.path, answer(500, { 'x-answer': 'a' }, words));
    await publishBooking(webhooks, customer.userId);
    await finishedTo(webhooks, customer);
    const odd = await customerOf(webhooks, receiver, { webhook_url: `${receiver.url('/odd')}?a=%0d%0a%1b[31m` });
    await publishBooking(webhooks, odd.userId);
    await finishedTo(webhooks, odd);
    const poison = [
      words,
      JSON.stringify({ type: words.slice(0, 100), data: {} }),
      JSON.stringify({ type: 'booking_created', data: { [words]: words } }),
      JSON.stringify({ type: 'booking_created', tenant_id: words.slice(0, 90), data: { ...aBooking(randomUUID()), title: words, [words]: 1 } }),
    ];
    const before = rows.length;
    for (const payload of poison) await jetstream(connection).publish('event.booking_created.v1', payload);
    await jetstream(connection).publish('event.\u001b[31m.v1', '{}');
    await until(() => rows.slice(before).filter((row) => row.includes('went to the dead letters')).length >= poison.length);

    // Nothing of it should ever get that far; if it does, it is still one line.
    log.error({ err: new Error(words), [words]: words }, words);

    expect(rows.length).toBeGreaterThan(poison.length);
    for (const row of rows) {
      expect(row.endsWith('\n')).toBe(true);
      expect(row.slice(0, -1)).not.toMatch(/[\u0000-\u001f]/);
      expect(JSON.parse(row)).toMatchObject({ service: 'webhooks' });
    }
    expect(rows.map((row) => JSON.parse(row).msg).filter((message) => message === 'forged')).toEqual([]);
  });

  it('are kept and answered word for word, as JSON, for whoever shows them to make harmless', async () => {
    const customer = await customerOf(webhooks, receiver, { description: words });
    const { items } = await webhooks.ask(listWebhookEndpoints, {}, customer.userId);

    expect(items).toEqual([expect.objectContaining({ id: customer.endpoint.id, description: words })]);
  });

  it.each([
    ['an event type', { type: words.slice(0, 100) }],
    ['an event type that is a subject', { type: 'booking_created.v1' }],
    ['an event type for all subjects', { type: '>' }],
    ['an event type for one part of a subject', { type: 'booking_*' }],
    ['an event type with spaces', { type: 'booking_created booking_cancelled' }],
    ['an event type above', { type: '../request' }],
  ])('are refused as %s, and nothing is put on the bus for them', async (_what, changes) => {
    const heard: string[] = [];
    const subscription = connection.subscribe('event.>', { callback: (_error, { subject }) => void heard.push(subject) });
    const before = await requests
      .send(publishEvents, { data: aBooking(randomUUID()), ...changes } as InputOf<typeof publishEvents>, { caller: product })
      .then(
        () => 'accepted',
        (error: { code: string }) => error.code,
      );
    // Whatever had been put there would come before this one.
    await webhooks.ask(publishEvents, { type: 'booking_created', data: aBooking(randomUUID()) });
    await until(() => heard.includes('event.booking_created.v1'));
    subscription.unsubscribe();

    expect(before).toBe('event_type_unknown');
    expect(new Set(heard)).toEqual(new Set(['event.booking_created.v1']));
  });

  it.each(['>', '*', 'event.>', 'a.b', 'a b', '*.>', "'; DROP TABLE events; --", '\u0001'])(
    'lead a tenant called %j to no other subject',
    async (tenant) => {
      const heard: string[] = [];
      const subscription = connection.subscribe('>', { callback: (_error, { subject }) => void heard.push(subject) });
      const caller: Caller = { tenant_id: tenant, role: 'service' };
      await requests.send(
        publishEvents,
        { type: 'booking_created', tenant_id: tenant, data: aBooking(randomUUID()) } as InputOf<typeof publishEvents>,
        { caller },
      );
      await until(() => heard.includes('event.booking_created.v1'));
      subscription.unsubscribe();

      expect(
        heard.filter(
          (subject) => subject.startsWith('event.') && !subject.startsWith('event.booking_created') && !subject.startsWith('event.activity'),
        ),
      ).toEqual([]);
    },
  );
});

const product: Caller = { tenant_id: 'default', role: 'service' };
const admin: Caller = { tenant_id: 'default', role: 'admin', user_id: randomUUID() };
const injections = [
  "' OR '1'='1",
  "'; DROP TABLE deliveries; --",
  '" OR 1=1 --',
  '%',
  '__',
  '%%%',
  '\\',
  '\\%',
  '%\\',
  "\\' OR 1=1 --",
  '$1',
  '$$',
  '*',
  '.*',
  '[a-z]',
  '(?=.)',
  '{"$ne":null}',
  '$.data',
  'data->>0',
  "data' ->> 'x",
  '1; SELECT pg_sleep(5)',
  'NULL',
  'undefined',
  "E'\\\\x00'",
  '\u2019 OR 1=1',
];

describe('a filter that means harm', () => {
  let customer: Customer;

  beforeAll(async () => {
    customer = await customerOf(webhooks, receiver);
    await publishBooking(webhooks, customer.userId);
    await finishedTo(webhooks, customer);
  });

  const outcome = async (contract: RequestContract, input: object, caller: Caller): Promise<unknown> => {
    try {
      const found = (await requests.send(contract, input as InputOf<RequestContract>, { caller })) as {
        readonly items?: readonly unknown[];
        readonly content?: string;
      };
      return found.items ?? found.content?.split('\n').slice(1).filter(Boolean) ?? found;
    } catch (error) {
      return (error as { readonly code?: string }).code;
    }
  };

  it.each(injections)('finds nothing and breaks nothing: %s', async (text) => {
    const owner: Caller = { tenant_id: 'default', role: 'user', user_id: customer.userId };
    const { id } = customer.endpoint;
    const before = Date.now();
    const outcomes = await Promise.all([
      outcome(listWebhookDeliveries, { id, q: text }, owner),
      outcome(exportWebhookDeliveries, { id, q: text }, owner),
      outcome(listActivity, { search: text }, owner),
      outcome(listActivity, { booking: text }, owner),
      outcome(listActivity, { integration_type: text }, owner),
      outcome(listReceivedWebhooks, { provider: text }, admin),
      outcome(listReceivedWebhooks, { type: text }, admin),
    ]);
    const refusals = await Promise.all([
      outcome(listWebhookDeliveries, { id, cursor: text }, owner),
      outcome(listWebhookDeliveries, { id, since: text }, owner),
      outcome(listWebhookDeliveries, { id, limit: text }, owner),
      outcome(listWebhookDeliveries, { id: text }, owner),
    ]);

    expect(outcomes).toEqual(outcomes.map(() => []));
    expect(refusals.filter((code) => typeof code !== 'string' || !/^(request_invalid|not_found|webhook_not_found)$/.test(code))).toEqual([]);
    expect(Date.now() - before).toBeLessThan(4_000);
  });

  it('left everything there', async () => {
    expect((await webhooks.ask(listWebhookDeliveries, { id: customer.endpoint.id }, customer.userId)).items).toHaveLength(1);
    expect((await webhooks.ask(listActivity, { search: 'booking_created' }, customer.userId)).items.length).toBeGreaterThan(0);
  });

  it('is a pattern of stars that is hard to compare, and delays nobody', async () => {
    const userId = randomUUID();
    const stars = [...'booking_created'].map((letter) => `*${letter}`).join('');
    const input = { name: 'E', webhook_url: receiver.url('/stars'), events: Array.from({ length: 50 }, (_none, index) => stars + '*'.repeat(index)) };
    await webhooks.ask(createWebhookEndpoint, input, userId);
    const before = Date.now();
    await publishBooking(webhooks, userId);
    await until(() => receiver.at('/stars').length > 0);

    expect(receiver.at('/stars')).toHaveLength(1);
    expect(Date.now() - before).toBeLessThan(3_000);
  });
});
