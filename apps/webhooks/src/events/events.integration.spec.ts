import { randomUUID } from 'node:crypto';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { createWebhookEndpoint, listActivity, publishEvents } from '@patchbay/contracts';
import { startReceiver, until, type Receiver } from '../testing/receiver.js';
import { aBooking, startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

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

const count = async (table: string, where: string, value: string): Promise<number> =>
  (await webhooks.sql.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE ${where} = $1`, [value])).rows[0]?.n ?? -1;

const endpointOf = (userId: string, path: string, events: readonly string[]) =>
  webhooks.ask(createWebhookEndpoint, { name: path, webhook_url: receiver.url(path), events }, userId);

/** Publishes straight to the bus, as a product in any language would. */
async function publishToBus(subject: string, payload: string, id?: string): Promise<void> {
  const connection = await connect({ servers: webhooks.nats.url });
  const carried = headers();
  if (id !== undefined) carried.set('Nats-Msg-Id', id);
  await jetstream(connection).publish(subject, payload, { headers: carried });
  await connection.close();
}

const refusal = (input: unknown) =>
  webhooks.ask(publishEvents, input).then(
    () => 'accepted',
    (error: { code: string; details: unknown }) => ({ code: error.code, details: error.details }),
  );

describe('intake', () => {
  it('takes an event once, however often it is sent', async () => {
    const userId = randomUUID();
    await endpointOf(userId, `/once-${userId}`, ['*']);
    const event = { id: randomUUID(), type: 'booking_created', data: aBooking(userId) };

    const answers = await Promise.all([1, 2, 3].map(() => webhooks.ask(publishEvents, event)));
    const later = await webhooks.ask(publishEvents, event);

    const statuses = [...answers, later].flatMap(({ items }) => items.map((item) => item.status)).sort();
    expect(statuses).toEqual(['accepted', 'duplicate', 'duplicate', 'duplicate']);
    expect([
      await count('events', 'id', event.id),
      await count('outbox', 'id', event.id),
      await count('delivery_states', 'event_id', event.id),
    ]).toEqual([1, 1, 1]);
  });

  it('takes an id in capitals for the same id', async () => {
    const id = randomUUID();
    const event = { type: 'booking_created', data: aBooking(randomUUID()) };

    const first = await webhooks.ask(publishEvents, { ...event, id: id.toUpperCase() });
    const second = await webhooks.ask(publishEvents, { ...event, id });
    const { rows } = await webhooks.sql.query('SELECT payload FROM outbox WHERE id = $1', [id]);

    expect([first, second].map(({ items }) => items)).toEqual([[{ id, status: 'accepted' }], [{ id, status: 'duplicate' }]]);
    expect(JSON.parse(rows[0].payload)).toMatchObject({ id });
  });

  it('tells for each of many whether it was new', async () => {
    const userId = randomUUID();
    const event = { id: randomUUID(), type: 'booking_created', data: aBooking(userId) };
    await webhooks.ask(publishEvents, event);

    const { items } = await webhooks.ask(publishEvents, { events: [{ type: 'booking_created', data: aBooking(userId) }, event] });

    expect(items.map((item) => item.status)).toEqual(['accepted', 'duplicate']);
  });

  it('fans out to matching endpoints of the owner and to nobody else', async () => {
    const [userId, stranger] = [randomUUID(), randomUUID()];
    await Promise.all([
      endpointOf(userId, `/all-${userId}`, ['*']),
      endpointOf(userId, `/bookings-${userId}`, ['booking_*']),
      endpointOf(userId, `/links-${userId}`, ['meeting_link_created']),
      endpointOf(stranger, `/all-${stranger}`, ['*']),
    ]);

    await webhooks.ask(publishEvents, { type: 'booking_created', data: aBooking(userId) });
    await until(
      () => receiver.received.filter((one) => one.path.endsWith(userId)).length,
      (many) => many === 2,
    );
    await webhooks.ask(publishEvents, { type: 'booking_created', data: aBooking(stranger) });
    await until(
      () => receiver.at(`/all-${stranger}`).length,
      (many) => many === 1,
    );

    expect(
      receiver.received
        .filter((one) => one.path.endsWith(userId))
        .map((one) => one.path)
        .sort(),
    ).toEqual([`/all-${userId}`, `/bookings-${userId}`]);
  });

  it('does nothing twice when its own event comes back over the bus', async () => {
    const userId = randomUUID();
    await endpointOf(userId, `/echo-${userId}`, ['*']);

    const { items } = await webhooks.ask(publishEvents, { type: 'booking_created', data: aBooking(userId) });
    const id = items[0]?.id ?? '';
    await until(
      () => count('inbox', 'event_id', id),
      (rows) => rows === 1,
    );

    expect(await count('delivery_states', 'event_id', id)).toBe(1);
    expect(receiver.at(`/echo-${userId}`)).toHaveLength(1);
    expect((await webhooks.ask(listActivity, { log_type: 'event_received' }, userId)).items).toHaveLength(1);
  });

  it.each([
    ['an unknown type', { type: 'booking_creatd', data: {} }, 'event_type_unknown', ['type']],
    ['an event of ours', { type: 'meeting_link_created', data: {} }, 'event_type_unknown', ['type']],
    ['an unknown version', { type: 'booking_created', version: 7, data: {} }, 'event_version_unknown', ['version']],
    [
      'a booking that ends before it starts',
      { type: 'booking_created', data: aBooking(randomUUID(), { end_time: '2026-12-01T14:00:00Z' }) },
      'request_invalid',
      ['data.end_time'],
    ],
    [
      'an unknown field',
      { type: 'booking_created', data: aBooking(randomUUID(), { organizer: { user_id: randomUUID(), foo: 1 } }) },
      'request_invalid',
      ['data.organizer.foo'],
    ],
    ['a foreign tenant', { type: 'booking_created', tenant_id: 'other', data: aBooking(randomUUID()) }, 'request_invalid', ['tenant_id']],
    [
      'a bad one among many',
      {
        events: [
          { type: 'booking_created', data: aBooking(randomUUID()) },
          { type: 'nope', data: {} },
        ],
      },
      'event_type_unknown',
      ['events.1.type'],
    ],
  ])('refuses %s and names the field', async (_what, input, code, fields) => {
    const refused = await refusal(input);

    expect(refused).toMatchObject({ code });
    expect(Object.keys((refused as { details: object }).details)).toEqual(fields);
  });

  it('stores nothing of a batch of which one is refused', async () => {
    const id = randomUUID();

    await refusal({
      events: [
        { id, type: 'booking_created', data: aBooking(randomUUID()) },
        { type: 'booking_created', data: {} },
      ],
    });

    expect(await count('events', 'id', id)).toBe(0);
  });
});

describe('the bus', () => {
  it('brings events that were published without HTTP', async () => {
    const userId = randomUUID();
    const path = `/bus-${userId}`;
    await endpointOf(userId, path, ['*']);
    const id = randomUUID();

    await publishToBus('event.booking_created.v1', JSON.stringify({ type: 'booking_created', data: aBooking(userId) }), id);
    const [received] = await until(
      () => receiver.at(path),
      (all) => all.length > 0,
    );

    expect(received?.headers['webhook-id']).toBe(id);
  });

  it('keeps announced steps as the activity log, which its owner can search', async () => {
    const userId = randomUUID();
    const step = (message: string, success: boolean, bookingId: string) =>
      JSON.stringify({
        type: 'activity_recorded',
        data: { user_id: userId, log_type: 'error', integration_type: 'zoom', booking_id: bookingId, message, success },
      });

    await publishToBus('event.activity_recorded.v1', step('Zoom was 100% down', false, 'bk_1'));
    await publishToBus('event.activity_recorded.v1', step('Zoom answered', true, 'bk_2'));
    await until(
      () => webhooks.ask(listActivity, {}, userId),
      ({ items }) => items.length === 2,
    );
    const messages = async (query: object) => (await webhooks.ask(listActivity, query, userId)).items.map((item) => item.message);
    const today = new Date().toISOString().slice(0, 10);

    expect(await messages({ search: '100%' })).toEqual(['Zoom was 100% down']);
    expect(await messages({ success: true })).toEqual(['Zoom answered']);
    expect(await messages({ booking: 'bk_1' })).toEqual(['Zoom was 100% down']);
    expect(await messages({ start_date: today, end_date: today })).toHaveLength(2);
    expect(await messages({ end_date: '2020-01-01' })).toEqual([]);
    expect(await messages({ integration_type: 'google' })).toEqual([]);
    expect((await webhooks.ask(listActivity, {}, randomUUID())).items).toEqual([]);
  });

  it('sets a poisoned message aside and goes on', async () => {
    const userId = randomUUID();
    const path = `/after-poison-${userId}`;
    await endpointOf(userId, path, ['*']);

    await publishToBus('event.booking_created.v1', 'not json \u0000');
    await publishToBus('event.booking_created.v1', JSON.stringify({ type: 'booking_created', data: aBooking(userId) }));
    await until(
      () => receiver.at(path),
      (all) => all.length > 0,
    );
    const { rows } = await webhooks.sql.query('SELECT subject, error FROM dead_letters');

    expect(rows).toEqual([{ subject: 'event.booking_created.v1', error: 'the payload is not JSON' }]);
  });
});
