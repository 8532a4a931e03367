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

const shell = process.platform === 'win32';
const npm = shell ? 'npm.cmd' : 'npm';

/** Installs the packages of package-lock.json unless they are there. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await assertNpm();
  // A clean install deletes node_modules first; over an older one npm only changes what differs.
  const command = !existsSync(installedFile) && existsSync(lockFile) ? 'ci' : 'install';
  // Left to itself npm tries each of a thousand packages several times, for many minutes; what it has in its cache may be enough.
  const unreachable = await registryFault();
  const network = unreachable === null ? [] : ['--offline'];
  const { code, output } = await install(command, network);
  if (code === 0) return;
  if (unreachable !== null) fail(unreachable);
  fail(`npm ${command} failed:\n${output.trim().split('\n').slice(0, 20).join('\n')}`);
}

async function install(command, network) {
  const result = await npmRun(command, network);
  // A lock file lacks the packages of other platforms when the registry it was made from lacked them; `npm install` takes that lightly.
  if (command !== 'ci' || !isOutOfStep.test(result.output)) return result;
  console.log('  The lock file lacks packages of other platforms, so npm install takes over.');
  return npmRun('install', network);
}

function npmRun(command, network) {
  // `--no-save`: an installation never changes the lock file.
  const args = [command, ...network, '--no-save', '--no-audit', '--no-fund', '--include=dev', '--include=optional', '--loglevel=error'];
  return withProgress(`Installing packages (npm ${command})`, () => capture(npm, args, { shell }));
}

async function registryFault() {
  const { output } = await capture(npm, ['view', 'node', 'name', '--fetch-retries=0', '--fetch-timeout=20000', '--loglevel=error'], {
    shell,
    timeoutMs: 30_000,
  });
  const fault = isUnreachable.exec(output);
  if (fault === null) return null;
  const { output: registry } = await capture(npm, ['config', 'get', 'registry', '--loglevel=silent'], { shell });
  return `The npm registry ${registry.trim()} cannot be reached (${fault[0]}), and the packages are not installed yet. Check the network or the proxy settings, then try again.`;
}

async function assertNpm() {
  const { code } = await capture(npm, ['--version'], { shell });
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
