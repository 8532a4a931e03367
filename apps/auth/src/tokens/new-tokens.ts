import type { TokenSet } from '../oauth/oauth-client.js';
import type { NewTokens } from './grants.repository.js';

/** Tokens as they are kept: with the times at which they end instead of how long they last. */
export function newTokens(answer: TokenSet, { now, refusedAt }: { readonly now: Date; readonly refusedAt: Date | null }): NewTokens {
  const after = (seconds: number | null): Date | null => (seconds === null ? null : new Date(now.getTime() + seconds * 1_000));
  return {
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken,
    issuedAt: now,
    expiresAt: after(answer.lifetimeSeconds),
    refreshExpiresAt: after(answer.refreshLifetimeSeconds),
    refusedAt,
  };
}
