import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { getKeyRotation, startKeyRotation, type KeyRotation } from '@patchbay/contracts';
import { PatchbayClient } from '@patchbay/api-client';
import { fetch } from 'undici';
import type { BenchStack } from './bench-stack.js';
import { BenchDatabase } from './database.js';
import { beside, verdict, type Figure } from './figure.js';
import { sealed } from './sealed.js';

/** A provider's token has about this many characters. */
const tokenChars = 1_200;
const chunk = 2_000;

/** AUT6: how soon everything in the vault is under another master key, and opened again to be sure. */
export async function measureKeyRotation(bench: BenchStack, connections: number): Promise<readonly Figure[]> {
  const database = await BenchDatabase.open(bench.stack.databaseUrl);
  bench.say(`key rotation: ${connections} connections with two tokens each`);
  for (let from = 0; from < connections; from += chunk) await fill(database, Math.min(chunk, connections - from));
  const client = new PatchbayClient({ baseUrl: bench.stack.gatewayUrl, token: bench.admin.token, fetch });
  const began = performance.now();
  let state: KeyRotation = await client.call(startKeyRotation('auth'), {});
  let rewrappedAfterMs: number | undefined;
  while (state.finished_at === null) {
    await sleep(20);
    state = await client.call(getKeyRotation('auth'), {});
    if (state.status !== 'running') rewrappedAfterMs ??= performance.now() - began;
  }
  const wholeMs = performance.now() - began;
  await database.close();
  if (state.status !== 'completed') throw new Error(`the rotation ended as ${state.status}: ${state.last_error}`);
  const perSecond = (count: number, ms: number): number => Math.round((1_000 * count) / ms);
  const rows = perSecond(connections, rewrappedAfterMs ?? wholeMs);
  return [
    {
      id: 'AUT6',
      what: 'key rotation: connections sealed anew, two tokens each',
      value: `${rows} rows/s`,
      target: '≥ 5000 rows/s',
      verdict: verdict(rows >= 5_000),
    },
    beside('AUT6', 'the same, with every value opened again afterwards', `${perSecond(connections, wholeMs)} rows/s`),
  ];
}

const aToken = (): string => randomBytes(tokenChars / 2).toString('hex');

async function fill(database: BenchDatabase, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await database.rows(
    `INSERT INTO auth.connections (id, user_id, provider, type, provider_account_id, scopes, status, created_at, updated_at)
     SELECT id, id, 'zoom', 'video', id::text, '{}', 'active', now(), now() FROM unnest($1::uuid[]) AS t (id)`,
    [ids],
  );
  await database.rows(
    `INSERT INTO auth.grants (connection_id, provider, sealed_access_token, sealed_refresh_token)
     SELECT id, 'zoom', access, refresh FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t (id, access, refresh)`,
    [ids, ids.map((id) => sealed(`default/${id}/access`, aToken())), ids.map((id) => sealed(`default/${id}/refresh`, aToken()))],
  );
}
