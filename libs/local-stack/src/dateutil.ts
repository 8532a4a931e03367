import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirDefault } from './data-dir.js';
import { unpackDebianPackages, unpackedFolder } from './debian-packages.js';
import { runProgram } from './run-program.js';

/** A Python that can import dateutil, which knows recurrence best: https://dateutil.readthedocs.io */
export interface DateutilPython {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

const downloadDir = join(dataDirDefault, 'downloads', 'dateutil');
const advice = 'There is no python-dateutil here, and none could be fetched: apt install python3-dateutil, or pip install python-dateutil.';

/** Finds one, or fetches it once: from Debian, unpacked and not installed. */
export async function findDateutil(): Promise<DateutilPython> {
  const env = { PATH: process.env['PATH'] ?? '' };
  const isInstalled = await runProgram('python3', ['-c', 'import dateutil']).then(
    () => true,
    () => false,
  );
  if (isInstalled) return { command: 'python3', env };
  const modules = join(unpackedFolder(downloadDir), 'usr/lib/python3/dist-packages');
  if (!existsSync(join(modules, 'dateutil'))) {
    await unpackDebianPackages(downloadDir, 'python3-dateutil', /^(python3-six|tzdata)$/).catch((cause: unknown) => {
      throw new Error(advice, { cause });
    });
  }
  // Debian's packages are for Debian's Python, whatever else is on the PATH.
  return { command: '/usr/bin/python3', env: { ...env, PYTHONPATH: modules } };
}
