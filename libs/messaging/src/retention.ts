import type { Database } from '@patchbay/database';
import type { Logger } from 'pino';

const hourMs = 60 * 60 * 1000;

/** How long published events stay: long enough to publish them again to a broker that lost its data. The inbox outlives them, so repeats stay harmless. */
const sweeps = [
  { name: 'outbox-sweep', text: `DELETE FROM outbox WHERE published_at < now() - interval '3 days'` },
  { name: 'inbox-sweep', text: `DELETE FROM inbox WHERE received_at < now() - interval '14 days'` },
  { name: 'rate-limit-sweep', text: `DELETE FROM rate_limits WHERE next_slot_at < now() - interval '1 day'` },
  { name: 'dead-letter-sweep', text: `DELETE FROM dead_letters WHERE created_at < now() - interval '90 days'` },
];

/** Forgets what no longer matters, soon after the start and then hourly. @returns what stops it. */
export function sweepHourly(database: Database, log: Logger): () => void {
  const sweep = async (): Promise<void> => {
    for (const statement of sweeps) await database.execute(statement).catch((error: unknown) => log.warn({ err: error }, 'a sweep failed'));
  };
  // A process that never lives for an hour must forget, too; replicas that start together should not all begin at once.
  const first = setTimeout(() => void sweep(), (1 + Math.random() * 4) * 60_000);
  const timer = setInterval(() => void sweep(), hourMs);
  for (const one of [first, timer]) one.unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}
