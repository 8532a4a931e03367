import { randomUUID } from 'node:crypto';
import {
  getWebhookJob,
  listWebhookJobs,
  pauseWebhookJob,
  recoverWebhookDeliveries,
  replayWebhookDeliveries,
  resumeWebhookJob,
  updateWebhookEndpoint,
  type WebhookJob,
} from '@patchbay/contracts';
import { customerOf, finishedTo, publishBooking, type Customer } from '../testing/customers.js';
import { storeHistory } from '../testing/history.js';
import { answer, startReceiver, until, type Receiver } from '../testing/receiver.js';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

let receiver: Receiver;
let webhooks: TestWebhooks;

beforeAll(async () => {
  receiver = await startReceiver();
  webhooks = await startWebhooks({ WEBHOOKS_EGRESS_ALLOW: receiver.host, WEBHOOKS_RETRY_SCHEDULE_SECONDS: '600' });
}, 60_000);

afterAll(async () => {
  await webhooks.stop();
  await receiver.stop();
}, 30_000);

const longAgo = '2026-01-01T00:00:00Z';
const range = { from: longAgo, to: '2100-01-01T00:00:00Z' };
const recover = ({ userId, endpoint }: Customer, since = longAgo) => webhooks.ask(recoverWebhookDeliveries, { id: endpoint.id, since }, userId);
const replay = ({ userId, endpoint }: Customer, times: object = range) =>
  webhooks.ask(replayWebhookDeliveries, { id: endpoint.id, ...times }, userId);
const jobOf = ({ userId, endpoint }: Customer, { id }: WebhookJob) => webhooks.ask(getWebhookJob, { id: endpoint.id, job_id: id }, userId);
const completed = (customer: Customer, job: WebhookJob): Promise<WebhookJob> =>
  until(
    () => jobOf(customer, job),
    ({ status }) => status === 'completed',
  );
const idsAt = ({ path }: Customer): readonly string[] => receiver.at(path).map(({ headers }) => String(headers['webhook-id']));

const history = (customer: Customer, status: 'succeeded' | 'failed', count: number) => storeHistory(webhooks, customer, { status, count });

describe('recovering', () => {
  it('makes what was given up again, each once and under its own id, and nothing else', async () => {
    const customer = await customerOf(webhooks, receiver);
    await history(customer, 'succeeded', 30);
    const failed = await history(customer, 'failed', 1_300);

    const begun = await recover(customer);
    const job = await completed(customer, begun);

    expect(begun).toMatchObject({ kind: 'recover', status: 'running', percent: 0 });
    expect(job).toMatchObject({ percent: 100, total: 1_300, delivered: 1_300, retrying: 0, failed: 0, skipped: 0, waiting: 0 });
    expect(idsAt(customer).toSorted()).toEqual([...failed].toSorted());
  });

  it('leaves what was given up before', async () => {
    const customer = await customerOf(webhooks, receiver);
    await history(customer, 'failed', 3);
    const { rows } = await webhooks.sql.query<{ now: Date }>(`SELECT clock_timestamp() + interval '2 ms' AS now`);
    await until(() => Date.now() > (rows[0]?.now.getTime() ?? 0) + 1);
    const late = await history(customer, 'failed', 2);

    await completed(customer, await recover(customer, rows[0]?.now.toISOString()));

    expect(idsAt(customer).toSorted()).toEqual([...late].toSorted());
  });

  it('counts what the receiver still does not take as being retried', async () => {
    const customer = await customerOf(webhooks, receiver);
    receiver.behave(customer.path, answer(503));
    await history(customer, 'failed', 5);

    expect(await completed(customer, await recover(customer))).toMatchObject({ delivered: 0, retrying: 5 });
  });
});

describe('replaying', () => {
  it('makes everything of the range again and passes over what is under way', async () => {
    const customer = await customerOf(webhooks, receiver);
    const old = [...(await history(customer, 'succeeded', 10)), ...(await history(customer, 'failed', 10))];
    receiver.behave(customer.path, answer(503));
    await publishBooking(webhooks, customer.userId);
    await until(() => idsAt(customer).length === 1);
    receiver.behave(customer.path, answer(200));
    const [underWay] = idsAt(customer);

    const job = await completed(customer, await replay(customer));

    expect(job).toMatchObject({ total: 21, delivered: 20, skipped: 1 });
    expect(idsAt(customer).toSorted()).toEqual([...old, underWay].toSorted());
  });

  it('asked for twice is one job, and another range waits for its end', async () => {
    const customer = await customerOf(webhooks, receiver);
    await history(customer, 'succeeded', 900);

    const jobs = await Promise.all([replay(customer), replay(customer), replay(customer)]);
    const other = recover(customer);
    const [first] = jobs as [WebhookJob, ...WebhookJob[]];

    await expect(other).rejects.toMatchObject({ code: 'webhook_job_running', details: { job_id: first.id } });
    await completed(customer, first);
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
    expect(idsAt(customer)).toHaveLength(900);
    expect((await replay(customer)).id).not.toBe(first.id);
  });

  it('rests while it is paused, and goes on where it was', async () => {
    const customer = await customerOf(webhooks, receiver);
    const old = await history(customer, 'succeeded', 1_200);
    const open: (() => void)[] = [];
    receiver.behave(customer.path, (_received, response) => void open.push(() => response.writeHead(200).end()));
    const begun = await replay(customer);
    const steer = (contract: typeof pauseWebhookJob | typeof resumeWebhookJob) =>
      webhooks.ask(contract, { id: customer.endpoint.id, job_id: begun.id }, customer.userId);
    await until(() => open.length > 0);

    const paused = await steer(pauseWebhookJob);
    receiver.behave(customer.path, answer(200));
    for (const finish of open) finish();
    const resting = await until(
      () => jobOf(customer, begun),
      ({ waiting }) => waiting === 0,
    );
    const arrived = idsAt(customer).length;
    await steer(resumeWebhookJob);
    await completed(customer, begun);

    expect(paused.status).toBe('paused');
    expect(resting).toMatchObject({ status: 'paused', paused_reason: null, delivered: arrived, total: 1_200 });
    expect(arrived).toBeLessThan(1_200);
    expect(idsAt(customer).toSorted()).toEqual([...old].toSorted());
  });

  it('is taken over from a process that was killed, and begins nothing twice', async () => {
    const customer = await customerOf(webhooks, receiver);
    const old = await history(customer, 'succeeded', 1_500);
    const begun = await replay(customer);
    await until(() => idsAt(customer).length > 100);

    // What a kill leaves behind: transactions that end half way, and the lease of somebody who never comes back.
    await webhooks.sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    await webhooks.sql.query(`UPDATE replay_jobs SET lease_token = gen_random_uuid(), lease_until = now() + interval '300 ms' WHERE id = $1`, [
      begun.id,
    ]);
    await webhooks.stopReplicas();
    await webhooks.start();
    const job = await completed(customer, begun);
    const { rows } = await webhooks.sql.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM delivery_states WHERE endpoint_id = $1 AND (attempt_count <> 2 OR status <> 'succeeded')`,
      [customer.endpoint.id],
    );

    expect(job).toMatchObject({ total: 1_500, delivered: 1_500 });
    expect(rows).toEqual([{ count: 0 }]);
    expect(new Set(idsAt(customer))).toEqual(new Set(old));
  }, 30_000);

  it('does not make others wait', async () => {
    const [many, other] = [await customerOf(webhooks, receiver), await customerOf(webhooks, receiver)];
    await history(many, 'succeeded', 3_000);
    const begun = await replay(many);
    await until(() => idsAt(many).length > 50);

    await publishBooking(webhooks, other.userId);
    await finishedTo(webhooks, other);

    expect((await jobOf(many, begun)).status).toBe('running');
    await completed(many, begun);
  }, 30_000);

  it('pauses by itself when the endpoint is switched off', async () => {
    const customer = await customerOf(webhooks, receiver);
    await history(customer, 'succeeded', 2_000);
    receiver.behave(customer.path, (_received, response) => void setTimeout(() => response.writeHead(200).end(), 20));
    const begun = await replay(customer);
    await until(() => idsAt(customer).length > 0);

    await webhooks.ask(updateWebhookEndpoint, { id: customer.endpoint.id, is_active: false }, customer.userId);
    const job = await until(
      () => jobOf(customer, begun),
      ({ status }) => status !== 'running',
    );

    expect(job).toMatchObject({ status: 'paused', paused_reason: 'webhook_inactive' });
    await expect(webhooks.ask(resumeWebhookJob, { id: customer.endpoint.id, job_id: begun.id }, customer.userId)).rejects.toMatchObject({
      code: 'webhook_inactive',
    });
    await expect(replay(customer)).rejects.toMatchObject({ code: 'webhook_inactive' });
  });

  it.each([
    ['recovering', (customer: Customer) => recover(customer), 2],
    ['replaying', (customer: Customer) => replay(customer), 3],
  ])('sends what came while the endpoint was off: %s', async (_how, begin, total) => {
    const customer = await customerOf(webhooks, receiver);
    const setActive = (is_active: boolean) => webhooks.ask(updateWebhookEndpoint, { id: customer.endpoint.id, is_active }, customer.userId);
    await publishBooking(webhooks, customer.userId);
    await finishedTo(webhooks, customer);
    await setActive(false);
    const missed = [await publishBooking(webhooks, customer.userId), await publishBooking(webhooks, customer.userId)];
    await setActive(true);
    const before = idsAt(customer).length;

    const job = await completed(customer, await begin(customer));

    expect(job).toMatchObject({ total, delivered: total, skipped: 0 });
    expect(idsAt(customer).slice(before)).toEqual(expect.arrayContaining(missed));
    expect(await finishedTo(webhooks, customer)).toHaveLength(3);
  });

  it('recovers nothing that came before the endpoint was there, which a range can bring', async () => {
    const customer = await customerOf(webhooks, receiver);
    const early = await publishBooking(webhooks, customer.userId);
    const later = await customerOf(webhooks, receiver, { userId: customer.userId });

    const recovered = await completed(later, await recover(later));
    const replayed = await completed(later, await replay(later));

    expect([recovered.total, replayed.total]).toEqual([0, 1]);
    expect(idsAt(later)).toEqual([early]);
  });

  it('is listed for its owner and nobody else', async () => {
    const customer = await customerOf(webhooks, receiver);
    const job = await replay(customer);

    const { items } = await webhooks.ask(listWebhookJobs, { id: customer.endpoint.id }, customer.userId);

    expect(items.map(({ id }) => id)).toEqual([job.id]);
    await expect(jobOf({ ...customer, userId: randomUUID() }, job)).rejects.toMatchObject({ code: 'webhook_job_not_found' });
    await expect(replay(customer, { from: range.to, to: range.from })).rejects.toMatchObject({ details: { to: expect.any(String) } });
  });
});
