import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout, whether this file runs from `src` or from `dist`. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** Where `npm start` keeps everything it remembers. */
export const dataDirDefault = join(repositoryRoot, '.data');

/** Reads a JSON file of the data directory; null when it is not there. */
export function readJson<Content>(file: string): Content | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Content) : null;
}

/** Writes a JSON file that only its owner may read. It is replaced in one step, so a reader never sees half of it. */
export function writeJson(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}
