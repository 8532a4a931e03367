import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.js';

const library = fileURLToPath(new URL('../dist/index.js', import.meta.url));
// A supervisor of one process, which prints that process's pid and then waits.
const program = `
  const { Supervisor } = await import(${JSON.stringify(library)});
  const supervisor = new Supervisor({ logDir: process.argv[1], log: () => {} });
  await supervisor.start({ name: 'worker', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: {}, isReady: async () => true });
  console.log(supervisor.pids().worker);
  setInterval(() => {}, 1000);
`;

describe('Guard', () => {
  it('ends the processes of a supervisor that was killed outright', async () => {
    const supervisor = spawn(process.execPath, ['--input-type=module', '-e', program, '/tmp'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [chunk] = (await once(supervisor.stdout, 'data')) as [Buffer];
    const worker: ProcessIdentity | null = identifyProcess(Number(chunk.toString()));

    supervisor.kill('SIGKILL');
    while (worker !== null && isRunning(worker)) await new Promise((resolve) => setTimeout(resolve, 20));

    expect(worker).not.toBeNull();
  });
});
