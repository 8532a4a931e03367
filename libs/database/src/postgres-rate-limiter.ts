import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.js';

/** How often something may happen. */
export interface RateLimit {
  readonly limit: number;
  readonly perMs: number;
}

/**
 * Reserves the next free slot of a key, unless it lies later than the caller can wait. The generic cell rate algorithm: one row holds the time
 * at which the bucket is empty again.
 */
const reserve = {
  name: 'rate-limit-reserve',
  text: `
    INSERT INTO rate_limits AS bucket (key, next_slot_at) VALUES ($1, now() + $2::float8 * interval '1 ms')
    ON CONFLICT (key) DO UPDATE SET next_slot_at = greatest(bucket.next_slot_at, now()) + $2::float8 * interval '1 ms'
      WHERE greatest(bucket.next_slot_at, now()) - now() <= ($3::float8 + $4::float8) * interval '1 ms'
    RETURNING greatest(0, extract(epoch FROM next_slot_at - now()) * 1000 - $2::float8 - $3::float8)::float8 AS wait_ms`,
};
const peek = {
  name: 'rate-limit-peek',
  text: `SELECT greatest(0, extract(epoch FROM next_slot_at - now()) * 1000 - $2::float8)::float8 AS wait_ms FROM rate_limits WHERE key = $1`,
};

/** A rate limit that all replicas of a service share through PostgreSQL. */
export class PostgresRateLimiter {
  constructor(private readonly database: Database) {}

  /**
   * Waits for a slot of `key`, at most until `deadline`.
   *
   * @returns null when the call may go ahead now; otherwise the milliseconds after which a slot will be free.
   */
  async acquire(key: string, rate: RateLimit, deadline: Date): Promise<number | null> {
    // A tenth may come at once and the rest evenly, so that no window, wherever it begins, sees more than the limit.
    const burst = Math.ceil(rate.limit / 10);
    const spacingMs = rate.perMs / (rate.limit - burst + 1);
    const burstMs = (burst - 1) * spacingMs;
    const patienceMs = Math.max(0, deadline.getTime() - Date.now());
    const [slot] = await this.database.execute<{ wait_ms: number }>(reserve, [key, spacingMs, burstMs, patienceMs]);
    if (slot !== undefined) {
      if (slot.wait_ms > 0) await sleep(slot.wait_ms);
      return null;
    }
    const [full] = await this.database.read<{ wait_ms: number }>(peek, [key, burstMs]);
    return Math.ceil(full?.wait_ms ?? spacingMs);
  }
}
