import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Stack } from '@patchbay/local-stack';

/** Comes with PostgreSQL and counts every statement; needs a restart to be loaded. */
export async function countStatements(stack: Stack): Promise<void> {
  await withClient(stack.databaseUrl, async (client) => {
    await client.query(`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`);
  });
  await stack.restart('postgres');
  await stack.ready();
  await withClient(stack.databaseUrl, (client) => client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements'));
}

/** A connection of the benchmarks' own. What it asks is left out of the count. */
export class BenchDatabase {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async open(url: string): Promise<BenchDatabase> {
    const client = new pg.Client({ connectionString: url, application_name: 'bench' });
    // When a run fails the stack is stopped first; that the connection ends with it must not hide why.
    client.on('error', () => undefined);
    await client.connect();
    return new BenchDatabase(client);
  }

  async rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<Row>(`/* bench */ ${text}`, [...values])).rows;
  }

  /** As if some time had passed since rows were written: nobody pays for what another left to do. */
  async tidy(): Promise<void> {
    await this.#client.query('VACUUM ANALYZE');
    await this.#client.query('CHECKPOINT');
  }

  /** {@link tidy}, and statements are counted from now on. */
  async settle(): Promise<void> {
    await this.tidy();
    await this.rows('SELECT pg_stat_statements_reset()');
  }

  /** Statements of all clients since {@link settle}. */
  async statements(): Promise<number> {
    const text = `SELECT coalesce(sum(calls), 0)::float8 AS calls FROM pg_stat_statements WHERE query NOT LIKE '/* bench */%'`;
    return (await this.rows<{ calls: number }>(text))[0]?.calls ?? NaN;
  }

  /** Waits until a count is zero. */
  async untilNone(count: () => Promise<number>): Promise<void> {
    while ((await count()) > 0) await sleep(5);
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}
