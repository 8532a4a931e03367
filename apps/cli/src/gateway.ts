import { existsSync, readFileSync } from 'node:fs';
import { PatchbayClient } from '@patchbay/api-client';
import { fetch } from 'undici';
import { z } from 'zod';
import { CommandFailure, exitCodes } from './exit-codes.js';

/** How a command reaches Patchbay. */
export interface GatewayOptions {
  readonly url?: string;
  readonly token?: string;
}

/** What a stack that `npm start` runs in this folder tells other programs. */
const developmentFile = '.data/dev.json';
const developmentStack = z.object({
  gatewayUrl: z.url(),
  natsUrl: z.string(),
  databaseUrl: z.string(),
  users: z.array(z.object({ role: z.string(), token: z.string() })),
});

/** A stack that `npm start` runs. */
export interface RunningStack {
  readonly gatewayUrl: string;
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly adminToken: string | undefined;
}

/** The stack that runs in this folder, if one does. */
export function runningStack(): RunningStack | null {
  if (!existsSync(developmentFile)) return null;
  try {
    const { users, ...urls } = developmentStack.parse(JSON.parse(readFileSync(developmentFile, 'utf8')));
    return { ...urls, adminToken: users.find(({ role }) => role === 'admin')?.token };
  } catch {
    return null;
  }
}

/** A client of the gateway with the caller's token. @throws CommandFailure when nobody said where or who. */
export function gatewayClient(options: GatewayOptions): PatchbayClient {
  return new PatchbayClient({ ...whereAndWho(options, runningStack()), fetch });
}

/**
 * Where the gateway is and who asks it: what was said wins, the stack of this folder fills in the rest.
 *
 * @throws CommandFailure naming what is missing.
 */
export function whereAndWho(options: GatewayOptions, stack: RunningStack | null): { readonly baseUrl: string; readonly token: string } {
  const baseUrl = given(options.url) ?? stack?.gatewayUrl;
  // The stack's administrator is nobody elsewhere, and no other server is to learn the token.
  const isStack = baseUrl !== undefined && stack !== null && originOf(baseUrl) === originOf(stack.gatewayUrl);
  const token = given(options.token) ?? (isStack ? stack.adminToken : undefined);
  if (baseUrl !== undefined && token !== undefined) return { baseUrl, token };
  const missing = [...(baseUrl === undefined ? [whereIsMissing] : []), ...(token === undefined ? [whoIsMissing] : [])];
  const why = stack === null ? 'No stack of "npm start" runs in this folder.' : 'The stack in this folder lends its administrator to no other URL.';
  throw new CommandFailure(`Say ${missing.join(' and ')}. ${why}`, exitCodes.usage);
}

const whereIsMissing = 'where the gateway is (--url, or PATCHBAY_URL)';
const whoIsMissing = 'who you are (--token, or PATCHBAY_TOKEN; "patchbay create-admin" makes a first one)';

/** A variable that is set to nothing counts as not set. */
export const given = (value: string | undefined): string | undefined => (value === undefined || value.trim() === '' ? undefined : value);

const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);
