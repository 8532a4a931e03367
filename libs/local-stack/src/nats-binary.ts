import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
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
  mkdirSync(downloadDir, { recursive: true });
  await download(downloadDir, []).catch(async () => {
    // The system has no package lists, or old ones. We fetch lists of our own and leave the system's alone.
    const lists = privateLists(downloadDir);
    await runProgram('apt-get', [...lists, 'update'], { timeoutMs: 180_000 });
    await download(downloadDir, lists);
  });
  const file = readdirSync(downloadDir).find((name) => /^nats-server_.*\.deb$/.test(name));
  if (file === undefined) throw new Error('apt-get download nats-server left no package');
  await runProgram('dpkg', ['-x', join(downloadDir, file), join(downloadDir, 'unpacked')]);
  for (const leftover of [file, 'apt']) rmSync(join(downloadDir, leftover), { recursive: true, force: true });
  const path = unpackedIn(downloadDir);
  if (path === null) throw new Error('the package nats-server holds no program of that name');
  return path;
}

const download = (cwd: string, options: readonly string[]): Promise<string> =>
  runProgram('apt-get', [...options, '-o', 'APT::Sandbox::User=', 'download', 'nats-server'], { cwd });

function privateLists(downloadDir: string): readonly string[] {
  const lists = join(downloadDir, 'apt', 'lists');
  const cache = join(downloadDir, 'apt', 'cache');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(cache, 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', 'APT::Sandbox::User='];
}

function unpackedIn(downloadDir: string): string | null {
  const unpacked = join(downloadDir, 'unpacked');
  return ['usr/sbin', 'usr/bin'].map((folder) => join(unpacked, folder, 'nats-server')).find((path) => existsSync(path)) ?? null;
}

function onPath(program: string): string | null {
  // Debian keeps servers in /usr/sbin, which is not on everybody's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
