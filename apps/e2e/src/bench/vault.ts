import { setTimeout as sleep } from 'node:timers/promises';
import { PatchbayClient } from '@patchbay/api-client';
import { connectAccount, SandboxControl } from '@patchbay/local-stack';
import { fetch, request } from 'undici';
import type { BenchStack } from './bench-stack.js';
import { BenchDatabase } from './database.js';
import { beside, median, quantile, verdict, type Figure } from './figure.js';
import type { Load } from './open-loop.js';
import { startProgram } from './program.js';
import type { TokenAskerApi } from './token-asker.js';

/** How much is measured. */
export interface VaultSize {
  readonly secondsPerRound: number;
  readonly rounds: number;
}

const perSecond = 500;
const lookupMsMax = 10;
const accounts = 20;
const sweptConnections = 100_000;
const sweepMsMax = 2_000;
/** Long enough that all rows are there and settled before they are due. */
const dueInSeconds = 45;
const mebibyte = 2 ** 20;

/** How soon a token is there, and how soon 100,000 that end soon are found and told of. */
export async function measureVault(bench: BenchStack, size: VaultSize): Promise<readonly Figure[]> {
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  try {
    const lookups = await measureLookups(bench, await connectAccounts(bench), size);
    return [...lookups, ...(await measureSweep(bench, database))];
  } finally {
    await database.close();
  }
}

async function connectAccounts({ stack, user }: BenchStack): Promise<readonly string[]> {
  const client = new PatchbayClient({ baseUrl: stack.gatewayUrl, token: user.token, fetch });
  const at = { client, gatewayUrl: stack.gatewayUrl, sandbox: new SandboxControl(stack.sandboxUrl) };
  const ids: string[] = [];
  for (let number = 0; number < accounts; number += 1)
    ids.push(await connectAccount(at, { provider: 'zoom', type: 'video', email: `bench${number}@example.com` }));
  return ids;
}

async function measureLookups({ stack, say }: BenchStack, connectionIds: readonly string[], size: VaultSize): Promise<readonly Figure[]> {
  const asker = startProgram<TokenAskerApi>('token-asker');
  const p99s: number[] = [];
  try {
    const load: Load = { perSecond, seconds: size.secondsPerRound };
    await asker.ask('offer', { natsUrl: stack.natsUrl, connectionIds, load: { perSecond, seconds: 3 } });
    for (let round = 1; round <= size.rounds; round += 1) {
      const offered = await asker.ask('offer', { natsUrl: stack.natsUrl, connectionIds, load });
      const times = offered.map(({ dueAt, doneAt }) => doneAt - dueAt);
      p99s.push(quantile(times, 0.99));
      say(`vault round ${round}: a token after ${quantile(times, 0.5).toFixed(1)} ms (median), ${quantile(times, 0.99).toFixed(1)} ms (p99)`);
    }
  } finally {
    await asker.stop();
  }
  const p99 = median(p99s);
  return [
    {
      id: 'AUT7',
      what: `${perSecond} access tokens/s asked for over NATS: p99`,
      value: `${p99.toFixed(1)} ms`,
      target: `≤ ${lookupMsMax} ms`,
      verdict: verdict(p99 <= lookupMsMax),
    },
  ];
}

/** With the broker away, so that nobody is busy with what was told before all is told: it is durable in the outbox. */
async function measureSweep(bench: BenchStack, database: BenchDatabase): Promise<readonly Figure[]> {
  bench.say(`vault: writing ${sweptConnections} connections whose tokens end soon`);
  await insertConnections(database);
  await bench.stack.halt('nats');
  const heapBefore = await heapOf(bench);
  let heapMax = heapBefore;
  let left = sweptConnections;
  while (left > 0) {
    await sleep(100);
    heapMax = Math.max(heapMax, await heapOf(bench));
    left = await untold(database);
  }
  await bench.stack.restart('nats');
  const [told] = await database.rows<{ count: number; ms: number }>(
    `SELECT count(*)::int AS count, (extract(epoch FROM max(created_at) - min(created_at)) * 1000)::float8 AS ms
     FROM auth.outbox WHERE subject = 'event.token_expiring.v1'`,
  );
  if (told === undefined || told.count < sweptConnections) throw new Error(`${told?.count ?? 0} of ${sweptConnections} were told of`);
  const grown = (heapMax - heapBefore) / mebibyte;
  bench.say(`vault: told of ${told.count} tokens in ${told.ms.toFixed(0)} ms, the heap grew by ${grown.toFixed(0)} MiB at most`);
  return [
    {
      id: 'AUT7',
      what: `sweep of ${sweptConnections.toLocaleString('en')} connections for tokens that end, each told of durably`,
      value: `${(told.ms / 1_000).toFixed(2)} s`,
      target: `≤ ${sweepMsMax / 1_000} s`,
      verdict: verdict(told.ms <= sweepMsMax),
    },
    beside('AUT7', "growth of the service's heap meanwhile (MiB)", grown.toFixed(0)),
  ];
}

/** Tokens of usual lengths. They are sealed for nobody: none of them is opened. */
async function insertConnections(database: BenchDatabase): Promise<void> {
  await database.rows(
    `WITH made AS (
       INSERT INTO auth.connections (id, user_id, provider, type, provider_account_id, scopes, status, created_at, updated_at)
       SELECT gen_random_uuid(), gen_random_uuid(), 'google', 'calendar', 'swept-' || number, '{}', 'active', now(), now()
       FROM generate_series(1, ${sweptConnections}) AS number RETURNING id),
     granted AS (
       INSERT INTO auth.grants (connection_id, provider, sealed_access_token, sealed_refresh_token, issued_at, expires_at, is_renewable, renew_at)
       SELECT id, 'google', repeat('a', 420), repeat('r', 280), now(), now() + interval '1 hour', true, now() + interval '50 minutes'
       FROM made RETURNING connection_id, expires_at, is_renewable)
     INSERT INTO auth.token_endings (connection_id, announce_at, expires_at, is_renewable)
     SELECT connection_id, now() + interval '${dueInSeconds} seconds', expires_at, is_renewable FROM granted`,
  );
  await database.rows('VACUUM ANALYZE auth.connections');
  await database.rows('VACUUM ANALYZE auth.grants');
  await database.rows('VACUUM ANALYZE auth.token_endings');
  await database.rows('CHECKPOINT');
  const [due] = await database.rows<{ early: boolean }>(`SELECT min(announce_at) < now() AS early FROM auth.token_endings`);
  if (due?.early !== false) throw new Error('writing the connections took too long: the sweep began before they were all there');
}

async function untold(database: BenchDatabase): Promise<number> {
  const [row] = await database.rows<{ left: number }>(
    `SELECT count(*)::int AS left FROM auth.token_endings WHERE announce_at <= now() + interval '${dueInSeconds} seconds'`,
  );
  return row?.left ?? 0;
}

async function heapOf({ stack }: BenchStack): Promise<number> {
  const answer = await request(stack.metrics['auth'] ?? '');
  const found = /^nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)/m.exec(await answer.body.text())?.[1];
  if (found === undefined) throw new Error('the service does not tell of its heap');
  return Number(found);
}
