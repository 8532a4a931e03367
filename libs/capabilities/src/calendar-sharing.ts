import type { AccessToken } from './access-token.js';

/** What somebody may do with another's calendar. */
export type CalendarRole = 'free_busy' | 'reader' | 'writer' | 'owner';

/** Somebody who may use a calendar. */
export interface CalendarShare {
  /** The provider's id of the permission. */
  readonly id: string;
  /** `everyone` has no address; that of a `domain` is the domain. */
  readonly kind: 'user' | 'group' | 'domain' | 'everyone';
  readonly email: string | null;
  readonly name: string | null;
  readonly role: CalendarRole;
  /** False for what nobody can take away: the owner's own. */
  readonly isRemovable: boolean;
}

/**
 * Says who may use the calendars of one account, and changes that.
 *
 * Throws `ProviderError` as `CalendarCapability` does; `not_found` when there is no such calendar, `invalid_request` when nobody has the address.
 */
export interface CalendarSharingCapability {
  /** Everybody, through all pages. */
  listShares(token: AccessToken, calendarId: string): Promise<readonly CalendarShare[]>;
  /** Whoever has a permission already has this one from now on, and no second. */
  grant(token: AccessToken, calendarId: string, share: { readonly email: string; readonly role: CalendarRole }): Promise<CalendarShare>;
  /** Already gone is success. */
  revoke(token: AccessToken, calendarId: string, shareId: string): Promise<void>;
}
