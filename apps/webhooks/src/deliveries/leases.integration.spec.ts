import { randomUUID } from 'node:crypto';
import { publishEvents } from '@patchbay/contracts';
import { customerOf, finishedTo, publishBooking, type Customer } from '../testing/customers.js';
import { makeDue } from '../testing/history.js';
import { startReceiver, until, type Receiver } from '../testing/receiver.js';
import { aBooking, startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

let receiver: Receiver;
let webhooks: TestWebhooks;

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host, WEBHOOKS_TIMEOUT_SECONDS: '15' });
}, 60_000);

afterAll(async () => {
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

const anEndpoint = (changes: Readonly<Record<string, unknown>> = {}) => customerOf(webhooks, receiver, changes);
const publish = (userId: string) => publishBooking(webhooks, userId);
const finished = (customer: Pick<Customer, 'userId' | 'endpoint'>) => finishedTo(webhooks, customer);

describe('leases', () => {
  it('lets nobody write about a delivery that another replica took meanwhile', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    let finish: () => void = () => undefined;
    receiver.behave(path, (_received, response) => (finish = () => response.writeHead(200).end()));

    await publish(userId);
    await until(
      () => receiver.at(path),
      (all) => all.length > 0,
    );
    const other = randomUUID();
    await webhooks.sql.query(`UPDATE pending_deliveries SET lease_token = $2, lease_until = now() + interval '1 hour' WHERE endpoint_id = $1`, [
      endpoint.id,
      other,
    ]);
    finish();
    const second = await anEndpoint();
    await publish(second.userId);
    await finished(second);
    const { rows } = await webhooks.sql.query(`SELECT attempt_count, lease_token FROM pending_deliveries WHERE endpoint_id = $1`, [endpoint.id]);

    expect(rows).toEqual([{ attempt_count: 0, lease_token: other }]);
  });

  it('sends what a replica that died had taken', async () => {
    const { userId, path, endpoint } = await anEndpoint({ is_active: false });
    const eventId = await publish(userId);
    await webhooks.sql.query(`UPDATE endpoints SET is_active = true WHERE id = $1`, [endpoint.id]);

    await makeDue(webhooks, eventId, { endpoint, lease: { token: randomUUID(), ms: 200 } });
    const [received] = await until(
      () => receiver.at(path),
      (all) => all.length > 0,
    );

    expect(received?.headers['webhook-id']).toBe(eventId);
  });

  it('sends a backlog once each with two replicas', async () => {
    const { userId, path, endpoint } = await anEndpoint({ is_active: false });
    const ids = (
      await webhooks.ask(publishEvents, { events: Array.from({ length: 400 }, () => ({ type: 'booking_created', data: aBooking(userId) })) })
    ).items;
    const second = await webhooks.start();
    await webhooks.sql.query(`UPDATE endpoints SET is_active = true WHERE id = $1`, [endpoint.id]);

    for (const { id } of ids) await makeDue(webhooks, id, { endpoint });
    await until(
      () => webhooks.sql.query(`SELECT count(*)::int AS open FROM pending_deliveries WHERE endpoint_id = $1`, [endpoint.id]),
      ({ rows }) => rows[0]?.open === 0,
    );
    await second.stop();

    expect(receiver.at(path)).toHaveLength(400);
    expect(new Set(receiver.at(path).map((one) => one.headers['webhook-id']))).toEqual(new Set(ids.map((one) => one.id)));
  }, 15_000);

  it('last as long as the receiver takes, so that nobody else sends the same meanwhile', async () => {
    const { userId, path, endpoint } = await anEndpoint();
    let finish: () => void = () => undefined;
    receiver.behave(path, (_received, response) => (finish = () => response.writeHead(200).end()));
    const lease = async (): Promise<number> => {
      const { rows } = await webhooks.sql.query<{ lease_until: Date }>(`SELECT lease_until FROM pending_deliveries WHERE endpoint_id = $1`, [
        endpoint.id,
      ]);
      return rows[0]?.lease_until.getTime() ?? 0;
    };

    await publish(userId);
    await until(
      () => receiver.at(path),
      (all) => all.length > 0,
    );
    const first = await lease();
    const renewed = await until(lease, (at) => at > first);
    finish();
    const [delivery] = await finished({ userId, endpoint });

    expect(renewed - first).toBeGreaterThan(2_000);
    expect(delivery).toMatchObject({ status: 'succeeded', attempt_count: 1 });
    expect(receiver.at(path)).toHaveLength(1);
  }, 20_000);
});
