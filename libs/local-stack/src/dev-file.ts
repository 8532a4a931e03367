import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { dataDirDefault, readJson, writeJson } from './data-dir.js';
import type { DevelopmentToken } from './development-tokens.js';
import { runningSupervisor } from './running-stack.js';
import type { Stack } from './stack.js';

/** What `npm start` tells other programs about the stack it runs: `.data/dev.json`. */
export interface DevFile {
  readonly gatewayUrl: string;
  readonly sandboxUrl: string;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  /** Service → the URL of its metrics. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Process → pid; kept current when one is started again. */
  readonly pids: Readonly<Record<string, number>>;
  /** Two users and an admin, with access tokens that last for this run. */
  readonly users: readonly DevelopmentToken[];
  readonly serviceApiKey: string;
}

const fileOf = (dataDir: string): string => join(dataDir, 'dev.json');

/** Describes a running stack. */
export function devFileOf(stack: Stack, users: readonly DevelopmentToken[]): DevFile {
  const { gatewayUrl, sandboxUrl, natsUrl, databaseUrl, metrics, secrets } = stack;
  return { gatewayUrl, sandboxUrl, natsUrl, databaseUrl, metrics, pids: stack.pids(), users, serviceApiKey: secrets.serviceApiKey };
}

/** Writes it for its owner's eyes only: it holds tokens. */
export function writeDevFile(dataDir: string, content: DevFile): void {
  writeJson(fileOf(dataDir), content);
}

/** Removes it: what it says is no longer true. */
export function removeDevFile(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/**
 * Reads what the running `npm start` wrote.
 *
 * @throws Error saying how to start the stack when none runs.
 */
export function readDevFile(dataDir: string = dataDirDefault): DevFile {
  const content = readJson<DevFile>(fileOf(dataDir));
  // A supervisor that was killed outright leaves its file behind.
  if (content === null || runningSupervisor(dataDir) === null) throw new Error('No stack runs here. Start one in another terminal with "npm start".');
  return content;
}
