import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './data-dir.js';
import { runProgram } from './run-program.js';
import type { Stack } from './stack.js';

const settleMs = 150;

/** Builds what changed and starts the services again that run it, each time a source file is saved. */
export function reloadOnSave(stack: Stack, log: (line: string) => void): void {
  const changed = new Set<string>();
  let isBusy = false;
  let timer: NodeJS.Timeout | null = null;
  const settle = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void run(), settleMs);
  };
  const run = async (): Promise<void> => {
    if (isBusy || changed.size === 0) return;
    isBusy = true;
    const projects = [...changed];
    changed.clear();
    await reload(stack, projects, log).catch((error: unknown) => log(error instanceof Error ? error.message : String(error)));
    isBusy = false;
    // Something may have been saved while we built.
    if (changed.size > 0) settle();
  };
  for (const project of projectFolders()) {
    watch(join(repositoryRoot, project, 'src'), { recursive: true }, (_event, file) => {
      if (file !== null && /\.spec\.ts$|~$|\.draft$/.test(file)) return;
      changed.add(project);
      settle();
    });
  }
}

async function reload(stack: Stack, projects: readonly string[], log: (line: string) => void): Promise<void> {
  const startedAt = performance.now();
  const names = projects.map((project) => project.split('/')[1] ?? project);
  const nx = join(repositoryRoot, 'node_modules', '.bin', 'nx');
  await runProgram(nx, ['run-many', '-t', 'build', '-p', names.join(',')], {
    cwd: repositoryRoot,
    env: process.env,
  });
  // Every service is built on the libraries, so a change there concerns them all.
  const isLibrary = projects.some((project) => project.startsWith('libs/'));
  const services = stack.services.filter((service) => isLibrary || names.includes(service));
  await Promise.all(services.map((service) => stack.restart(service)));
  await stack.ready(services);
  const restarted = services.length === 0 ? 'nothing to restart' : `restarted ${services.join(', ')}`;
  log(`${names.join(', ')} changed: built, ${restarted} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}

const projectFolders = (): readonly string[] =>
  ['libs', 'apps'].flatMap((parent) =>
    readdirSync(join(repositoryRoot, parent))
      .map((name) => `${parent}/${name}`)
      .filter((project) => existsSync(join(repositoryRoot, project, 'src'))),
  );
