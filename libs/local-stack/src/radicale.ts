import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataDirDefault } from './data-dir.js';
import { onPath, unpackDebianPackages, unpackedFolder } from './debian-packages.js';
import { httpStatus } from './http-status.js';
import { freePort } from './ports.js';
import { Supervisor } from './supervisor.js';

/** A CalDAV server that is not ours, for specs: https://radicale.org */
export interface RadicaleServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const downloadDir = join(dataDirDefault, 'downloads', 'radicale');
const advice = 'There is no Radicale here, and none could be fetched: apt install radicale, or pip install radicale.';

/** A calendar that is there from the beginning. */
export interface RadicaleCalendar {
  readonly user: string;
  readonly name: string;
  /** File name → iCalendar text. */
  readonly files: ReadonlyMap<string, string>;
}

/** What differs from an empty server on any port. */
export interface RadicaleOptions {
  readonly port?: number;
  /** Laid into its folder: asked to store ten thousand events it would take minutes. */
  readonly calendars?: readonly RadicaleCalendar[];
}

/** Starts one on 127.0.0.1, for these users and their passwords. It is fetched once: from Debian, unpacked and not installed. */
export async function startRadicale(users: Readonly<Record<string, string>>, options: RadicaleOptions = {}): Promise<RadicaleServer> {
  const program = await findRadicale();
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-radicale-'));
  const port = options.port ?? (await freePort());
  for (const calendar of options.calendars ?? []) layCalendar(folder, calendar);
  const lines = Object.entries(users).map(([name, password]) => `${name}:${password}\n`);
  writeFileSync(join(folder, 'users'), lines.join(''));
  writeFileSync(join(folder, 'config'), configOf(folder, port));
  writeFileSync(join(folder, 'rights'), rights);
  for (const name of Object.keys(users)) makeReadOnlyCalendar(join(folder, 'collections', 'collection-root', name, readOnlyCalendar));
  const supervisor = new Supervisor({ logDir: folder, log: () => undefined });
  const url = `http://127.0.0.1:${port}`;
  await supervisor.start({
    ...program,
    name: 'radicale',
    args: [...program.args, '--config', join(folder, 'config')],
    isReady: async () => (await httpStatus(url)) !== null,
  });
  await supervisor.ready();
  const stop = async (): Promise<void> => {
    await supervisor.stopAll();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, stop };
}

/** https://radicale.org/v3.html#manual-backup-and-restore: a folder for each calendar, a file for each event. */
function layCalendar(folder: string, { user, name, files }: RadicaleCalendar): void {
  const calendar = join(folder, 'collections', 'collection-root', user, name);
  mkdirSync(calendar, { recursive: true });
  writeFileSync(join(calendar, '.Radicale.props'), JSON.stringify({ tag: 'VCALENDAR', 'D:displayname': name }));
  for (const [file, text] of files) writeFileSync(join(calendar, file), text);
}

async function findRadicale(): Promise<Program> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' };
  const installed = onPath('radicale');
  if (installed !== null) return { command: installed, args: [], env };
  const modules = join(unpackedFolder(downloadDir), 'usr/lib/python3/dist-packages');
  if (!existsSync(join(modules, 'radicale'))) {
    await unpackDebianPackages(downloadDir, 'python3-radicale', /^python3-(?!minimal)/).catch((cause: unknown) => {
      throw new Error(advice, { cause });
    });
  }
  // Debian's packages are for Debian's Python, whatever else is on the PATH.
  return { command: '/usr/bin/python3', args: ['-m', 'radicale'], env: { ...env, PYTHONPATH: modules } };
}

/** Everybody has one that they can read and not write. */
const readOnlyCalendar = 'read-only';

const makeReadOnlyCalendar = (folder: string): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '.Radicale.props'), JSON.stringify({ tag: 'VCALENDAR', 'D:displayname': 'Read only' }));
};

// The first that fits decides. https://radicale.org/v3.html#rights
const rights = `[root]
user: .+
collection:
permissions: R
[principal]
user: .+
collection: {user}
permissions: RW
[read-only]
user: .+
collection: {user}/${readOnlyCalendar}
permissions: r
[calendars]
user: .+
collection: {user}/[^/]+
permissions: rw
`;

const configOf = (folder: string, port: number): string => `[server]
hosts = 127.0.0.1:${port}
[auth]
type = htpasswd
htpasswd_filename = ${join(folder, 'users')}
htpasswd_encryption = plain
delay = 0
[rights]
type = from_file
file = ${join(folder, 'rights')}
[storage]
filesystem_folder = ${join(folder, 'collections')}
`;
