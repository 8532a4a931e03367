import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Neither sources nor what tests read. */
const leftOut: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.data', '.nx', 'coverage']);

/** A copy of the sources in which something can be broken. */
export interface SourceCopy {
  readonly path: string;
  remove(): void;
}

/**
 * Copies the sources of a tree. Packages of others are linked to, ours lead into the copy, and what is built stays where it is: it serves to start databases
 * and brokers only, while tests read the sources of the copy.
 */
export function copySources(tree: string): SourceCopy {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'patchbay-security-')));
  cpSync(tree, path, { recursive: true, filter: (source) => source === tree || !leftOut.has(basename(source)) });
  linkPackages(tree, path);
  for (const project of projectsOf(tree)) {
    for (const folder of ['dist', 'node_modules']) {
      if (existsSync(join(tree, project, folder))) symlinkSync(join(tree, project, folder), join(path, project, folder));
    }
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const projectsOf = (tree: string): readonly string[] =>
  ['libs', 'apps'].flatMap((parent) =>
    readdirSync(join(tree, parent))
      .map((name) => join(parent, name))
      .filter((project) => lstatSync(join(tree, project)).isDirectory()),
  );

function linkPackages(tree: string, copy: string): void {
  const ours = '@patchbay';
  const [from, to] = [join(tree, 'node_modules'), join(copy, 'node_modules')];
  mkdirSync(join(to, ours), { recursive: true });
  for (const name of readdirSync(from)) if (name !== ours) symlinkSync(join(from, name), join(to, name));
  // Relative links into the workspace: the same words lead into the copy.
  cpSync(join(from, ours), join(to, ours), { recursive: true, verbatimSymlinks: true });
}
