import { listWebhookDeliveries } from '@patchbay/contracts';
import { eventually } from '@patchbay/local-stack';
import pg from 'pg';
import type { World } from './world.js';

/** Rows that wait for something although nothing is going on any more; by table, with the condition that says so. */
const waiting = [
  { table: 'outbox', column: 'published_at', condition: 'published_at IS NULL', meaning: 'events not published' },
  { table: 'dead_letters', column: 'replayed_at', condition: 'replayed_at IS NULL', meaning: 'dead letters' },
  { table: 'bookings', column: 'applied_revision', condition: 'applied_revision < wanted_revision', meaning: 'bookings not brought to the provider' },
] as const;

/** Looks through the schemas of all services and the logs of all endpoints; answers one sentence for each kind of thing that is stuck. */
export async function findStuck({ stack, endpoints }: Pick<World, 'stack' | 'endpoints'>): Promise<readonly string[]> {
  const deliveries = await Promise.all(endpoints.map((endpoint) => undelivered(endpoint)));
  return [...(await findStuckRows(stack.databaseUrl)), ...deliveries.flat()];
}

async function undelivered({ client, id, name }: World['endpoints'][number]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const status of ['pending', 'failed'] as const) {
    const { items } = await eventually('the log of an endpoint', () => client.call(listWebhookDeliveries, { id, status, limit: 100 }));
    if (items.length > 0) found.push(`endpoint ${name}: ${items.length}${items.length === 100 ? ' or more' : ''} webhooks ${status}`);
  }
  return found;
}

async function findStuckRows(databaseUrl: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const found: string[] = [];
    for (const kind of waiting) found.push(...(await findOfKind(client, kind)));
    return found;
  } finally {
    await client.end();
  }
}

async function findOfKind(client: pg.Client, { table, column, condition, meaning }: (typeof waiting)[number]): Promise<readonly string[]> {
  const { rows: schemas } = await client.query<{ schema: string }>(
    `SELECT table_schema AS schema FROM information_schema.columns WHERE table_name = $1 AND column_name = $2 ORDER BY 1`,
    [table, column],
  );
  const found: string[] = [];
  for (const { schema } of schemas) {
    const place = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(table)}`;
    const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${place} WHERE ${condition}`);
    const count = rows[0]?.count ?? 0;
    if (count > 0) found.push(`${schema}: ${count} ${meaning}`);
  }
  return found;
}
