import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findVdirsyncer } from '@patchbay/local-stack';
import type { RemoteCalendar } from './caldav-downloader.js';

const run = promisify(execFile);
const timeoutMs = 600_000;

/** Lets vdirsyncer copy a calendar into an empty folder. @returns milliseconds. */
export async function copyWithVdirsyncer(calendar: RemoteCalendar, files: number): Promise<number> {
  const { command, args, env } = await findVdirsyncer();
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-vdirsyncer-'));
  try {
    const target = join(folder, 'calendar');
    mkdirSync(target);
    const config = join(folder, 'config');
    writeFileSync(config, configOf(folder, target, calendar));
    const call = (...words: readonly string[]) => run(command, [...args, '--config', config, ...words], { env, timeout: timeoutMs });
    await call('discover');
    const began = performance.now();
    await call('sync');
    const ms = performance.now() - began;
    const copied = readdirSync(target).length;
    if (copied !== files) throw new Error(`vdirsyncer copied ${copied} of ${files} files`);
    return ms;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const configOf = (folder: string, target: string, { origin, path, username, password }: RemoteCalendar): string => `[general]
status_path = "${join(folder, 'status')}"

[pair calendar]
a = "remote"
b = "local"
collections = null

[storage remote]
type = "caldav"
url = "${origin}${path}"
username = "${username}"
password = "${password}"

[storage local]
type = "filesystem"
path = "${target}"
fileext = ".ics"
`;
