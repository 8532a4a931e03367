import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeJson } from './data-dir.js';
import { identifyProcess, isRunning, signalProcess, type ProcessIdentity } from './process-identity.js';

/** Who runs the stack of a data directory, and all it started: enough to say so, or to clear up after it. */
interface RunningStack {
  readonly supervisor: ProcessIdentity;
  readonly processes: readonly ProcessIdentity[];
}

const fileOf = (dataDir: string): string => join(dataDir, 'running.json');

/** Notes what runs from this data directory now. */
export function noteRunningStack(dataDir: string, pids: readonly number[]): void {
  const supervisor = identifyProcess(process.pid);
  if (supervisor === null) throw new Error('unreachable: this process does not run');
  const processes = pids.flatMap((pid) => identifyProcess(pid) ?? []);
  writeJson(fileOf(dataDir), { supervisor, processes } satisfies RunningStack);
}

/** Forgets the note: everything was stopped. */
export function forgetRunningStack(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/** The pid of the process that runs this data directory's stack; null when nobody does. */
export function runningSupervisor(dataDir: string): number | null {
  const running = readJson<RunningStack>(fileOf(dataDir));
  return running !== null && isRunning(running.supervisor) && running.supervisor.pid !== process.pid ? running.supervisor.pid : null;
}

/** Ends whatever an earlier stack of this data directory left behind, and its supervisor if it still runs. */
export async function stopRunningStack(dataDir: string): Promise<void> {
  if (!existsSync(fileOf(dataDir))) return;
  const running = readJson<RunningStack>(fileOf(dataDir));
  if (running === null) return;
  const { supervisor, processes } = running;
  if (isRunning(supervisor) && supervisor.pid !== process.pid) await end([supervisor], 'SIGTERM', 15_000);
  // PostgreSQL takes SIGTERM for "when everybody has left", SIGINT for "now".
  await end(processes.filter(isRunning), 'SIGINT', 5_000);
  forgetRunningStack(dataDir);
}

async function end(identities: readonly ProcessIdentity[], signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
  for (const { pid } of identities) signalProcess(pid, signal);
  const deadline = performance.now() + timeoutMs;
  while (identities.some(isRunning) && performance.now() < deadline) await sleep(50);
  for (const identity of identities.filter(isRunning)) signalProcess(identity.pid, 'SIGKILL');
  while (identities.some(isRunning)) await sleep(20);
}
