import type { BenchStack } from './bench-stack.js';
import { BenchDatabase } from './database.js';
import { beside, median, quantile, verdict, type Figure } from './figure.js';
import { startProgram } from './program.js';
import type { ProviderApi } from './provider.js';

/** How much is measured. */
export interface IngressSize {
  readonly secondsPerRound: number;
  readonly rounds: number;
}

const perSecond = 500;
const answerMsMax = 50;
const warmUpSeconds = 5;

/** How soon a provider hears that its webhook was taken: signed over its bytes, and stored. */
export async function measureIngress({ stack, say }: BenchStack, { secondsPerRound, rounds }: IngressSize): Promise<readonly Figure[]> {
  const provider = startProgram<ProviderApi>('provider');
  const database = await BenchDatabase.open(stack.databaseUrl);
  const { gatewayUrl } = stack;
  const p50s: number[] = [];
  const p99s: number[] = [];
  try {
    await provider.ask('offer', { gatewayUrl, load: { perSecond, seconds: warmUpSeconds } });
    for (let round = 1; round <= rounds; round += 1) {
      const offered = await provider.ask('offer', { gatewayUrl, load: { perSecond, seconds: secondsPerRound } });
      await requireStored(
        database,
        offered.map(({ id }) => id),
      );
      const times = offered.map(({ dueAt, doneAt }) => doneAt - dueAt);
      p50s.push(quantile(times, 0.5));
      p99s.push(quantile(times, 0.99));
      say(`ingress round ${round}: answered after ${quantile(times, 0.5).toFixed(1)} ms (median), ${quantile(times, 0.99).toFixed(1)} ms (p99)`);
    }
  } finally {
    await provider.stop();
    await database.close();
  }
  const p99 = median(p99s);
  return [
    {
      id: 'P9',
      what: `${perSecond} webhooks/s of a provider, signature verified and stored: answer p99`,
      value: `${p99.toFixed(1)} ms`,
      target: `≤ ${answerMsMax} ms`,
      verdict: verdict(p99 <= answerMsMax),
    },
    beside('P9', 'the same, median', `${median(p50s).toFixed(1)} ms`),
  ];
}

/** An answer means that it is stored: otherwise the figure would be about nothing. */
async function requireStored(database: BenchDatabase, keys: readonly string[]): Promise<void> {
  const [row] = await database.rows<{ count: number }>(
    `SELECT count(*)::int AS count FROM webhooks.received_webhooks WHERE provider = 'stripe' AND key = ANY($1::text[])`,
    [keys],
  );
  if (row?.count !== keys.length) throw new Error(`${row?.count ?? 0} of ${keys.length} webhooks were stored`);
}
