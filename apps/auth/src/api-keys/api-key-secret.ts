import { createHash, randomBytes } from 'node:crypto';

/** Enough of a key to tell one from another, and too little to guess the rest. */
const prefixLength = 12;

/** An API key as its holder gets it: `pb_live_` and 32 random bytes, so that scanners for leaked secrets can recognise it. */
export const newApiKey = (): string => `pb_live_${randomBytes(32).toString('base64url')}`;

/** What is kept of a key. With 256 random bits there is nothing to guess, so a slow hash would only cost time on every request. */
export const hashOfApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();

/** What is shown of a key. */
export const prefixOfApiKey = (key: string): string => key.slice(0, prefixLength);
