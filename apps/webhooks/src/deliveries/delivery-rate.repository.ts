import { Inject, Injectable } from '@nestjs/common';
import { Database, type PreparedStatement } from '@patchbay/database';
import { burstMs } from './delivery-rate.js';
import type { RateBuckets, RateGrant, RateWish } from './delivery-rate-leases.js';
import { firstHorizonMs, horizonMs } from './delivery-rate-shared.js';

/** A bucket that is not there is full. */
const found: PreparedStatement = {
  name: 'delivery-rate-found',
  text: `INSERT INTO rate_limits (key, next_slot_at) SELECT key, now() FROM unnest($1::text[]) AS t(key) ORDER BY key ON CONFLICT DO NOTHING`,
};

/**
 * Takes as many slots of each bucket as are wanted and come soon enough: the generic cell rate algorithm, many cells at once. Buckets are locked in the order of
 * their keys, so that two replicas wait for one another and never both.
 */
const lease: PreparedStatement = {
  name: 'delivery-rate-lease',
  text: `
    WITH wanted AS (
      SELECT * FROM unnest($1::text[], $2::float8[], $3::int[]) AS w(key, interval_ms, count)
    ), bucket AS (
      SELECT b.key, greatest(b.next_slot_at, now()) AS next_at FROM rate_limits b WHERE b.key = ANY($1::text[]) ORDER BY b.key FOR UPDATE
    ), ahead AS (
      SELECT key, interval_ms, wanted.count AS wanted, next_at, extract(epoch FROM next_at - now())::float8 * 1000 AS ahead_ms,
        greatest(0, $4::float8 - interval_ms) AS slack_ms
      FROM bucket JOIN wanted USING (key)
    ), leased AS (
      SELECT *, greatest((ahead_ms <= $6::float8 + slack_ms)::int, least(wanted, floor(($5::float8 + slack_ms - ahead_ms) / interval_ms)::int + 1)) AS count
      FROM ahead
    )
    UPDATE rate_limits SET next_slot_at = leased.next_at + leased.count * leased.interval_ms * interval '1 ms'
    FROM leased WHERE rate_limits.key = leased.key
    RETURNING leased.key, leased.count, leased.ahead_ms - leased.slack_ms AS first_in_ms,
      leased.ahead_ms + leased.count * leased.interval_ms - leased.slack_ms AS free_in_ms`,
};

interface LeasedRow {
  readonly key: string;
  readonly count: number;
  readonly first_in_ms: number;
  readonly free_in_ms: number;
}

/** The permits of all replicas, in PostgreSQL. The table does not survive a crash of the server: then every endpoint has rested. */
@Injectable()
export class DeliveryRateRepository implements RateBuckets {
  constructor(@Inject(Database) private readonly database: Database) {}

  async lease(wishes: readonly RateWish[]): Promise<readonly RateGrant[]> {
    const keys = wishes.map(({ endpointId }) => `delivery:${endpointId}`);
    const values = [keys, wishes.map(({ intervalMs }) => intervalMs), wishes.map(({ count }) => count), burstMs, horizonMs, firstHorizonMs];
    const rows = new Map((await this.#lease(values)).map((row) => [row.key, row]));
    const missing = keys.filter((key) => !rows.has(key));
    if (missing.length > 0) {
      await this.database.execute(found, [missing]);
      for (const row of await this.#lease(only(values, (index) => !rows.has(keys[index] ?? '')))) rows.set(row.key, row);
    }
    return keys.map((key) => {
      const { count = 0, first_in_ms: firstInMs = 0, free_in_ms: freeInMs = 0 } = rows.get(key) ?? {};
      return { count, firstInMs, freeInMs };
    });
  }

  #lease(values: readonly unknown[]): Promise<LeasedRow[]> {
    return this.database.execute<LeasedRow>(lease, values);
  }
}

/** The same lists without what is not wanted. */
const only = (values: readonly unknown[], isWanted: (index: number) => boolean): readonly unknown[] =>
  values.map((value) => (Array.isArray(value) ? value.filter((_one, index) => isWanted(index)) : value));
