import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { identifyProcess, isRunning } from './process-identity.js';

const library = fileURLToPath(new URL('../dist/index.js', import.meta.url));
// A supervisor of one process, which prints that process's pid and then waits. The process holds a connection for as long as it lives.
const program = `
  const { Supervisor } = await import(${JSON.stringify(library)});
  const supervisor = new Supervisor({ logDir: process.argv[1], log: () => {} });
  const worker = 'require("node:net").connect(' + process.argv[2] + ', "127.0.0.1")';
  await supervisor.start({ name: 'worker', command: process.execPath, args: ['-e', worker], env: {}, isReady: async () => true });
  console.log(supervisor.pids().worker);
  setInterval(() => {}, 1000);
`;

describe('Guard', () => {
  it('ends the processes of a supervisor that was killed outright', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connected = once(server, 'connection');
    const supervisor = spawn(process.execPath, ['--input-type=module', '-e', program, '/tmp', String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(supervisor.stdout, 'data')) as [Buffer];
    const [lifeline] = (await connected) as [Socket];
    lifeline.on('error', () => undefined).resume();
    const worker = identifyProcess(Number(chunk.toString()));
    const wasRunning = worker !== null && isRunning(worker);

    supervisor.kill('SIGKILL');
    // Only the end of the process ends its connection; without a guard it would hold it for ever.
    await once(lifeline, 'close');

    expect(wasRunning).toBe(true);
    server.close();
  });
});
