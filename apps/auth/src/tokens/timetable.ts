import type { OAuthCapability } from '@patchbay/capabilities';

/** What a provider's manifest says about renewing. */
export type RenewalRules = Pick<OAuthCapability, 'longLivedTokens' | 'rotatesRefreshToken'>;

/** Tokens as they will be kept, as far as time is concerned. */
export interface TokenLife {
  readonly issuedAt: Date;
  /** Null for a token that does not end. */
  readonly expiresAt: Date | null;
  readonly hasRefreshToken: boolean;
  readonly refreshExpiresAt: Date | null;
}

/** When tokens are looked at again. */
export interface Timetable {
  readonly isRenewable: boolean;
  readonly announceAt: Date | null;
  readonly renewAt: Date | null;
  readonly breaksAt: Date | null;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Before the end of a token that is refreshed; enough for several attempts. */
const refreshLeadMs = 10 * minuteMs;
/** Before the end of a token that renews itself and is dead once it has ended: enough to outlast a bad week of the provider. */
const exchangeLeadMs = 7 * dayMs;
/** Before the end of a token that a person must replace. */
const warningLeadMs = 7 * dayMs;

const before = (date: Date, ms: number): Date => new Date(date.getTime() - ms);

/**
 * Plans for new tokens. They are renewed somewhere in the second half of the lead, so that those that were fetched together are not renewed
 * together, and their end is told when the lead begins. Short lives have short leads: a quarter of them.
 */
export function timetableOf(life: TokenLife, rules: RenewalRules | undefined, random: () => number = Math.random): Timetable {
  const { issuedAt, expiresAt, hasRefreshToken } = life;
  const longLived = hasRefreshToken ? null : (rules?.longLivedTokens ?? null);
  const isRenewable = hasRefreshToken || longLived !== null;
  if (expiresAt === null) return { isRenewable, announceAt: null, renewAt: null, breaksAt: refreshEndOf(life, rules, null) };
  const lifeMs = Math.max(0, expiresAt.getTime() - issuedAt.getTime());
  if (!isRenewable)
    return { isRenewable, announceAt: before(expiresAt, Math.min(warningLeadMs, lifeMs / 2)), renewAt: expiresAt, breaksAt: expiresAt };
  const leadMs = Math.min(longLived === null ? refreshLeadMs : exchangeLeadMs, lifeMs / 4);
  const planned = before(expiresAt, leadMs * (0.5 + random() / 2));
  // A younger token would be refused. https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
  const earliest = renewableFrom(life, longLived);
  const renewAt = earliest !== null && earliest > planned ? earliest : planned;
  return { isRenewable, announceAt: before(expiresAt, leadMs), renewAt, breaksAt: refreshEndOf(life, rules, renewAt) };
}

/** Before then a token that renews itself cannot be renewed; null for every other. */
export const renewableFrom = ({ issuedAt }: { readonly issuedAt: Date | null }, rules: OAuthCapability['longLivedTokens']): Date | null =>
  rules === null || issuedAt === null ? null : new Date(issuedAt.getTime() + rules.renewableAfterSeconds * 1_000);

/** A refresh token that is replaced by a fresh one long before its end breaks nothing. */
function refreshEndOf({ hasRefreshToken, refreshExpiresAt }: TokenLife, rules: RenewalRules | undefined, renewAt: Date | null): Date | null {
  if (!hasRefreshToken || refreshExpiresAt === null) return null;
  const isReplaced = rules?.rotatesRefreshToken === true && renewAt !== null && renewAt < refreshExpiresAt;
  return isReplaced ? null : refreshExpiresAt;
}
