import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';

/** What happened at one endpoint on one day (UTC). */
export interface EndpointDay {
  readonly endpointId: string;
  readonly day: string;
  succeeded: number;
  failed: number;
  readonly latencies: number[];
}

/** Sorted, so that two replicas that count at once cannot wait for each other. */
const add = {
  name: 'endpoint-days-add',
  text: `
    INSERT INTO endpoint_days AS known (endpoint_id, day, tenant_id, succeeded, failed, latencies)
    SELECT counted.endpoint_id, counted.day, endpoint.tenant_id, counted.succeeded, counted.failed, counted.latencies::int[]
    FROM unnest($1::uuid[], $2::date[], $3::int[], $4::int[], $5::text[]) AS counted (endpoint_id, day, succeeded, failed, latencies)
      JOIN endpoints endpoint ON endpoint.id = counted.endpoint_id
    ORDER BY 1, 2
    ON CONFLICT (endpoint_id, day) DO UPDATE SET succeeded = known.succeeded + EXCLUDED.succeeded, failed = known.failed + EXCLUDED.failed,
      latencies = (SELECT array_agg(coalesce(before, 0) + coalesce(since, 0) ORDER BY step)
        FROM unnest(known.latencies, EXCLUDED.latencies) WITH ORDINALITY AS both_of (before, since, step))`,
};
const list = {
  name: 'endpoint-days-list',
  text: `
    SELECT endpoint_id AS "endpointId", day::text, succeeded, failed, latencies FROM endpoint_days
    WHERE endpoint_id = $1 AND day >= $2::date ORDER BY day`,
};
const sweep = {
  name: 'endpoint-days-sweep',
  text: `
    DELETE FROM endpoint_days WHERE (endpoint_id, day) IN (SELECT endpoint_id, day FROM endpoint_days WHERE day < $1::date LIMIT $2) RETURNING day`,
};

/** Counters by endpoint and day. */
@Injectable()
export class StatisticsRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async add(days: readonly EndpointDay[]): Promise<void> {
    await this.database.execute(add, [
      days.map(({ endpointId }) => endpointId),
      days.map(({ day }) => day),
      days.map(({ succeeded }) => succeeded),
      days.map(({ failed }) => failed),
      days.map(({ latencies }) => `{${latencies.join(',')}}`),
    ]);
  }

  /** Days with attempts since `from` (`2026-11-21`), oldest first. */
  list(endpointId: string, from: string): Promise<EndpointDay[]> {
    return this.database.read<EndpointDay>(list, [endpointId, from]);
  }

  /** Forgets some days before. @returns how many. */
  async sweep(before: Date, limit: number): Promise<number> {
    return (await this.database.execute(sweep, [before, limit])).length;
  }
}
