import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProgram } from './run-program.js';

/** Fetches a Debian package and unpacks it below `downloadDir`; nothing is installed, and root is not needed. `companions` says what it needs beside it. */
export async function unpackDebianPackages(downloadDir: string, name: string, companions?: RegExp): Promise<void> {
  mkdirSync(downloadDir, { recursive: true });
  const fetch = async (lists: readonly string[]): Promise<void> => {
    const names = companions === undefined ? [name] : [name, ...(await neededBy(name, companions, lists))];
    await runProgram('apt-get', [...lists, '-o', 'APT::Sandbox::User=', 'download', ...names], { cwd: downloadDir, timeoutMs: 60_000 });
  };
  await fetch([]).catch(async () => {
    // The system has no package lists, or old ones. We fetch lists of our own and leave the system's alone.
    const lists = privateLists(downloadDir);
    await runProgram('apt-get', [...lists, 'update'], { timeoutMs: 180_000 });
    await fetch(lists);
  });
  const files = readdirSync(downloadDir).filter((file) => file.endsWith('.deb'));
  if (!files.some((file) => file.startsWith(`${name}_`))) throw new Error(`apt-get download ${name} left no package`);
  for (const file of files) await runProgram('dpkg', ['-x', join(downloadDir, file), unpackedFolder(downloadDir)]);
  for (const leftover of [...files, 'apt']) rmSync(join(downloadDir, leftover), { recursive: true, force: true });
}

/** Where {@link unpackDebianPackages} puts files. */
export const unpackedFolder = (downloadDir: string): string => join(downloadDir, 'unpacked');

/** The path of an installed program; null when there is none. */
export function onPath(program: string): string | null {
  // Debian keeps servers in /usr/sbin, which is not on everybody's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

async function neededBy(name: string, companions: RegExp, lists: readonly string[]): Promise<readonly string[]> {
  const weaker = ['suggests', 'recommends', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const tree = await runProgram('apt-cache', [...lists, 'depends', '--recurse', ...weaker, name]);
  return tree.split('\n').filter((line) => line !== name && companions.test(line));
}

function privateLists(downloadDir: string): readonly string[] {
  const lists = join(downloadDir, 'apt', 'lists');
  const cache = join(downloadDir, 'apt', 'cache');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(cache, 'archives', 'partial'), { recursive: true });
  return ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', 'APT::Sandbox::User='];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
