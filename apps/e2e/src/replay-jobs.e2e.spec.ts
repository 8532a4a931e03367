import {
  deleteWebhookEndpoint,
  pauseWebhookJob,
  publishEvents,
  replayWebhookDeliveries,
  resumeWebhookJob,
  type WebhookJob,
} from '@patchbay/contracts';
import { eventually, NotYet, type FarEnd } from '@patchbay/local-stack';
import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { ada, addEndpoint, callRaw, clientOf, freshId, grace, product, sandbox, stack } from './whole-stack.js';

/** One server-sent event of a job. */
interface Progress {
  readonly event: string;
  readonly id: string;
  readonly job: WebhookJob;
}

const wanted = 300;
const client = clientOf(ada.token);
const jobPath = ({ endpoint_id: endpointId, id }: WebhookJob): string => `/api/v1/integrations/webhooks/${endpointId}/jobs/${id}/`;
const streamHeaders = { accept: 'text/event-stream', authorization: `Bearer ${ada.token}` };

/** What a job says of itself, as it comes, until the gateway ends the stream. */
async function* follow(job: WebhookJob): AsyncGenerator<Progress> {
  const { statusCode, headers, body } = await request(`${stack.gatewayUrl}${jobPath(job)}`, { method: 'GET', headers: streamHeaders });
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/event-stream']);
  let text = '';
  for await (const chunk of body) {
    const blocks = (text + String(chunk)).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
      const data = fields.get('data');
      if (data !== undefined) yield { event: fields.get('event') ?? '', id: fields.get('id') ?? '', job: JSON.parse(data) as WebhookJob };
    }
  }
}

describe('a job that makes deliveries again, followed as server-sent events', () => {
  let endpointId: string;
  let farEnd: FarEnd;
  let job: WebhookJob;
  let since: string;
  const heard: Progress[] = [];

  const publishMany = async (): Promise<void> => {
    for (let made = 0; made < wanted; made += 100) {
      const events = Array.from({ length: 100 }, () => ({
        id: randomUUID(),
        type: 'booking_completed',
        version: 1,
        timestamp: new Date().toISOString(),
        data: { booking_id: freshId('again'), organizer: { user_id: ada.id } },
      }));
      await product.call(publishEvents, { events });
    }
  };
  const arrived = (count: number): Promise<void> =>
    eventually(`${count} webhooks`, async () => {
      await farEnd.refresh();
      if (farEnd.webhooks().length < count) throw new NotYet(String(farEnd.webhooks().length));
    });

  beforeAll(async () => {
    since = new Date(Date.now() - 1_000).toISOString();
    ({ id: endpointId, farEnd } = await addEndpoint(ada, ['booking_completed']));
    await publishMany();
    await arrived(wanted);
    await sandbox.behave(farEnd.receiver, { delay_ms: 400 });
    job = await client.call(replayWebhookDeliveries, { id: endpointId, from: since, to: new Date(Date.now() + 60_000).toISOString() });
    for await (const progress of follow(job)) {
      const { delivered, status } = progress.job;
      const hasBeenPaused = heard.some((earlier) => earlier.job.status === 'paused');
      heard.push(progress);
      if (delivered > 0 && status === 'running' && !hasBeenPaused) await client.call(pauseWebhookJob, { id: endpointId, job_id: job.id });
      if (status === 'paused') await client.call(resumeWebhookJob, { id: endpointId, job_id: job.id });
    }
  }, 60_000);
  afterAll(() => client.call(deleteWebhookEndpoint, { id: endpointId }));

  it('tells of its progress until it is completed, and then ends', async () => {
    const counts = heard.map((progress) => progress.job.delivered);

    expect(new Set(heard.map(({ event }) => event))).toEqual(new Set(['progress']));
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    expect(new Set(counts).size).toBeGreaterThan(2);
    expect(heard.at(-1)?.job).toMatchObject({ status: 'completed', percent: 100, total: wanted, delivered: wanted, waiting: 0 });
    expect(heard.filter((progress) => progress.job.status === 'completed')).toHaveLength(1);
  });

  it('tells that it was paused, and that it goes on', () => {
    const statuses = heard.map((progress) => progress.job.status);
    const changes = statuses.filter((status, index) => status !== statuses[index - 1]);

    expect(changes).toEqual(['running', 'paused', 'running', 'completed']);
  });

  it('has made every delivery once more, under its own id', async () => {
    await arrived(2 * wanted);
    const ids = farEnd.webhooks().map(({ webhook_id: id }) => id);

    expect([ids.length, new Set(ids).size]).toEqual([2 * wanted, wanted]);
  });

  it('tells whoever has heard the end to stay away, and others at once', async () => {
    const last = heard.at(-1)?.id ?? '';
    const again = await request(`${stack.gatewayUrl}${jobPath(job)}`, { method: 'GET', headers: { ...streamHeaders, 'last-event-id': last } });
    await again.body.dump();
    const late: Progress[] = [];
    for await (const progress of follow(job)) late.push(progress);

    expect(again.statusCode).toBe(204);
    expect(late.map((progress) => progress.job.status)).toEqual(['completed']);
  });

  it('is nobody else’s to follow', async () => {
    const { status, body } = await callRaw('GET', jobPath(job), { token: grace.token, headers: { accept: 'text/event-stream' } });

    expect([status, body['code']]).toEqual([404, 'webhook_job_not_found']);
  });
});
