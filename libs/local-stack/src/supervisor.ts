import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guard } from './guard.js';
import { signalProcess } from './process-identity.js';
import { SupervisedProcess, type ProcessSpec } from './supervised-process.js';

/** Where a supervisor writes, and whom it tells. */
export interface SupervisorOptions {
  readonly logDir: string;
  /** Receives one line for whatever a person would want to know: a process that died, one that was started again. */
  readonly log: (line: string) => void;
  /** Called after every start and end of a process. */
  readonly onChange?: () => void;
  /** Called when a process ended that nobody had asked to stop. */
  readonly onEnd?: (end: ProcessEnd) => void;
}

/** The end of a process that is started again. */
export interface ProcessEnd {
  readonly name: string;
  /** Such as `signal SIGKILL` or `exit code 1`. */
  readonly reason: string;
  readonly livedMs: number;
}

interface Entry {
  readonly process: SupervisedProcess;
  wanted: boolean;
  backOffMs: number;
  restart: NodeJS.Timeout | null;
}

const backOffMsMin = 200;
const backOffMsMax = 5_000;
/** A process that lived this long was well; its next death starts the back-off anew. */
const healthyAfterMs = 10_000;
const readyPollMs = 50;
/** A process that never became ready and died this often in a row will not be helped by waiting. */
const deathsWhileStartingMax = 5;

/** Keeps processes running as an orchestrator would: starts them again with back-off when they die, and leaves none behind. */
export class Supervisor {
  private readonly entries = new Map<string, Entry>();
  private readonly deaths = new Map<string, number>();
  private readonly guard = new Guard();
  private stopping = false;

  constructor(private readonly options: SupervisorOptions) {
    mkdirSync(options.logDir, { recursive: true });
  }

  /** Starts a process and keeps it running until it is stopped. */
  async start(spec: ProcessSpec): Promise<void> {
    if (this.stopping) throw new Error(`${spec.name} is not started: everything is being stopped.`);
    if (this.entries.has(spec.name)) throw new Error(`${spec.name} is supervised already`);
    const logFile = join(this.options.logDir, `${spec.name}.log`);
    const listener = {
      onStart: () => this.changed(),
      onExit: (reason: string, livedMs: number) => this.onExit(spec.name, reason, livedMs),
    };
    this.entries.set(spec.name, { process: new SupervisedProcess(spec, logFile, listener), wanted: true, backOffMs: backOffMsMin, restart: null });
    await this.launch(spec.name);
  }

  /** Sends a signal, SIGKILL unless said otherwise. The process is then started again, as after any death. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): boolean {
    const { pid } = this.entry(name).process;
    return pid !== null && signalProcess(pid, signal);
  }

  /** Stops a process and keeps it stopped until {@link resume}. */
  async stop(name: string): Promise<void> {
    const entry = this.entry(name);
    entry.wanted = false;
    if (entry.restart !== null) clearTimeout(entry.restart);
    entry.restart = null;
    await entry.process.stop();
  }

  /** Starts a stopped process again. */
  async resume(name: string): Promise<void> {
    const entry = this.entry(name);
    if (entry.wanted) return;
    entry.wanted = true;
    entry.backOffMs = backOffMsMin;
    await this.launch(name);
  }

  /** Stops and starts a process in good order. */
  async restart(name: string): Promise<void> {
    await this.stop(name);
    await this.resume(name);
  }

  /** The pid of every process that runs at this moment. */
  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.entries].flatMap(([name, { process }]) => (process.pid === null ? [] : [[name, process.pid]])));
  }

  /** The names of all supervised processes, in the order they were started. */
  names(): readonly string[] {
    return [...this.entries.keys()];
  }

  /**
   * Waits until all of these do their work.
   *
   * @throws Error naming the process that is not ready, with the end of its log.
   */
  async ready(names: readonly string[] = this.names(), timeoutMs = 60_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (const name of names) this.deaths.set(name, 0);
    await Promise.all(names.map((name) => this.untilReady(name, deadline)));
  }

  /** Stops everything that still runs. Afterwards the supervisor is spent. */
  async stopAll(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.names().map((name) => this.stop(name)));
    this.guard.release();
  }

  private async untilReady(name: string, deadline: number): Promise<void> {
    const { process } = this.entry(name);
    while (!(process.pid !== null && (await process.spec.isReady().catch(() => false)))) {
      const late = performance.now() > deadline;
      if (this.stopping) throw new Error(`${name} was stopped while it started.`);
      if (late || (this.deaths.get(name) ?? 0) >= deathsWhileStartingMax) {
        throw new Error(`${name} ${late ? 'is not ready in time' : 'does not start'}. The end of its log:\n${process.lastLines(15)}`);
      }
      await sleep(readyPollMs);
    }
  }

  private async launch(name: string): Promise<void> {
    const entry = this.entry(name);
    entry.restart = null;
    try {
      await entry.process.spec.beforeStart?.();
      if (!entry.wanted || this.stopping) return;
      entry.process.launch();
    } catch (error) {
      this.onExit(name, error instanceof Error ? error.message : String(error), 0);
    }
  }

  private onExit(name: string, reason: string, livedMs: number): void {
    this.changed();
    const entry = this.entry(name);
    if (!entry.wanted || this.stopping) return;
    this.options.onEnd?.({ name, reason, livedMs });
    this.deaths.set(name, (this.deaths.get(name) ?? 0) + 1);
    if (livedMs > healthyAfterMs) entry.backOffMs = backOffMsMin;
    this.options.log(`${name} ended (${reason}); starting it again in ${entry.backOffMs} ms`);
    entry.restart = setTimeout(() => void this.launch(name), entry.backOffMs);
    entry.backOffMs = Math.min(entry.backOffMs * 2, backOffMsMax);
  }

  private changed(): void {
    this.guard.watch(Object.values(this.pids()));
    this.options.onChange?.();
  }

  private entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new Error(`There is no process named ${name}; there are ${this.names().join(', ')}.`);
    return entry;
  }
}
