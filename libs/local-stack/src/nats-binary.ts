import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, unpackDebianPackages, unpackedFolder } from './debian-packages.js';
import { runProgram } from './run-program.js';

/** How NATS can be run on this machine. */
export type NatsProgram = { readonly kind: 'binary'; readonly path: string } | { readonly kind: 'docker'; readonly image: string };

const dockerImage = 'nats:2.11-alpine';

const advice = `There is no NATS server here, and none could be fetched. Any one of these will do:
  - install nats-server: apt install nats-server, brew install nats-server, or https://docs.nats.io/running-a-nats-service/introduction/installation
  - start Docker
  - set NATS_URL to a NATS 2.9 or newer with JetStream`;

/** Finds a NATS server: on the PATH, from Debian's package (unpacked, not installed), or in Docker. */
export async function findNats(downloadDir: string, log: (line: string) => void): Promise<NatsProgram> {
  const installed = onPath('nats-server') ?? unpackedIn(downloadDir);
  if (installed !== null) return { kind: 'binary', path: installed };
  const faults: string[] = [];
  if (onPath('apt-get') !== null && onPath('dpkg') !== null) {
    log("NATS is not installed: fetching Debian's package (nothing is installed on the system).");
    try {
      return { kind: 'binary', path: await unpackDebianPackage(downloadDir) };
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (onPath('docker') !== null) {
    try {
      await runProgram('docker', ['info'], { timeoutMs: 10_000 });
      return { kind: 'docker', image: dockerImage };
    } catch {
      faults.push('Docker is installed, but its engine does not answer.');
    }
  }
  throw new Error([advice, ...faults.map((fault) => `  (${fault})`)].join('\n'));
}

async function unpackDebianPackage(downloadDir: string): Promise<string> {
  await unpackDebianPackages(downloadDir, 'nats-server');
  const path = unpackedIn(downloadDir);
  if (path === null) throw new Error('the package nats-server holds no program of that name');
  return path;
}

function unpackedIn(downloadDir: string): string | null {
  const unpacked = unpackedFolder(downloadDir);
  return ['usr/sbin', 'usr/bin'].map((folder) => join(unpacked, folder, 'nats-server')).find((path) => existsSync(path)) ?? null;
}
