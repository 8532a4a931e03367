import { createHash, randomBytes } from 'node:crypto';

/** A refresh token as its holder gets it: 32 random bytes behind a word that scanners for leaked secrets can recognise. */
export const newRefreshToken = (): string => `pb_refresh_${randomBytes(32).toString('base64url')}`;

/** What is kept of it. With 256 random bits there is nothing to guess, so a slow hash would only cost time. */
export const hashOfRefreshToken = (token: string): Buffer => createHash('sha256').update(token).digest();
