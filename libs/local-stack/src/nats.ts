import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { findNats, type NatsProgram } from './nats-binary.js';
import { runProgram } from './run-program.js';
import type { ProcessSpec } from './supervised-process.js';

/** Where to keep a NATS server's streams and how it is reached. */
export interface NatsOptions {
  readonly name?: string;
  readonly storeDir: string;
  /** Where a fetched program is kept. */
  readonly downloadDir: string;
  readonly port: number;
  readonly log: (line: string) => void;
}

/** A NATS server with JetStream that is ready to be supervised. */
export interface NatsServer {
  readonly spec: ProcessSpec;
  readonly url: string;
  readonly storeDir: string;
}

/** Prepares a NATS server of our own, with JetStream, on 127.0.0.1 only. */
export async function prepareNats(options: NatsOptions): Promise<NatsServer> {
  const program = await findNats(options.downloadDir, options.log);
  const name = options.name ?? 'nats';
  const spec: ProcessSpec = {
    name,
    ...(program.kind === 'binary' ? binaryCommand(program, options) : dockerCommand(program, options)),
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' },
    isReady: () => offersJetStream(options.port),
  };
  return { spec, url: `nats://127.0.0.1:${options.port}`, storeDir: options.storeDir };
}

type Command = Pick<ProcessSpec, 'command' | 'args' | 'beforeStart'>;

const binaryCommand = ({ path }: Extract<NatsProgram, { kind: 'binary' }>, { storeDir, port }: NatsOptions): Command => ({
  command: path,
  args: ['--jetstream', '--store_dir', storeDir, '--addr', '127.0.0.1', '--port', String(port)],
  beforeStart: async () => void mkdirSync(storeDir, { recursive: true }),
});

const dockerCommand = ({ image }: Extract<NatsProgram, { kind: 'docker' }>, { storeDir, port }: NatsOptions): Command => {
  const container = `patchbay-nats-${port}`;
  return {
    command: 'docker',
    args: [
      'run',
      '--rm',
      '--name',
      container,
      '-p',
      `127.0.0.1:${port}:4222`,
      '-v',
      `${storeDir}:/data`,
      image,
      '--jetstream',
      '--store_dir',
      '/data',
    ],
    beforeStart: async () => {
      mkdirSync(storeDir, { recursive: true });
      // A killed client leaves its container behind.
      await runProgram('docker', ['rm', '--force', container]).catch(() => undefined);
    },
  };
};

// The first line a NATS server sends describes it: INFO {"version":…,"jetstream":true,…}. https://docs.nats.io/reference/reference-protocols/nats-protocol
function offersJetStream(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 });
    const answer = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once('data', (chunk) => answer(/"jetstream":\s*true/.test(chunk.toString('utf8'))));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
