import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Ends with one sentence instead of a stack trace. */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

export const seconds = (startedAt) => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;

/** The Node 24 that npm installed for us; the machine's own serves when it is as new. */
export function pinnedNode() {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(
    'Node 24 was not installed with the packages, because npm runs no install scripts here (ignore-scripts). Allow them for "node" and run "npm ci", or use Node 24.',
  );
}

/** Our environment with the pinned Node and the installed programs first on the PATH. */
export function environment(extra = {}) {
  const path = [join(root, 'node_modules', 'node', 'bin'), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  // Nx would leave its daemon and its plugin workers behind when it is interrupted.
  const nx = { NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true' };
  return { ...process.env, PATH: path, PATCHBAY_PARENT_PID: String(process.pid), ...nx, ...extra };
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a program to its end in our terminal and answers its exit code. */
export function run(command, args, { timeoutMs, ...options } = {}) {
  const child = spawn(command, args, { stdio: 'inherit', cwd: root, env: environment(), ...options });
  return ended(child, timeoutMs);
}

/** Runs a program to its end and answers its exit code and everything it printed; `echo` shows it at the same time. */
export async function capture(command, args, { echo = false, timeoutMs, ...options } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: root, env: environment(), ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (echo) process.stdout.write(text);
    });
  }
  return { code: await ended(child, timeoutMs), output };
}

function ended(child, timeoutMs) {
  // Ctrl-C reaches the child too, as it shares our terminal; we stay until it has cleaned up. A plain `kill` reaches only us and is passed on.
  const passOn = (signal) => {
    interrupted = true;
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of interrupts) process.on(signal, passOn);
  const timers = [...limitTime(child, timeoutMs), followParent(child)];
  return new Promise((resolve) => {
    const end = (code) => {
      for (const signal of interrupts) process.off(signal, passOn);
      for (const timer of timers) clearTimeout(timer);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(error.message);
      end(1);
    });
    child.once('close', (code, signal) => end(code ?? (signal === null ? 1 : 130)));
  });
}

// A suite that hangs must not hold up the rest: it is asked to end, and made to half a minute later.
function limitTime(child, timeoutMs) {
  if (timeoutMs === undefined) return [];
  const ask = () => {
    console.error(`Stopped: it took more than ${Math.round(timeoutMs / 60_000)} minutes.`);
    child.kill('SIGTERM');
  };
  return [setTimeout(ask, timeoutMs), setTimeout(() => child.kill('SIGKILL'), timeoutMs + 30_000)];
}

// When npm is killed outright nobody tells us; a changed parent does, and the child then stops as after Ctrl-C.
function followParent(child) {
  const parent = process.ppid;
  const startedByNpm = process.env.npm_lifecycle_event !== undefined;
  return setInterval(() => {
    if (startedByNpm && process.ppid !== parent) child.kill('SIGTERM');
  }, 1_000);
}

let interrupted = false;

/** Whether somebody asked us to stop: then what comes next is not started. */
export const wasInterrupted = () => interrupted;
