import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { capture, fail, root } from './process.mjs';
import { withProgress } from './progress.mjs';

const stampFile = join(root, 'node_modules', '.cache', 'patchbay', 'build-stamp');

/** Builds every project when a source changed since the last build. Looking takes some ten milliseconds. */
export async function ensureBuilt({ force = false } = {}) {
  const stamp = stampOfSources();
  if (!force && isBuilt(stamp)) return;
  const { code, output } = await withProgress('Building', () =>
    capture(join(root, 'node_modules', '.bin', 'nx'), ['run-many', '-t', 'build', '--outputStyle=static']),
  );
  if (code !== 0) fail(`${output.trim()}\n\nThe build failed.`);
  const unbuilt = projects().filter((project) => !existsSync(join(root, project, 'dist')));
  if (unbuilt.length > 0) fail(`${unbuilt.join(', ')}: not built, because project.json has no "build" among its targets.`);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

const isBuilt = (stamp) =>
  existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && projects().every((project) => existsSync(join(root, project, 'dist')));

const projects = () =>
  ['libs', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => join(parent, name))
      .filter((project) => sourcesOf(project).length > 0),
  );

function sourcesOf(project) {
  const folder = join(root, project, 'src');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function stampOfSources() {
  const hash = createHash('sha256');
  for (const file of [...projects().flatMap(sourcesOf), join(root, '.swcrc'), join(root, 'nx.json')].sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
