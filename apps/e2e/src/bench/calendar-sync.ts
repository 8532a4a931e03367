import { setTimeout as sleep } from 'node:timers/promises';
import { PatchbayClient } from '@patchbay/api-client';
import { connectCalendar, disconnectConnection } from '@patchbay/contracts';
import { startRadicale } from '@patchbay/local-stack';
import { fetch, request } from 'undici';
import type { BenchStack } from './bench-stack.js';
import type { CaldavDownloaderApi, RemoteCalendar } from './caldav-downloader.js';
import { calendarFiles, eventFile } from './caldav-events.js';
import { BenchDatabase } from './database.js';
import { beside, median, verdict, type Figure } from './figure.js';
import { countOf } from './metrics.js';
import { startProgram, type Program } from './program.js';
import { copyWithVdirsyncer } from './vdirsyncer.js';

/** How much is measured. */
export interface CalendarSyncSize {
  readonly events: number;
  readonly rounds: number;
  readonly changesPerRound: number;
}

const firstRatioMax = 1.3;
const vdirsyncerRatioMin = 6;
const changeRatioMax = 1.3;
const changeRequestsMax = 2;
const patienceMs = 300_000;

interface Field {
  readonly bench: BenchStack;
  readonly database: BenchDatabase;
  readonly downloader: Program<CaldavDownloaderApi>;
  readonly calendar: RemoteCalendar;
  readonly size: CalendarSyncSize;
}

/** One round: milliseconds of the first reading of everything, and of the same work done by others. */
interface First {
  readonly own: number;
  readonly bare: number;
  readonly vdirsyncer: number | null;
  readonly requests: number;
}

/** One change: what it took, and what the bare requests did. */
interface Change {
  readonly own: number;
  readonly bare: number;
  readonly requests: number;
}

/** P5: how long it takes to read a large CalDAV calendar for the first time, and what has changed in it, with the whole service at work. */
export async function measureCalendarSync(bench: BenchStack, size: CalendarSyncSize): Promise<readonly Figure[]> {
  const [username, password] = ['olivia@example.com', 'right-password'];
  const calendars = [{ user: username, name: 'calendar', files: calendarFiles(size.events) }];
  const radicale = await startRadicale({ [username]: password }, { port: bench.caldavPort, calendars });
  const downloader = startProgram<CaldavDownloaderApi>('caldav-downloader');
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  const calendar = { origin: radicale.url, path: `/${username}/calendar/`, username, password };
  const field: Field = { bench, database, downloader, calendar, size };
  try {
    await bench.stack.ready();
    bench.say(`P5: Radicale looks at ${size.events} events for the first time`);
    await downloader.ask('download', { calendar, token: '' });
    const firsts: First[] = [];
    const changes: Change[] = [];
    for (let round = 1; round <= size.rounds; round += 1) {
      const { first, found } = await measureRound(field, round);
      firsts.push(first);
      changes.push(...found);
    }
    return [...figuresOfFirsts(firsts, size), ...figuresOfChanges(changes, size)];
  } finally {
    await database.close();
    await downloader.stop();
    await radicale.stop();
  }
}

async function measureRound(field: Field, round: number): Promise<{ readonly first: First; readonly found: readonly Change[] }> {
  const { bench, downloader, calendar, size } = field;
  const bare = await downloader.ask('download', { calendar, token: '' });
  if (bare.files !== size.events) throw new Error(`${bare.files} of ${size.events} files were downloaded`);
  const { id, client, ms, requests } = await readFirst(field, round);
  const vdirsyncer = await copyOnLinux(field);
  bench.say(
    `P5 round ${round}: downloaded in ${seconds(bare.ms)} (${bare.requests} requests), read in ${seconds(ms)} (${requests} requests), ` +
      `vdirsyncer ${vdirsyncer === null ? 'not there' : seconds(vdirsyncer)}`,
  );
  const found: Change[] = [];
  for (let number = 0; number < size.changesPerRound; number += 1) found.push(await readChange(field, id, { round, number }));
  bench.say(
    `P5 round ${round}: a change read in ${found.map(({ own }) => Math.round(own)).join(', ')} ms, ` +
      `by bare requests in ${found.map(({ bare: ms }) => Math.round(ms)).join(', ')} ms`,
  );
  await client.call(disconnectConnection, { id });
  return { first: { own: ms, bare: bare.ms, vdirsyncer, requests }, found };
}

/** Elsewhere there may be none; on Linux there must be. */
async function copyOnLinux({ calendar, size, bench }: Field): Promise<number | null> {
  try {
    return await copyWithVdirsyncer(calendar, size.events);
  } catch (error) {
    if (process.platform === 'linux') throw error;
    bench.say(`P5: not compared with vdirsyncer: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/**
 * Connects the account as a person does, another one in each round, and waits until its calendar was read once. The time is that of the reading, as its
 * history tells it.
 */
async function readFirst(field: Field, round: number) {
  const { bench, calendar, database, size } = field;
  const { token } = bench.people[round - 1] ?? bench.user;
  const client = new PatchbayClient({ baseUrl: bench.stack.gatewayUrl, token, fetch });
  const before = await readingRequests(bench);
  const { origin, username, password } = calendar;
  const { id } = await client.call(connectCalendar, { provider: 'caldav', server_url: origin, username, password });
  const { ms } = await untilRead(field, id, 'full');
  const [stored] = await database.rows<{ events: number }>(
    `SELECT count(DISTINCT resource)::int AS events FROM calendar.calendar_events JOIN calendar.calendars USING (generation)
     WHERE calendars.account_id = $1 AND calendar_events.calendar_id = calendars.id`,
    [id],
  );
  if (stored?.events !== size.events) throw new Error(`${stored?.events} of ${size.events} events were read`);
  return { id, client, ms, requests: (await readingRequests(bench)) - before };
}

async function readChange(field: Field, id: string, { round, number }: { readonly round: number; readonly number: number }): Promise<Change> {
  const { bench, database, downloader, calendar, size } = field;
  const { token } = await downloader.ask('download', { calendar, token: await currentToken(field) });
  // Neither repeated nor with guests.
  const event = (number * 100 + 7) % size.events;
  await putEvent(calendar, event, round * 1_000 + number);
  const own = async (): Promise<Pick<Change, 'own' | 'requests'>> => {
    const before = await readingRequests(bench);
    await database.rows(`UPDATE calendar.calendars SET next_attempt_at = now() WHERE account_id = $1`, [id]);
    const { ms, changed } = await untilRead(field, id, 'incremental');
    if (changed !== 1) throw new Error(`${changed} changes were read instead of one`);
    return { own: ms, requests: (await readingRequests(bench)) - before };
  };
  const bare = async (): Promise<Pick<Change, 'bare'>> => {
    const { ms, files } = await downloader.ask('download', { calendar, token });
    if (files !== 1) throw new Error(`${files} changes were downloaded instead of one`);
    return { bare: ms };
  };
  // By turns: whoever asks first finds a server that has the change to look at.
  if (number % 2 === 0) return { ...(await own()), ...(await bare()) };
  return { ...(await bare()), ...(await own()) };
}

const tokens = new WeakMap<Field, string>();

/** The bare requests begin where they ended; for the first time at the present state. */
async function currentToken(field: Field): Promise<string> {
  const known = tokens.get(field) ?? (await field.downloader.ask('download', { calendar: field.calendar, token: '' })).token;
  tokens.set(field, known);
  return known;
}

async function putEvent({ origin, path, username, password }: RemoteCalendar, event: number, revision: number): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const { statusCode, body } = await request(`${origin}${path}event-${event}.ics`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'text/calendar' },
    body: eventFile(event, revision),
  });
  await body.dump();
  if (statusCode > 299) throw new Error(`an event could not be stored: ${statusCode}`);
}

interface EndedRun {
  readonly ms: number;
  readonly changed: number;
}

/** Waits for the end of the account's newest reading, once nothing else is wanted of its calendar. */
async function untilRead({ database }: Field, id: string, kind: 'full' | 'incremental'): Promise<EndedRun> {
  const deadline = performance.now() + patienceMs;
  const seen = await database.rows<{ id: string }>(`SELECT id FROM calendar.sync_runs WHERE account_id = $1`, [id]);
  const known = kind === 'full' ? [] : seen.map((run) => run.id);
  for (;;) {
    const [run] = await database.rows<EndedRun & { status: string; kind: string; error: string | null }>(
      `SELECT kind, status, error, changed, extract(epoch FROM finished_at - started_at)::float8 * 1000 AS ms FROM calendar.sync_runs
       WHERE account_id = $1 AND finished_at IS NOT NULL AND id <> ALL ($2::uuid[])`,
      [id, known],
    );
    if (run !== undefined && (run.status !== 'succeeded' || run.kind !== kind)) throw new Error(`a ${run.kind} reading ${run.status}: ${run.error}`);
    if (run !== undefined) return run;
    if (performance.now() > deadline) throw new Error(`the calendar was not read within ${patienceMs / 1_000} s`);
    await sleep(20);
  }
}

/** Requests that reading calendars took so far; finding and listing them is not counted. */
const readingRequests = async ({ stack }: BenchStack): Promise<number> => {
  const operations = ['calendar', 'changes', 'list', 'multiget', 'get', 'property'].map((name) => `caldav.${name}`);
  const counts = await Promise.all(
    operations.map((operation) => countOf(stack.metrics['calendar'], 'patchbay_provider_call_seconds_count', { operation })),
  );
  return counts.reduce((sum, count) => sum + count, 0);
};

function figuresOfFirsts(firsts: readonly First[], { events }: CalendarSyncSize): readonly Figure[] {
  const ratio = median(firsts.map(({ own, bare }) => own / bare));
  const faster = median(firsts.flatMap(({ own, vdirsyncer }) => (vdirsyncer === null ? [] : [vdirsyncer / own])));
  const of = (key: 'own' | 'bare' | 'vdirsyncer'): string => seconds(median(firsts.flatMap((first) => first[key] ?? [])));
  const what = `first sync of a CalDAV calendar with ${events.toLocaleString('en')} events (Radicale)`;
  return [
    {
      id: 'P5',
      what: `${what}, against downloading it`,
      value: `${ratio.toFixed(2)}× (${of('own')} against ${of('bare')})`,
      target: `≤ ${firstRatioMax}×`,
      verdict: verdict(ratio <= firstRatioMax),
    },
    {
      id: 'P5',
      what: 'the same, against vdirsyncer',
      value: Number.isNaN(faster) ? 'not measured: there is none here' : `${faster.toFixed(1)} times as fast (${of('vdirsyncer')})`,
      target: `≥ ${vdirsyncerRatioMin} times`,
      verdict: Number.isNaN(faster) ? '' : verdict(faster >= vdirsyncerRatioMin),
    },
    beside('P5', 'the same: requests', String(median(firsts.map(({ requests }) => requests)))),
  ];
}

function figuresOfChanges(changes: readonly Change[], { events }: CalendarSyncSize): readonly Figure[] {
  const ratio = median(changes.map(({ own, bare }) => own / bare));
  const most = Math.max(...changes.map(({ requests }) => requests));
  const ms = (key: 'own' | 'bare'): string => median(changes.map((change) => change[key])).toFixed(0);
  return [
    {
      id: 'P5',
      what: `sync of one change among ${events.toLocaleString('en')} events, against the two bare requests`,
      value: `${ratio.toFixed(2)}× (${ms('own')} ms against ${ms('bare')} ms)`,
      target: `≤ ${changeRatioMax}×`,
      verdict: verdict(ratio <= changeRatioMax),
    },
    {
      id: 'P5',
      what: 'the same: requests, at most',
      value: String(most),
      target: `≤ ${changeRequestsMax}`,
      verdict: verdict(most <= changeRequestsMax),
    },
  ];
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;
