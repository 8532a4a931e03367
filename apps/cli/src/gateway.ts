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
const developmentStack = z.object({ gatewayUrl: z.url(), natsUrl: z.string(), users: z.array(z.object({ role: z.string(), token: z.string() })) });

/** The stack that runs in this folder, if one does. */
export function runningStack(): { readonly gatewayUrl: string; readonly natsUrl: string; readonly adminToken: string | undefined } | null {
  if (!existsSync(developmentFile)) return null;
  try {
    const { gatewayUrl, natsUrl, users } = developmentStack.parse(JSON.parse(readFileSync(developmentFile, 'utf8')));
    return { gatewayUrl, natsUrl, adminToken: users.find(({ role }) => role === 'admin')?.token };
  } catch {
    return null;
  }
}

/** A client of the gateway with the caller's token. @throws CommandFailure when nobody said where or who. */
export function gatewayClient({ url, token }: GatewayOptions): PatchbayClient {
  const stack = url === undefined && token === undefined ? runningStack() : null;
  const baseUrl = url ?? stack?.gatewayUrl;
  const credential = token ?? stack?.adminToken;
  if (baseUrl === undefined || credential === undefined) {
    throw new CommandFailure(
      'Say where the gateway is and who you are: --url and --token, or PATCHBAY_URL and PATCHBAY_TOKEN. "patchbay create-admin" makes a first token.',
      exitCodes.usage,
    );
  }
  return new PatchbayClient({ baseUrl, token: credential, fetch });
}
