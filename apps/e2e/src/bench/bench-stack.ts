import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, totalmem, release } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, issueDevelopmentTokens, startStack, type DevelopmentToken, type ServiceName, type Stack } from '@patchbay/local-stack';

/** A stack of its own, with empty data, for one run of the benchmarks. */
export interface BenchStack {
  readonly stack: Stack;
  readonly user: DevelopmentToken;
  /** From the call to readiness, data and programs being there already. Milliseconds. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Limits on callers would be measured instead of the work. */
const unlimited = { RATE_LIMIT_USER_PER_MINUTE: '100000000', RATE_LIMIT_API_KEY_PER_MINUTE: '100000000', LOG_LEVEL: 'warn' };

export async function startBenchStack(env: Readonly<Record<string, string>> = {}, services?: readonly ServiceName[]): Promise<BenchStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchbay-bench-'));
  const began = performance.now();
  const ports = await freePorts();
  const stack = await startStack({ dataDir, ports, env: { ...unlimited, ...env }, ...(services === undefined ? {} : { services }) });
  const startMs = performance.now() - began;
  const users = await issueDevelopmentTokens(stack.natsUrl);
  const user = users.find((candidate) => candidate.role === 'user');
  if (user === undefined) throw new Error('the stack has no development user');
  return {
    stack,
    user,
    startMs,
    stop: async () => {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What the figures were measured on. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
}
