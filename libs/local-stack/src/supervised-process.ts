import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { signalProcess } from './process-identity.js';

/** One program to keep running, and how to tell that it does its work. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The account to run as, where the program refuses to be root. */
  readonly account?: { readonly uid: number; readonly gid: number };
  /** How to ask it to stop; SIGTERM unless the program means something slow by that. */
  readonly stopSignal?: NodeJS.Signals;
  /** Runs before every start, also after a crash. */
  readonly beforeStart?: () => Promise<void>;
  readonly isReady: () => Promise<boolean>;
}

/** What the supervisor wants to hear about a process. */
export interface ProcessListener {
  readonly onStart: (pid: number) => void;
  readonly onExit: (reason: string, livedMs: number) => void;
}

const logBytesMax = 20 * 1024 * 1024;
const stopMsMax = 10_000;

/** One run after another of the same program; its output goes to one log file. */
export class SupervisedProcess {
  private child: ChildProcess | null = null;

  constructor(
    readonly spec: ProcessSpec,
    private readonly logFile: string,
    private readonly listener: ProcessListener,
  ) {}

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  launch(): void {
    rotate(this.logFile);
    // The program writes straight into the file: nothing is lost when the supervisor dies, and no pipe can fill up.
    const log = openSync(this.logFile, 'a');
    const startedAt = performance.now();
    const { command, args, env, cwd, account } = this.spec;
    // A process group of its own: Ctrl-C in the terminal must reach the supervisor only, which then stops everything in order.
    const child = spawn(command, args, { env, ...(cwd && { cwd }), ...account, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.child = child;
    let ended = false;
    const end = (reason: string): void => {
      if (ended) return;
      ended = true;
      this.child = null;
      this.listener.onExit(reason, performance.now() - startedAt);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code}`));
    if (child.pid !== undefined) this.listener.onStart(child.pid);
  }

  /** Asks it to stop, makes it after ten seconds, and returns when it is gone. */
  async stop(): Promise<void> {
    const child = this.child;
    if (child?.pid === undefined) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    signalProcess(child.pid, this.spec.stopSignal ?? 'SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    await gone;
    clearTimeout(force);
  }

  /** The end of its log, for a message about why it does not start. */
  lastLines(count: number): string {
    if (!existsSync(this.logFile)) return '';
    const lines = readFileSync(this.logFile, 'utf8').trimEnd().split('\n');
    // Stack frames push the sentence that matters out of sight.
    return lines
      .filter((line) => !/^\s+at /.test(line))
      .slice(-count)
      .join('\n');
  }
}

function rotate(file: string): void {
  if (existsSync(file) && statSync(file).size > logBytesMax) renameSync(file, `${file}.1`);
}
