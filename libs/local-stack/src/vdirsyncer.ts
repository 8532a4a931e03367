import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirDefault } from './data-dir.js';
import { onPath, unpackDebianPackages, unpackedFolder } from './debian-packages.js';

/** A program that copies calendars to and fro, which our own reading is compared with: https://vdirsyncer.pimutils.org */
export interface Vdirsyncer {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const downloadDir = join(dataDirDefault, 'downloads', 'vdirsyncer');
const advice = 'There is no vdirsyncer here, and none could be fetched: apt install vdirsyncer, or pip install vdirsyncer.';

/** Finds one, or fetches it once: from Debian, unpacked and not installed. */
export async function findVdirsyncer(): Promise<Vdirsyncer> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', LC_ALL: 'C.UTF-8' };
  const installed = onPath('vdirsyncer');
  if (installed !== null) return { command: installed, args: [], env };
  const modules = join(unpackedFolder(downloadDir), 'usr/lib/python3/dist-packages');
  if (!existsSync(join(modules, 'vdirsyncer'))) {
    await unpackDebianPackages(downloadDir, 'vdirsyncer', /^python3-(?!minimal)/).catch((cause: unknown) => {
      throw new Error(advice, { cause });
    });
  }
  // Debian's packages are for Debian's Python, whatever else is on the PATH.
  return { command: '/usr/bin/python3', args: ['-m', 'vdirsyncer'], env: { ...env, PYTHONPATH: modules } };
}
