import { publishEvents } from '@patchbay/contracts';
import { customerOf, finishedTo, publishBooking, type Customer } from '../testing/customers.js';
import { makeDue } from '../testing/history.js';
import { startReceiver, until, type Receiver } from '../testing/receiver.js';
import { aBooking, startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

let receiver: Receiver;
let webhooks: TestWebhooks;

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host, WEBHOOKS_TIMEOUT_SECONDS: '1' });
}, 60_000);

afterAll(async () => {
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

const anEndpoint = (changes: Readonly<Record<string, unknown>> = {}) => customerOf(webhooks, receiver, changes);
const publish = (userId: string) => publishBooking(webhooks, userId);
const finished = (customer: Pick<Customer, 'userId' | 'endpoint'>) => finishedTo(webhooks, customer);

describe('a slow endpoint', () => {
  it('does not let an endpoint that never answers delay another', async () => {
    const slow = await anEndpoint({ retry_failed: false });
    receiver.behave(slow.path, () => undefined);
    const healthy = await anEndpoint();

    await Promise.all(Array.from({ length: 300 }, () => publish(slow.userId)));
    const before = Date.now();
    await publish(healthy.userId);
    await until(
      () => receiver.at(healthy.path),
      (all) => all.length > 0,
    );

    expect(Date.now() - before).toBeLessThan(1_000);
  });

  it('does not let a burst to an endpoint that takes its time delay what is due for another', async () => {
    const slow = await anEndpoint();
    receiver.behave(slow.path, (_received, response) => void setTimeout(() => response.writeHead(200).end(), 900));
    const healthy = await anEndpoint();
    const burst = { events: Array.from({ length: 500 }, () => ({ type: 'booking_created', data: aBooking(slow.userId) })) };
    const retried = await publish(healthy.userId);
    await finished(healthy);

    for (let batch = 0; batch < 9; batch += 1) await webhooks.ask(publishEvents, burst);
    const before = Date.now();
    await makeDue(webhooks, retried, healthy);
    const fresh = await publish(healthy.userId);
    await until(
      () => receiver.at(healthy.path),
      (all) => all.length === 3,
    );

    expect(
      receiver
        .at(healthy.path)
        .map((one) => one.headers['webhook-id'])
        .sort(),
    ).toEqual([retried, retried, fresh].sort());
    expect(Date.now() - before).toBeLessThan(2_500);
    await webhooks.sql.query(`DELETE FROM pending_deliveries WHERE endpoint_id = $1`, [slow.endpoint.id]);
  }, 20_000);
});

describe('a backlog', () => {
  const backlog = 20_000;

  it('of one endpoint delays nothing that is due for others, and leaves what its endpoint does not take alone', async () => {
    const crowded = await anEndpoint();
    receiver.behave(crowded.path, () => undefined);
    const others = await Promise.all(Array.from({ length: 5 }, () => anEndpoint()));
    const retried = await Promise.all(others.map((other) => publish(other.userId)));
    await Promise.all(others.map(finished));
    await webhooks.sql.query(
      `WITH stored AS (
         INSERT INTO events (key, id, user_id, type, version, payload)
         SELECT new_id(), gen_random_uuid(), $1, 'booking_created', 1, '{}' FROM generate_series(1, $3::int) RETURNING key
       )
       INSERT INTO pending_deliveries (id, endpoint_id, event_key) SELECT delivery_id(key, $2), $2, key FROM stored`,
      [crowded.userId, crowded.endpoint.id, backlog],
    );
    await until(() => receiver.at(crowded.path).length > 0);

    for (const [index, other] of others.entries()) await makeDue(webhooks, retried[index] ?? '', other);
    const before = Date.now();
    await until(() => others.every(({ path }) => receiver.at(path).length === 2));
    const tookMs = Date.now() - before;
    const { rows } = await webhooks.sql.query<{ untouched: number }>(
      `SELECT count(*)::int AS untouched FROM pending_deliveries WHERE endpoint_id = $1 AND lease_token IS NULL AND next_attempt_at <= now()`,
      [crowded.endpoint.id],
    );
    await webhooks.sql.query(`DELETE FROM pending_deliveries WHERE endpoint_id = $1`, [crowded.endpoint.id]);

    expect(tookMs).toBeLessThan(2_500);
    expect(rows[0]?.untouched).toBeGreaterThan(backlog - 500);
  }, 20_000);
});

describe('an endpoint with a rate of its own', () => {
  it('gets its deliveries when it allows one a minute', async () => {
    const rare = await anEndpoint({ rate_limit_per_minute: 1 });

    await publish(rare.userId);
    await finished(rare);

    expect(receiver.at(rare.path)).toHaveLength(1);
  });

  it('gets everything, no faster than that, and delays nobody else', async () => {
    const limited = await anEndpoint({ rate_limit_per_minute: 600 });
    const free = await anEndpoint();
    const burst = { events: Array.from({ length: 45 }, () => ({ type: 'booking_created', data: aBooking(limited.userId) })) };

    await webhooks.ask(publishEvents, burst);
    await publish(free.userId);
    await finished(free);
    const early = receiver.at(limited.path).length;
    const all = await until(
      () => receiver.at(limited.path),
      (received) => received.length === 45,
    );
    const span = (all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0);

    expect(limited.endpoint.rate_limit_per_minute).toBe(600);
    expect(early).toBeLessThan(45);
    // A second's worth goes at once, ten; each of the others waits a tenth of a second.
    expect(span).toBeGreaterThan(3_300);
  }, 20_000);
});
