import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '@patchbay/local-stack';
import autocannon from 'autocannon';
import pg from 'pg';
import { request } from 'undici';
import { v7 as uuidv7 } from 'uuid';
import type { BenchStack } from './bench-stack.js';
import { median, verdict, type Figure } from './figure.js';

interface Measured {
  readonly perSecond: number;
  readonly p99Ms: number;
}

interface Contender {
  readonly name: 'patchbay' | 'pg' | 'typeorm';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const connections = 64;
const rounds = 5;

/** P1: an authenticated read through gateway, NATS, service and PostgreSQL against the same query in one bare process. */
export async function measureApiReads({ stack, user }: BenchStack, secondsPerRound: number): Promise<readonly Figure[]> {
  const id = await insertAccount(stack.databaseUrl, user.id);
  const bare = await Promise.all((['pg', 'typeorm'] as const).map((kind) => startBare(kind, stack.databaseUrl)));
  try {
    const contenders: readonly Contender[] = [
      { name: 'patchbay', url: `${stack.gatewayUrl}/api/v1/integrations/calendar/${id}/`, headers: { authorization: `Bearer ${user.token}` } },
      ...bare.map(({ kind, url }) => ({ name: kind, url: `${url}/accounts/${user.id}/${id}`, headers: {} })),
    ];
    for (const contender of contenders) await load(contender, 2);
    const results = new Map<Contender['name'], Measured[]>(contenders.map(({ name }) => [name, []]));
    // In turn, so that a machine that speeds up or slows down does so for all of them.
    for (let round = 0; round < rounds; round += 1) {
      for (const contender of contenders) results.get(contender.name)?.push(await load(contender, secondsPerRound));
    }
    return figuresOf(results);
  } finally {
    for (const { stop } of bare) stop();
  }
}

function figuresOf(results: ReadonlyMap<Contender['name'], readonly Measured[]>): readonly Figure[] {
  const of = (name: Contender['name'], key: keyof Measured): number => median((results.get(name) ?? []).map((measured) => measured[key]));
  const rate = { own: of('patchbay', 'perSecond'), pg: of('pg', 'perSecond'), typeorm: of('typeorm', 'perSecond') };
  const p99 = { own: of('patchbay', 'p99Ms'), pg: of('pg', 'p99Ms') };
  const ratio = (value: number, base: number): number => value / base;
  return [
    {
      id: 'P1',
      what: 'authenticated GET, throughput of bare Nest + Fastify + pg',
      value: `${ratio(rate.own, rate.pg).toFixed(2)} (${Math.round(rate.own)} of ${Math.round(rate.pg)} requests/s)`,
      target: '≥ 0.45',
      verdict: verdict(ratio(rate.own, rate.pg) >= 0.45),
    },
    {
      id: 'P1',
      what: 'authenticated GET, throughput of bare Nest + Fastify + TypeORM',
      value: `${ratio(rate.own, rate.typeorm).toFixed(2)} (${Math.round(rate.own)} of ${Math.round(rate.typeorm)} requests/s)`,
      target: '≥ 0.85',
      verdict: verdict(ratio(rate.own, rate.typeorm) >= 0.85),
    },
    {
      id: 'P1',
      what: 'authenticated GET, p99 against bare Nest + Fastify + pg',
      value: `${ratio(p99.own, p99.pg).toFixed(2)}× (${p99.own.toFixed(1)} ms against ${p99.pg.toFixed(1)} ms)`,
      target: '≤ 2.5×',
      verdict: verdict(ratio(p99.own, p99.pg) <= 2.5),
    },
  ];
}

async function load({ url, headers }: Contender, duration: number): Promise<Measured> {
  const result = await autocannon({ url, headers: { ...headers }, connections, duration });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} requests to ${url} failed`);
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 };
}

async function insertAccount(databaseUrl: string, userId: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const id = uuidv7();
  await client.query(
    `INSERT INTO calendar.accounts (id, user_id, provider, provider_email, status, status_at, created_at)
     VALUES ($1, $2, 'google', 'bench@example.com', 'active', now(), now())`,
    [id, userId],
  );
  await client.end();
  return id;
}

async function startBare(kind: 'pg' | 'typeorm', databaseUrl: string): Promise<{ kind: typeof kind; url: string; stop: () => void }> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-server.js'), kind, databaseUrl, String(port)], { stdio: 'inherit' });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 20_000;
  for (;;) {
    const isUp = await request(url).then(
      async ({ body }) => body.dump().then(() => true),
      () => false,
    );
    if (isUp) return { kind, url, stop: () => void child.kill() };
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the bare ${kind} server did not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
