/** A refresh token as it is kept. */
export interface KnownRefreshToken {
  readonly expiresAt: Date;
  /** Null until it was exchanged. */
  readonly usedAt: Date | null;
}

/** `renew`: give the next one. `repeat`: the answer with the next one was lost, or another tab was faster: give the same one again. `stolen`: end the session. */
export type RefreshDecision = 'renew' | 'repeat' | 'stolen' | 'expired';

/** A browser that lost the answer tries again at once; a thief comes when it suits them. Milliseconds. */
export const lostAnswerMs = 10_000;

/**
 * What becomes of a refresh token that was brought. `successor` is the token that was given for it.
 * https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2
 */
export function decideRefresh(token: KnownRefreshToken, successor: KnownRefreshToken | undefined, now: Date): RefreshDecision {
  if (token.usedAt === null) return token.expiresAt > now ? 'renew' : 'expired';
  const isAnswerLost = now.getTime() - token.usedAt.getTime() <= lostAnswerMs && successor !== undefined && successor.usedAt === null;
  return isAnswerLost ? 'repeat' : 'stolen';
}
