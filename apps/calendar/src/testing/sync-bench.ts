import { randomUUID } from 'node:crypto';
import type { RemoteCalendar } from '@patchbay/capabilities';
import { Database } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import type { AccessTokens } from '@patchbay/service-kit';
import { createDatabase, waitFor } from '@patchbay/testing';
import { pino } from 'pino';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { CalendarsService } from '../accounts/calendars.service.js';
import type { BookingsService } from '../bookings/bookings.service.js';
import { calendarService } from '../calendar.module.js';
import { BookingsRepository } from '../bookings/bookings.repository.js';
import { BookingChangesService } from '../changes/booking-changes.service.js';
import { CalendarChanges } from '../changes/calendar-changes.js';
import { TellingsRepository } from '../changes/tellings.repository.js';
import { GapsRepository } from '../gaps/gaps.repository.js';
import { GapsService } from '../gaps/gaps.service.js';
import { BusyRangesRepository } from '../sync/busy-ranges.repository.js';
import { CalendarReader } from '../sync/calendar-reader.js';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { ContentsRepository } from '../sync/contents.repository.js';
import { FaultsRepository } from '../sync/faults.repository.js';
import { RunsRepository } from '../sync/runs.repository.js';
import type { CalendarRow, SyncRunRow } from '../sync/sync-rows.js';
import { SyncService } from '../sync/sync.service.js';
import { SyncWorker } from '../sync/sync.worker.js';
import { FakeCalendars } from './calendars.fake.js';

const log = pino({ level: 'silent' });
const config = { CALENDAR_LINK_GRACE_SECONDS: 0, CALENDAR_WINDOW_PAST_DAYS: 30, CALENDAR_WINDOW_AHEAD_DAYS: 365 };

/** A calendar of an account, as its provider lists it. */
export const aCalendar = (id: string, change: Partial<RemoteCalendar> = {}): RemoteCalendar => ({
  id,
  name: id,
  timeZone: 'Europe/Berlin',
  isPrimary: true,
  isWritable: true,
  ...change,
});

/** The reading of calendars over a database of its own and a provider in memory; replicas are started one by one, and the time is the bench's. */
export async function startSyncBench() {
  const server = await createDatabase();
  const migrations = [...calendarService.migrations];
  const open = () => Database.open({ url: server.url, schema: 'calendar', entities: [], migrations, log });
  const database = await open();
  let provider = new FakeCalendars();
  const beginning = new Date('2026-11-21T12:00:00Z');
  const time = { now: beginning };
  const use = (_id: string, call: (token: string) => Promise<unknown>) => call('token');
  const tokens = { use };
  const manifest = { id: 'google', displayName: 'Google', capabilities: ['calendarReading'] };
  const configured = () => ({ provider: manifest, capabilities: { calendarReading: provider } });
  const build = { isOffering: true };
  const providers = { find: (id: string) => (id === 'google' && build.isOffering ? configured() : undefined) } as unknown as ConfiguredProviders;
  const clock = () => time.now;
  const replicas: SyncWorker[] = [];
  const calendars = new CalendarsRepository(database);
  const query = async <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await database.pool.query(sql, [...values])).rows as Row[];

  const start = (): SyncWorker => {
    const own = new CalendarsRepository(database);
    const contents = new ContentsRepository(log, new FaultsRepository(), new BusyRangesRepository());
    const runs = new RunsRepository();
    const gaps = new GapsService(database, new GapsRepository(database), providers, clock);
    const tellings = new TellingsRepository();
    const bookings = new BookingChangesService(tellings, new BookingsRepository(database), { wake: () => undefined }, providers, clock);
    const changes = new CalendarChanges(tellings, bookings, gaps);
    const access = tokens as unknown as AccessTokens;
    const reader = new CalendarReader(database, own, contents, runs, access, providers, config, clock, changes);
    const service = new SyncService(database, own, contents, runs, reader, providers, log, clock, changes);
    const worker = new SyncWorker(own, service, reader, log, clock);
    worker.onApplicationBootstrap();
    replicas.push(worker);
    return worker;
  };
  const connect = async (...listed: readonly RemoteCalendar[]): Promise<string> => {
    const id = randomUUID();
    await query(
      `INSERT INTO accounts (id, user_id, provider, status, status_at, created_at) VALUES ($1, gen_random_uuid(), 'google', 'active', now(), now())`,
      [id],
    );
    await database.transaction((tx) => calendars.takeList(tx, id, { calendars: listed, now: time.now }));
    return id;
  };
  const calendarOf = async (accountId: string, remoteId?: string): Promise<CalendarRow> => {
    const [row] = await query<CalendarRow>(`SELECT * FROM calendars WHERE account_id = $1 AND ($2::text IS NULL OR remote_id = $2)`, [
      accountId,
      remoteId ?? null,
    ]);
    if (row === undefined) throw new Error('there is no such calendar');
    return row;
  };

  /** Has the calendars of an account listed, as {@link FakeCalendars.listed} says by then. */
  const list = async (accountId: string): Promise<void> => {
    const accounts = new AccountsRepository(database);
    await query(`UPDATE accounts SET next_attempt_at = $2 WHERE id = $1`, [accountId, time.now]);
    const bookings = { lookAgain: () => Promise.resolve() } as unknown as BookingsService;
    const woken = { wake: () => replicas.forEach((worker) => worker.wake()) } as unknown as SyncWorker;
    const access = tokens as unknown as AccessTokens;
    const service = new CalendarsService(database, accounts, access, bookings, providers, calendars, woken, clock);
    // Whoever reads one of its calendars may hold the account for a moment.
    const claimed = () => accounts.due.claim(1, time.now).then((leases) => leases[0]);
    await service.read(await waitFor(claimed, 'the account'));
  };

  const endReplicas = async (): Promise<void> => {
    for (const worker of replicas.splice(0)) await worker.onApplicationShutdown();
  };
  /** Waits until everything that was wanted of an account's calendars is done. */
  const settled = (accountId: string): Promise<true> =>
    waitFor(async () => {
      const waiting = await query(`SELECT 1 FROM calendars WHERE account_id = $1 AND is_selected AND applied_revision < wanted_revision`, [
        accountId,
      ]);
      return waiting.length === 0 ? true : undefined;
    }, 'the readings');

  return {
    database,
    get provider(): FakeCalendars {
      return provider;
    },
    time,
    /** Whether this build has an adapter for the provider. */
    build,
    tokens,
    calendars,
    query,
    start,
    connect,
    calendarOf,
    /** Has calendars read now, and waits for the end of it. */
    sync: async (accountId: string, isFull = false): Promise<void> => {
      await database.transaction((tx) => calendars.readSoon(tx, { accountId, isFull, now: time.now }));
      await settled(accountId);
    },
    settled,
    /** Waits until a calendar of an account was looked at and not read, for a reason. */
    refused: (accountId: string, reason: string | null = 'provider_not_supported'): Promise<CalendarRow> =>
      waitFor(async () => {
        const row = await calendarOf(accountId);
        return row.last_error === reason && row.lease_token === null ? row : undefined;
      }, 'the verdict'),
    list,
    /** Titles and times of what is shown of an account. */
    busy: async (accountId: string): Promise<readonly string[]> => {
      const rows = await query<{ line: string }>(
        `SELECT format('%s %s-%s%s', busy.title, to_char(lower(during) AT TIME ZONE 'UTC', 'MM-DD HH24:MI'), to_char(upper(during) AT TIME ZONE 'UTC', 'HH24:MI'),
           CASE state WHEN 'tentative' THEN '?' ELSE '' END) AS line
         FROM busy_ranges AS busy JOIN calendars ON calendars.id = busy.calendar_id AND calendars.generation = busy.generation
         WHERE calendars.account_id = $1 ORDER BY lower(during), busy.title`,
        [accountId],
      );
      return rows.map(({ line }) => line);
    },
    /** Titles of the events that are shown. */
    titles: async (accountId: string): Promise<readonly string[]> => {
      const rows = await query<{ title: string }>(
        `SELECT event->>'title' AS title FROM calendar_events AS stored
         JOIN calendars ON calendars.id = stored.calendar_id AND calendars.generation = stored.generation
         WHERE calendars.account_id = $1 ORDER BY title`,
        [accountId],
      );
      return rows.map(({ title }) => title);
    },
    runs: (accountId: string): Promise<SyncRunRow[]> => query<SyncRunRow>(`SELECT * FROM sync_runs WHERE account_id = $1 ORDER BY id`, [accountId]),
    /** What was announced of one type. */
    announced: async (type: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
      const rows = await query<{ payload: string }>(`SELECT payload FROM outbox WHERE subject = $1 ORDER BY id`, [`event.${type}.v1`]);
      return rows.map(({ payload }) => (JSON.parse(payload) as { data: Record<string, unknown> }).data);
    },
    /** Lets somebody else take a calendar over, as if the process that reads it had died. */
    loseLease: (id: string) =>
      query(`UPDATE calendars SET lease_token = gen_random_uuid(), lease_until = now() - interval '1 s' WHERE id = $1`, [id]),
    /** Everything is as it was at the beginning. */
    reset: async () => {
      await endReplicas();
      await query(`TRUNCATE accounts, calendars, calendar_events, calendar_faults, busy_ranges, sync_runs, outbox CASCADE`);
      provider = new FakeCalendars();
      tokens.use = use;
      build.isOffering = true;
      time.now = beginning;
    },
    stop: async () => {
      await endReplicas();
      await database.close();
      await server.drop();
    },
  };
}

export type SyncBench = Awaited<ReturnType<typeof startSyncBench>>;
