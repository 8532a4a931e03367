import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess, isRunning } from './process-identity.js';
import type { ProcessSpec } from './supervised-process.js';
import { Supervisor } from './supervisor.js';

const sleeper = (name: string, script = 'setInterval(() => {}, 1000)'): ProcessSpec => ({
  name,
  command: process.execPath,
  args: ['-e', script],
  env: {},
  isReady: async () => true,
});

describe('Supervisor', () => {
  let logDir = '';
  let lines: string[] = [];
  let supervisor: Supervisor;

  beforeEach(() => {
    logDir = mkdtempSync(join(tmpdir(), 'patchbay-supervisor-'));
    lines = [];
    supervisor = new Supervisor({ logDir, log: (line) => lines.push(line) });
  });

  afterEach(async () => {
    await supervisor.stopAll();
    rmSync(logDir, { recursive: true, force: true });
  });

  it('starts a killed process again', async () => {
    await supervisor.start(sleeper('worker'));
    const first = supervisor.pids()['worker'];

    const firstIdentity = identifyProcess(first ?? 0);
    supervisor.kill('worker');
    while (supervisor.pids()['worker'] === first) await new Promise(setImmediate);
    await supervisor.ready();

    expect(supervisor.pids()['worker']).toEqual(expect.any(Number));
    expect(firstIdentity !== null && isRunning(firstIdentity)).toBe(false);
    expect(lines).toEqual(['worker ended (signal SIGKILL); starting it again in 200 ms']);
  });

  it('waits longer after each death of a process that cannot live, and shows the end of its log', async () => {
    const broken = sleeper('broken', "console.error('DATABASE_URL: is not set'); process.exit(1)");
    await supervisor.start({ ...broken, isReady: async () => false });

    await expect(supervisor.ready()).rejects.toThrow(/broken does not start.*\nDATABASE_URL: is not set/);

    expect(lines.slice(0, 3).map((line) => line.replace(/^.*again /, ''))).toEqual(['in 200 ms', 'in 400 ms', 'in 800 ms']);
  }, 15_000);

  it('stops a process without starting it again', async () => {
    await supervisor.start(sleeper('worker'));
    const identity = identifyProcess(supervisor.pids()['worker'] ?? 0);

    await supervisor.stop('worker');

    expect(identity !== null && isRunning(identity)).toBe(false);
    expect(supervisor.pids()).toEqual({});
    expect(lines).toEqual([]);
  });

  it('keeps what a process prints in a log of its own', async () => {
    await supervisor.start(sleeper('printer', "console.log('hello'); setInterval(() => {}, 1000)"));

    const read = (): string => readFileSync(join(logDir, 'printer.log'), 'utf8');
    while (read() === '') await new Promise(setImmediate);

    expect(read()).toBe('hello\n');
  });

  it('names the processes there are when asked for another', async () => {
    await supervisor.start(sleeper('worker'));

    expect(() => supervisor.kill('wroker')).toThrow('There is no process named wroker; there are worker.');
  });
});
