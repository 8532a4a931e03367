import type { JobReport, JobsResult } from './jobs.js';
import { nameOf } from './plan.js';
import type { BookingsResult } from './run.js';
import type { Recovery } from './harm.js';

/** One promise of docs and targets, and whether it was kept. */
export interface Line {
  readonly id: string;
  readonly what: string;
  readonly seen: string;
  readonly isKept: boolean;
}

const repeatsMax = 0.02;
/** So many are on their way when a sender is killed, however short the run is. */
const repeatsFloor = 12;
const recoveryMsMax = 15_000;
const shownMax = 15;

/** Every promise of a run with the outbox. */
export const linesOf = (result: BookingsResult): readonly Line[] => [...lossLines(result), ...otherLines(result)];

function lossLines({ verdict, record, recoveries }: BookingsResult): readonly Line[] {
  const { lost, doubled, wrongWebhooks, deliveries, repeats } = verdict;
  const wipes = recoveries.filter(({ harm }) => harm.kind === 'wipe').length;
  const isWhole = lost.length === 0;
  const repeated = deliveries === 0 ? 0 : repeats / deliveries;
  const promised = `${record.bookings.length} bookings, ${record.acknowledgedCount} acknowledged events, ${recoveries.length} harms`;
  return [
    { id: 'R1', what: 'nothing acknowledged is lost', seen: `${lost.length} lost of ${promised}`, isKept: isWhole },
    { id: 'R1', what: 'no meeting or calendar event is doubled', seen: `${doubled.length} doubled`, isKept: doubled.length === 0 },
    {
      id: 'R1',
      what: 'webhooks are genuine, one id for one announcement',
      seen: `${wrongWebhooks.length} wrong`,
      isKept: wrongWebhooks.length === 0,
    },
    {
      id: 'R1',
      what: 'repeated deliveries stay within 2 % (or a dozen)',
      seen: `${repeats} of ${deliveries} (${percent(repeated)})`,
      isKept: repeated <= repeatsMax || repeats <= repeatsFloor,
    },
    { id: 'R2', what: 'nothing is lost when all of NATS is deleted', seen: `${wipes} wiped, ${lost.length} lost`, isKept: wipes > 0 && isWhole },
  ];
}

function otherLines({
  verdict: { doubled, habitual },
  record,
  recoveries,
  droppedAnswers,
  misbehaved,
  crashes,
  stuck,
}: BookingsResult): readonly Line[] {
  const slowest = Math.max(...recoveries.map(({ ms }) => ms ?? Number.POSITIVE_INFINITY));
  const habits = Object.values(misbehaved);
  return [
    {
      id: 'R1',
      what: 'receivers that misbehave get everything',
      seen:
        `${habits.length} receivers misbehaved ${habits.join(', ')} times; ${habitual.lost.length} lost, ` +
        `${habitual.repeats} of ${habitual.deliveries} repeated, for that reason`,
      isKept: habitual.lost.length === 0 && habits.length > 0 && habits.every((times) => times > 0),
    },
    {
      id: 'R4',
      what: 'nothing is doubled when answers are lost after the effect',
      seen: `${droppedAnswers} answers dropped, ${doubled.length} doubled`,
      isKept: droppedAnswers > 0 && doubled.length === 0,
    },
    { id: 'R6', what: 'work flows again within 15 s', seen: `slowest ${seconds(slowest)}`, isKept: slowest <= recoveryMsMax },
    {
      id: '',
      what: 'an outage never looks like a fault of the caller',
      seen: `${record.wrongRefusals.length} refusals`,
      isKept: record.wrongRefusals.length === 0,
    },
    { id: '', what: 'no process ends by itself', seen: crashes.join(', ') || 'none', isKept: crashes.length === 0 },
    { id: '', what: 'no row is stuck at the end', seen: stuck.join('; ') || 'none', isKept: stuck.length === 0 },
  ];
}

/** R3: without the outbox the comparison must find losses, or it could not be believed when it finds none. */
export function linesWithoutOutbox({ verdict, record }: BookingsResult): readonly Line[] {
  const seen = `${verdict.lost.length} losses found among ${record.acknowledgedCount} acknowledged events`;
  return [{ id: 'R3', what: 'with the outbox off, losses are seen', seen, isKept: verdict.lost.length > 0 }];
}

/** So many deliveries of a job can have been sent by a replica when it is killed, without a word of it in the database. */
const underWayMax = 100;

/** Every promise about jobs that make deliveries again. */
export const linesOfJobs = ({ reports, kills }: JobsResult): readonly Line[] => reports.flatMap((report) => linesOfJob(report, kills.length));

function linesOfJob(report: JobReport, kills: number): readonly Line[] {
  const { kind, job, wanted, missing, repeats, mostArrivals, wrongLogs, failedAtFirst, begunWhilePaused, goneOnMs, takenOverMs } = report;
  const counted = job.delivered + job.retrying + job.failed + job.skipped;
  const slowest = Math.max(...takenOverMs, ...goneOnMs.map((ms) => ms ?? Number.POSITIVE_INFINITY));
  return [
    {
      id: 'job',
      what: `a ${kind} that is killed makes every delivery again`,
      seen: `${missing} of ${wanted} missing, ${repeats} twice by ${kills} kills, none more than ${mostArrivals} times`,
      isKept: missing === 0 && mostArrivals <= 1 + kills && repeats <= kills * underWayMax,
    },
    {
      id: 'job',
      what: `a ${kind} begins no delivery twice, and its counts add up`,
      seen:
        `${job.status}: ${job.delivered} delivered, ${job.retrying} retrying, ${job.failed} failed of ${job.total}; ` +
        `${failedAtFirst.length} failed and ${wrongLogs.length} wrong by their logs`,
      isKept: job.status === 'completed' && [job.total, counted].every((sum) => sum === wanted) && isBorneOut(report),
    },
    {
      id: 'R6',
      what: `a ${kind} goes on on the other replica within 15 s`,
      seen:
        `${goneOnMs.map((ms) => seconds(ms ?? Number.POSITIVE_INFINITY)).join(', ')}; ` +
        `what the killed one held was taken over after ${takenOverMs.map(seconds).join(', ')}`,
      isKept: goneOnMs.length > 0 && takenOverMs.length > 0 && slowest <= recoveryMsMax,
    },
    { id: 'job', what: `a ${kind} that is paused begins nothing`, seen: `${begunWhilePaused} begun`, isKept: begunWhilePaused === 0 },
  ];
}

/** The logs bear out what the job counted. A retry that was taken before the job could look may count as taken. */
const isBorneOut = ({ job, wrongLogs, failedAtFirst }: JobReport): boolean =>
  wrongLogs.length === 0 && job.waiting === 0 && job.retrying + job.failed <= failedAtFirst.length;

/** The first findings about jobs, for whoever has to look into them. */
export const findingsOfJobs = ({ reports }: JobsResult): string =>
  reports
    .flatMap(({ kind, job, wrongLogs, failedAtFirst }) => [
      `  - ${kind}: ${JSON.stringify(job)}`,
      `  - failed at first: ${[...new Set(failedAtFirst)].join(', ')}`,
      ...wrongLogs.slice(0, shownMax).map((log) => `  - ${log}`),
    ])
    .join('\n');

/** A table for people. */
export const tableOf = (lines: readonly Line[]): string =>
  lines.map(({ id, what, seen, isKept }) => `  ${isKept ? '✔ pass' : '✘ MISS'}  ${id.padEnd(3)} ${what.padEnd(58)} ${seen}`).join('\n');

/** Recovery by what was harmed: how often, the middle one and the slowest. */
export function recoveryTableOf(recoveries: readonly Recovery[]): string {
  const byName = new Map<string, number[]>();
  for (const { harm, ms } of recoveries) {
    const name = nameOf(harm);
    byName.set(name, [...(byName.get(name) ?? []), ms ?? Number.POSITIVE_INFINITY]);
  }
  return [...byName]
    .map(([name, times]) => {
      const sorted = times.toSorted((one, other) => one - other);
      const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
      return `  ${name.padEnd(30)}${String(times.length).padStart(3)} ×   median ${seconds(middle).padStart(7)}   slowest ${seconds(sorted.at(-1) ?? 0).padStart(7)}`;
    })
    .join('\n');
}

/** The first findings of each kind, for whoever has to look into them. */
export const findingsOf = ({ verdict: { lost, doubled, wrongWebhooks }, record }: BookingsResult): string =>
  [lost, doubled, wrongWebhooks, [...new Set(record.wrongRefusals)]]
    .flatMap((list) => (list.length > shownMax ? [...list.slice(0, shownMax), `… and ${list.length - shownMax} more`] : list))
    .map((finding) => `  - ${finding}`)
    .join('\n');

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const seconds = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'never');
