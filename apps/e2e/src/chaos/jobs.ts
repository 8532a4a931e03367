import {
  getWebhookJob,
  listWebhookDeliveries,
  pauseWebhookJob,
  publishEvents,
  recoverWebhookDeliveries,
  replayWebhookDeliveries,
  resumeWebhookJob,
  updateWebhookEndpoint,
  type WebhookJob,
} from '@patchbay/contracts';
import { eventually, NotYet, type PublishedEvent, type Stack } from '@patchbay/local-stack';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { callersAt } from './callers.js';
import { webhooksReplicas } from './plan.js';
import { welcome, welcomeAfter, type Receiver } from './receiver.js';
import { addEndpoint, type OwnedEndpoint, type World } from './world.js';

/** What became of one job, and of its deliveries. */
export interface JobReport {
  readonly kind: WebhookJob['kind'];
  /** The job at its end, or where it was when patience ended. */
  readonly job: WebhookJob;
  /** Deliveries it had to make. */
  readonly wanted: number;
  /** Of those, how many did not arrive since the job began. */
  readonly missing: number;
  /** Arrivals of what had arrived since the job began. */
  readonly repeats: number;
  readonly mostArrivals: number;
  /** Deliveries whose log does not show that the job began them, or shows that it began them again after they were taken. */
  readonly wrongLogs: readonly string[];
  /** By the logs: what the first attempt of the job failed for, where it did. A busy machine can be late for some. */
  readonly failedAtFirst: readonly string[];
  /** Began although the job was paused, beyond what was begun before. */
  readonly begunWhilePaused: number;
  /** After each kill, and after the pause: until the first delivery that had not arrived yet. Milliseconds; null when none came. */
  readonly goneOnMs: readonly (number | null)[];
  /** After each kill that left some of its deliveries unfinished: until the first of those came in again. Milliseconds. */
  readonly takenOverMs: readonly number[];
}

/** A replica that was killed, and when. */
interface Kill {
  readonly process: string;
  readonly atMs: number;
}

/** What the run of the jobs came to. */
export interface JobsResult {
  readonly reports: readonly JobReport[];
  readonly kills: readonly Kill[];
}

interface Watched {
  readonly kind: WebhookJob['kind'];
  readonly endpoint: OwnedEndpoint;
  readonly receiver: Receiver;
}

type RunningJob = Watched & { readonly id: string; readonly goneOnMs: (number | null)[]; begunWhilePaused: number };

const wanted = 1_500;
/** Of those that are recovered, so many were given up; the others came while the endpoint was off. */
const failed = 100;
const batch = 100;
/** So much of each job is seen between one harm and the next. */
const stretch = 60;
/** Slow enough that a job is in its middle for as long as we need, quick enough not to count as slow. Milliseconds. */
const answerMs = 1_000;
const readLateMs = 500;
const patienceMs = 30_000;
const patience = { timeoutMs: patienceMs, everyMs: 50 };

/** Replays one endpoint and recovers another, while whoever works on it is killed: twice as they run, and once as they are paused. */
export async function runJobs(world: World, log: (line: string) => void): Promise<JobsResult> {
  const since = new Date(Date.now() - 60_000).toISOString();
  const jobs = await begin(world, since);
  log(`    A replay and a recovery of ${wanted} deliveries each have begun.`);
  const kills: Kill[] = [];
  for (let count = 0; count < 2; count += 1) {
    const killed = await killWorker(world, jobs);
    kills.push(killed);
    await goOn(jobs);
    await world.stack.restart(killed.process);
    await world.stack.ready([killed.process]);
  }
  kills.push(await pauseAroundKill(world, jobs));
  await goOn(jobs);
  for (const { receiver } of jobs) receiver.answer = welcome;
  await Promise.all(jobs.map((job) => until(job, ({ status }) => status === 'completed').catch(() => undefined)));
  return { reports: await Promise.all(jobs.map((job) => reportOf(job, kills))), kills };
}

async function begin(world: World, since: string): Promise<readonly RunningJob[]> {
  const { again, canary, secret } = world;
  const endpointFor = (receiver: Receiver, retries: boolean): Promise<OwnedEndpoint> =>
    addEndpoint(canary, { name: receiver.name, webhook_url: receiver.url, events: ['booking_completed'], secret_key: secret, retry_failed: retries });
  const watched: readonly [Watched, Watched] = [
    { kind: 'replay', receiver: again.replay, endpoint: await endpointFor(again.replay, true) },
    { kind: 'recover', receiver: again.recover, endpoint: await endpointFor(again.recover, false) },
  ];
  await makeHistory(world, watched);
  for (const { receiver } of watched) {
    receiver.forget();
    receiver.answer = welcomeAfter(answerMs);
  }
  const to = new Date(Date.now() + 60_000).toISOString();
  const call = ({ kind, endpoint: { client, id } }: Watched): Promise<WebhookJob> =>
    kind === 'replay' ? client.call(replayWebhookDeliveries, { id, from: since, to }) : client.call(recoverWebhookDeliveries, { id, since });
  return Promise.all(
    watched.map(async (one) => ({ ...one, id: (await eventually('a job begins', () => call(one), patience)).id, goneOnMs: [], begunWhilePaused: 0 })),
  );
}

/** What one endpoint has taken, and the other has not: it let some fail, and then it was off. */
async function makeHistory(world: World, [replayed, recovered]: readonly [Watched, Watched]): Promise<void> {
  recovered.receiver.answer = (response) => void response.writeHead(500).end();
  await publishMany(world, failed);
  await eventually('failures', () => hasEnded(recovered, failed), patience);
  const { client, id } = recovered.endpoint;
  await eventually('an endpoint is off', () => client.call(updateWebhookEndpoint, { id, is_active: false }), patience);
  await publishMany(world, wanted - failed);
  await eventually('a history', () => hasEnded(replayed, wanted), patience);
  await eventually('an endpoint is on', () => client.call(updateWebhookEndpoint, { id, is_active: true }), patience);
}

async function publishMany({ product, canaryUserId }: World, count: number): Promise<void> {
  for (let made = 0; made < count; made += batch) {
    const events = Array.from({ length: batch }, () => completed(canaryUserId));
    await eventually('events are accepted', () => product.call(publishEvents, { events }), patience);
  }
}

async function hasEnded({ endpoint: { client, id }, receiver }: Watched, count: number): Promise<void> {
  const { items } = await client.call(listWebhookDeliveries, { id, status: 'pending', limit: 1 });
  if (receiver.idCount < count || items.length > 0) throw new NotYet(`${receiver.idCount} arrived, ${items.length} pending`);
}

/** It changes nothing at any provider. */
const completed = (userId: string): PublishedEvent => ({
  id: randomUUID(),
  type: 'booking_completed',
  version: 1,
  timestamp: new Date().toISOString(),
  data: { booking_id: `again-${randomUUID()}`, organizer: { user_id: userId } },
});

/** Kills the replica that sends most of what comes in, once enough has come in since the last time, and keeps it down. */
async function killWorker({ stack }: World, jobs: readonly RunningJob[]): Promise<Kill> {
  const from = jobs.map(({ receiver }) => receiver.idCount);
  await eventually(
    'deliveries of the jobs',
    async () => {
      const arrived = jobs.map(({ receiver }, index) => receiver.idCount - (from[index] ?? 0));
      if (arrived.some((count) => count < stretch)) throw new NotYet(`${arrived.join(' and ')} came in`);
    },
    patience,
  );
  return kill(stack, jobs);
}

async function kill(stack: Stack, jobs: readonly RunningJob[]): Promise<Kill> {
  const process = workerOf(jobs, stack.pids());
  const atMs = performance.now();
  stack.kill(process);
  await stack.halt(process);
  return { process, atMs };
}

function workerOf(jobs: readonly RunningJob[], pids: Readonly<Record<string, number>>): string {
  const own = Object.fromEntries(webhooksReplicas.flatMap((name) => (pids[name] === undefined ? [] : [[name, pids[name]]])));
  const ports = jobs.flatMap(({ receiver }) => receiver.webhooks().slice(-stretch / 2)).map(({ callerPort }) => callerPort);
  const callers = callersAt(ports, own);
  const counts = webhooksReplicas.map((name) => ({ name, count: callers.filter((caller) => caller === name).length }));
  return counts.toSorted((one, other) => other.count - one.count)[0]?.name ?? webhooksReplicas[0];
}

/** Times, for each job, until something arrives that had not. */
async function goOn(jobs: readonly RunningJob[]): Promise<void> {
  const startedAt = performance.now();
  await Promise.all(
    jobs.map(async ({ receiver, goneOnMs }) => {
      const from = receiver.idCount;
      const hasGoneOn = async (): Promise<void> => {
        if (receiver.idCount === from) throw new NotYet(`${from} of ${wanted}`);
      };
      const came = await eventually('the job goes on', hasGoneOn, { ...patience, everyMs: 10 }).then(
        () => true,
        () => false,
      );
      goneOnMs.push(came ? performance.now() - startedAt : null);
    }),
  );
}

/** Pauses both jobs and kills a worker that holds what was begun: that is still made, and nothing else until the jobs are resumed. */
async function pauseAroundKill({ stack }: World, jobs: readonly RunningJob[]): Promise<Kill> {
  await Promise.all(jobs.map((job) => steer(job, 'pause')));
  const killed = await kill(stack, jobs);
  await Promise.all(jobs.map((job) => until(job, ({ waiting }) => waiting === 0).catch(() => undefined)));
  const from = jobs.map(({ receiver }) => receiver.idCount);
  await stack.restart(killed.process);
  await stack.ready([killed.process]);
  // Long enough for many steps of a job.
  await sleep(1_000);
  for (const [index, job] of jobs.entries()) job.begunWhilePaused = job.receiver.idCount - (from[index] ?? 0);
  await Promise.all(jobs.map((job) => steer(job, 'resume')));
  return killed;
}

const steer = ({ endpoint, id }: RunningJob, action: 'pause' | 'resume'): Promise<WebhookJob> =>
  eventually(
    `${action} a job`,
    () => endpoint.client.call(action === 'pause' ? pauseWebhookJob : resumeWebhookJob, { id: endpoint.id, job_id: id }),
    patience,
  );

const until = (job: RunningJob, isThere: (job: WebhookJob) => boolean): Promise<WebhookJob> =>
  eventually(
    `the job to ${job.kind}`,
    async () => {
      const seen = await current(job);
      if (!isThere(seen)) throw new NotYet(JSON.stringify(seen));
      return seen;
    },
    patience,
  );

const current = ({ endpoint, id }: RunningJob): Promise<WebhookJob> => endpoint.client.call(getWebhookJob, { id: endpoint.id, job_id: id });

async function reportOf(running: RunningJob, kills: readonly Kill[]): Promise<JobReport> {
  const { kind, receiver, goneOnMs, begunWhilePaused } = running;
  const arrivals = new Map<string, number>();
  for (const { webhook_id: id } of receiver.webhooks()) arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
  const job = await eventually('the job', () => current(running), patience);
  return {
    kind,
    job,
    wanted,
    missing: wanted - arrivals.size,
    repeats: receiver.webhooks().length - arrivals.size,
    mostArrivals: Math.max(0, ...arrivals.values()),
    ...(await judgeLogs(running, job)),
    begunWhilePaused,
    goneOnMs,
    takenOverMs: kills.flatMap(({ atMs }) => takenOverAfter(atMs, receiver)),
  };
}

/** Until the first delivery came in again that was under way at the kill: that had come in and was not answered yet. */
function takenOverAfter(killedAtMs: number, receiver: Receiver): readonly number[] {
  const underWay = new Set<string>();
  for (const { webhook_id: id, atMs } of receiver.webhooks()) {
    if (underWay.has(id)) return [atMs - killedAtMs];
    // What came in just before may have been read just after.
    if (atMs > killedAtMs - answerMs && atMs < killedAtMs + readLateMs) underWay.add(id);
  }
  return [];
}

async function judgeLogs({ endpoint: { client, id } }: RunningJob, job: WebhookJob): Promise<Pick<JobReport, 'wrongLogs' | 'failedAtFirst'>> {
  const wrongLogs: string[] = [];
  const failedAtFirst: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await eventually('the log', () => client.call(listWebhookDeliveries, { id, limit: 100, cursor }), patience);
    for (const { event_id: eventId, status, attempts } of page.items) {
      const own = attempts.filter((attempt) => attempt.attempted_at >= job.created_at).toSorted(byTime);
      failedAtFirst.push(...own.slice(0, 1).flatMap(({ error }) => error ?? []));
      const isWrong = own.length === 0 || own.slice(0, -1).some(({ error }) => error === null);
      if (isWrong) wrongLogs.push(`${eventId}: ${status} after ${attempts.map(({ error }) => error ?? 'taken').join(', ')}`);
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return { wrongLogs, failedAtFirst };
}

const byTime = (one: { readonly attempted_at: string }, other: { readonly attempted_at: string }): number =>
  Date.parse(one.attempted_at) - Date.parse(other.attempted_at);
