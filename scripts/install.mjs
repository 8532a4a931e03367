import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, fail, root } from './process.mjs';
import { withProgress } from './progress.mjs';

const lockFile = join(root, 'package-lock.json');
// npm writes down here what it really installed.
const installedFile = join(root, 'node_modules', '.package-lock.json');
// npm's own words for "package.json and package-lock.json do not agree".
const isOutOfStep = /\bEUSAGE\b/;
const isUnreachable = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH|FETCH_ERROR)\b/;

/** Installs the packages of package-lock.json unless they are there. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await assertNpm();
  // A clean install deletes node_modules first; over an older one npm only changes what differs.
  const isFirst = !existsSync(installedFile) && existsSync(lockFile);
  let command = isFirst ? 'ci' : 'install';
  let { code, output } = await npmRun(command);
  if (code !== 0 && isOutOfStep.test(output)) {
    // A lock file lacks the packages for other platforms when the registry it was made from lacked them; `npm install` takes that lightly.
    command = 'install';
    ({ code, output } = await npmRun(command));
  }
  if (code === 0) return;
  const printed = output.trim().split('\n').slice(0, 20).join('\n');
  if (!isUnreachable.test(output)) fail(`npm ${command} failed:\n${printed}`);
  const { output: registry } = await capture(npm(), ['config', 'get', 'registry', '--loglevel=silent']);
  fail(
    `${printed}\n\nThe npm registry ${registry.trim()} cannot be reached, and the packages are not installed yet. Check the network or the proxy settings, then try again.`,
  );
}

function npmRun(command) {
  // `--no-save`: an installation never changes the lock file.
  const args = [command, '--no-save', '--no-audit', '--no-fund', '--include=dev', '--include=optional', '--loglevel=error'];
  return withProgress(`Installing packages (npm ${command})`, () => capture(npm(), args, { shell: process.platform === 'win32' }));
}

const npm = () => (process.platform === 'win32' ? 'npm.cmd' : 'npm');

async function assertNpm() {
  const { code } = await capture(npm(), ['--version']).catch(() => ({ code: 1 }));
  if (code !== 0) fail('npm is missing: it comes with Node from https://nodejs.org, or as the package "npm" of your system.');
}

// File times say nothing after a checkout, so what is locked is compared with what was installed.
function isInstalled() {
  if (!existsSync(installedFile)) return false;
  if (!existsSync(lockFile)) return true;
  const locked = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(locked).every(([path, { version, optional, devOptional, peer, link }]) => {
    if (!path.startsWith('node_modules/') || optional || devOptional || peer) return true;
    if (link) return existsSync(join(root, path));
    return installed[path]?.version === version;
  });
}
