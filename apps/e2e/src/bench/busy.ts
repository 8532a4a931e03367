import { randomUUID } from 'node:crypto';
import type { BenchStack } from './bench-stack.js';
import type { BusyAskerApi } from './busy-asker.js';
import { BenchDatabase } from './database.js';
import { beside, median, quantile, verdict, type Figure } from './figure.js';
import { startProgram } from './program.js';

/** How much is measured. */
export interface BusySize {
  readonly secondsPerRound: number;
  readonly rounds: number;
}

const calendars = 5;
const eventsPerCalendar = 10_000;
const windowDays = 30;
const bookings = 200;
const perSecond = 10;
const p99MsMax = 20;

/** P6: how soon it is told when somebody is busy in a month with very many events, from ranges as the service stores them. */
export async function measureBusy(bench: BenchStack, { secondsPerRound, rounds }: BusySize): Promise<readonly Figure[]> {
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  const asker = startProgram<BusyAskerApi>('busy-asker');
  const medians: number[] = [];
  const p99s: number[] = [];
  try {
    await bench.stack.ready();
    const { userId, from, to } = await storeEvents(database);
    const asked = { natsUrl: bench.stack.natsUrl, userId, from, to };
    await asker.ask('offer', { ...asked, load: { perSecond, seconds: 3 } });
    for (let round = 1; round <= rounds; round += 1) {
      const offered = await asker.ask('offer', { ...asked, load: { perSecond, seconds: secondsPerRound } });
      const times = offered.map(({ dueAt, doneAt }) => doneAt - dueAt);
      medians.push(quantile(times, 0.5));
      p99s.push(quantile(times, 0.99));
      bench.say(
        `P6 round ${round}: ${offered[0]?.id ?? '?'} ranges after ${quantile(times, 0.5).toFixed(1)} ms (median), ${quantile(times, 0.99).toFixed(1)} ms (p99)`,
      );
    }
  } finally {
    await asker.stop();
    await database.close();
  }
  return figuresOf({ p50: median(medians), p99: median(p99s) });
}

function figuresOf({ p50, p99 }: { readonly p50: number; readonly p99: number }): readonly Figure[] {
  return [
    {
      id: 'P6',
      what: `busy times of ${windowDays} days, ${calendars} calendars × ${eventsPerCalendar.toLocaleString('en')} events in them, ${bookings} bookings and a daily block: p99 at the service`,
      value: `${p99.toFixed(1)} ms`,
      target: `≤ ${p99MsMax} ms`,
      verdict: verdict(p99 <= p99MsMax),
    },
    beside('P6', 'the same: median (ms)', p50.toFixed(1)),
  ];
}

/** An account whose calendars have as many events in the month to come, of half an hour to two, and as many in the rest of the year. */
async function storeEvents(database: BenchDatabase): Promise<{ readonly userId: string; readonly from: string; readonly to: string }> {
  const [userId, accountId] = [randomUUID(), randomUUID()];
  const from = new Date(Math.ceil(Date.now() / 86_400_000) * 86_400_000);
  const to = new Date(from.getTime() + windowDays * 86_400_000);
  await database.rows(
    `INSERT INTO calendar.accounts (id, user_id, provider, status, status_at, created_at) VALUES ($1, $2, 'google', 'active', now(), now())`,
    [accountId, userId],
  );
  // Nothing reads them, so they are not due.
  await database.rows(
    `INSERT INTO calendar.calendars (id, tenant_id, user_id, account_id, provider, remote_id, name, is_primary, is_writable, is_selected,
       conflict_policy, generation, synced_at, window_from, window_to)
     SELECT gen_random_uuid(), 'default', $1, $2, 'google', 'calendar-' || number, 'Calendar ' || number, number = 1, true, true,
       'block', 1, now() + interval '1 hour', now() - interval '30 days', now() + interval '372 days'
     FROM generate_series(1, ${calendars}) AS number`,
    [userId, accountId],
  );
  await database.rows(
    `INSERT INTO calendar.busy_ranges (calendar_id, generation, series_id, event_id, tenant_id, user_id, during, is_all_day, state, title)
     SELECT id, 1, 'event-' || number, 'event-' || number, 'default', $1, tstzrange(starts_at, starts_at + (2 + number % 7) * interval '15 minutes'),
       false, 'busy', 'Meeting ' || number
     FROM calendar.calendars CROSS JOIN generate_series(1, ${2 * eventsPerCalendar}) AS number
     CROSS JOIN LATERAL (SELECT $3::timestamptz
       + CASE WHEN number % 2 = 0 THEN floor(random() * ${windowDays}) ELSE ${windowDays} + floor(random() * 300) END * interval '1 day'
       + interval '8 hours' + floor(random() * 40) * interval '15 minutes' AS starts_at) AS times
     WHERE account_id = $2`,
    [userId, accountId, from],
  );
  await storeOwn(database, userId, from);
  await database.tidy();
  return { userId, from: from.toISOString(), to: to.toISOString() };
}

/** What is known without any provider: bookings, and a block of each lunch. */
async function storeOwn(database: BenchDatabase, userId: string, from: Date): Promise<void> {
  await database.rows(
    `INSERT INTO calendar.bookings (id, booking_id, user_id, wanted)
     SELECT gen_random_uuid(), 'bench-' || number, $1, json_build_object('start_time', ${isoOf('starts_at')}, 'end_time', ${isoOf("starts_at + interval '30 minutes'")})
     FROM generate_series(0, ${bookings - 1}) AS number
     CROSS JOIN LATERAL (SELECT $2::timestamptz + number % ${windowDays} * interval '1 day' + interval '6 hours' + number * interval '1 minute' AS starts_at) AS times`,
    [userId, from],
  );
  await database.rows(
    `WITH block AS (
       INSERT INTO calendar.manual_blocks (id, tenant_id, user_id, title, starts_at, ends_at, time_zone, is_all_day, recurrence, known_from, known_to)
       VALUES (gen_random_uuid(), 'default', $1, 'Lunch', $2, $2::timestamptz + interval '1 hour', 'UTC', false, '{RRULE:FREQ=DAILY}',
         now() - interval '30 days', now() + interval '400 days') RETURNING id)
     INSERT INTO calendar.manual_block_ranges (block_id, tenant_id, user_id, during)
     SELECT id, 'default', $1, tstzrange(starts_at, starts_at + interval '1 hour')
     FROM block CROSS JOIN generate_series($2::timestamptz, $2::timestamptz + interval '400 days', interval '1 day') AS starts_at`,
    [userId, from],
  );
}

const isoOf = (moment: string): string => `to_char((${moment}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
