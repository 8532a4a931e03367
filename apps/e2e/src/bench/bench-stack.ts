import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { dataDirDefault, freePort, freePorts, issueDevelopmentTokens, startStack, type DevelopmentToken, type Stack } from '@patchbay/local-stack';
import { masterKeys } from './master-keys.js';
import { startProgram, type Program } from './program.js';
import type { Doors, ReceiverApi } from './receiver.js';

/** A stack of its own, with empty data, for one run of the benchmarks. */
export interface BenchStack {
  readonly stack: Stack;
  readonly user: DevelopmentToken;
  readonly admin: DevelopmentToken;
  /** Both, and others. */
  readonly people: readonly DevelopmentToken[];
  /** Where every webhook of the benchmarks goes: lets nothing else be the bottleneck. */
  readonly receiver: Program<ReceiverApi>;
  readonly receiverUrl: string;
  /** The same receiver at addresses of its own for customers, who share none. */
  readonly customerUrls: readonly string[];
  /** Where connections are accepted and nothing is ever answered. */
  readonly silentUrl: string;
  /** Where a CalDAV server may be: services call no address that nobody allowed. */
  readonly caldavPort: number;
  /** From the call to readiness of everything, programs and data being there from an earlier start. Milliseconds. */
  readonly secondStartMs: number;
  readonly say: (line: string) => void;
  stop(): Promise<void>;
}

/** Endpoints beside each other in P4. */
const customers = 100;

/** Limits on callers would be measured instead of the work. */
const unlimited = {
  RATE_LIMIT_USER_PER_MINUTE: '100000000',
  RATE_LIMIT_API_KEY_PER_MINUTE: '100000000',
  RATE_LIMIT_INGRESS_PER_MINUTE: '100000000',
  LOG_LEVEL: 'warn',
};

/** Where profiles go. */
const profileDir = join(dataDirDefault, 'bench-profiles');

export async function startBenchStack(say: (line: string) => void, { profile }: { readonly profile: boolean }): Promise<BenchStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchbay-bench-'));
  // PostgreSQL's account must get into the folder; mkdtemp makes it for us alone.
  chmodSync(dataDir, 0o711);
  const receiver = startProgram<ReceiverApi>('receiver');
  const doors = await receiver.ask('listen', 1 + customers);
  const ports = await freePorts();
  const caldavPort = await freePort();
  const allowed = [...doors.open, doors.silent, caldavPort].map((port) => `127.0.0.1:${port}`).join(',');
  const env = { ...unlimited, WEBHOOKS_EGRESS_ALLOW: allowed, TOKEN_MASTER_KEYS: masterKeys };
  const profiling = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` };
  const options = { dataDir, ports, env: profile ? { ...env, ...profiling } : env };
  say('starting a stack with empty data');
  await (await startStack(options)).stop();
  say('starting it again');
  const began = performance.now();
  const stack = await startStack(options);
  const secondStartMs = performance.now() - began;
  const users = await issueDevelopmentTokens(stack.natsUrl);
  const user = users.find((candidate) => candidate.role === 'user');
  const admin = users.find((candidate) => candidate.role === 'admin');
  if (user === undefined || admin === undefined) throw new Error('the stack has no development users');
  const stop = async (): Promise<void> => {
    await stack.stop();
    await receiver.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { stack, user, admin, people: users, receiver, ...addressesOf(doors), caldavPort, secondStartMs, say, stop };
}

function addressesOf({ open, silent }: Doors): Pick<BenchStack, 'receiverUrl' | 'customerUrls' | 'silentUrl'> {
  const urlOf = (port: number): string => `http://127.0.0.1:${port}/webhooks`;
  const [receiverUrl = '', ...customerUrls] = open.map(urlOf);
  return { receiverUrl, customerUrls, silentUrl: urlOf(silent) };
}

/** What the figures were measured on. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
}
