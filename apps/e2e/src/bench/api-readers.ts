import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from '@patchbay/local-stack';
import autocannon from 'autocannon';
import pg from 'pg';
import { request } from 'undici';
import { v7 as uuidv7 } from 'uuid';
import type { BenchStack } from './bench-stack.js';

/** What answers reads: Patchbay, or one process that does nothing else. */
export interface Reader {
  readonly name: 'patchbay' | 'pg' | 'typeorm';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How it answered. */
export interface Measured {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** Readers of one calendar account. */
export interface Readers {
  readonly all: readonly Reader[];
  close(): void;
}

const connections = 64;

/** Stores an account, and starts the bare processes that read it as well. */
export async function openReaders({ stack, user }: BenchStack, kinds: readonly ('pg' | 'typeorm')[]): Promise<Readers> {
  const id = await insertAccount(stack.databaseUrl, user.id);
  const bare = await Promise.all(kinds.map((kind) => startBare(kind, stack.databaseUrl)));
  const all: readonly Reader[] = [
    { name: 'patchbay', url: `${stack.gatewayUrl}/api/v1/integrations/calendar/${id}/`, headers: { authorization: `Bearer ${user.token}` } },
    ...bare.map(({ kind, url }) => ({ name: kind, url: `${url}/accounts/${user.id}/${id}`, headers: {} })),
  ];
  return { all, close: () => bare.forEach(({ stop }) => stop()) };
}

/** 64 connections, each of which asks again as soon as it was answered. Durations in seconds. */
export async function load({ url, headers }: Reader, duration: number): Promise<Measured> {
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
