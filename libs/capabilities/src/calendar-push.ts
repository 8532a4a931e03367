import type { AccessToken } from './access-token.js';

/** What is wanted of a provider: to call back when something changes in a calendar. */
export interface WantedPush {
  readonly calendarId: string;
  /** A UUID of our choosing that names the channel: the notices of one webhook provider bear it as `InboundNotice.channelId`. */
  readonly id: string;
  /** Where the provider calls: below the ingress of this provider, without a query. */
  readonly address: string;
  readonly expiresAt: Date;
}

/** A channel as the provider keeps it. */
export interface PushChannel {
  /** Our id of it. */
  readonly id: string;
  /** The provider's. */
  readonly remoteId: string;
  /** What it is closed with beside its id, at providers that want that; null at others. */
  readonly resourceId: string | null;
  /** May be sooner than was wanted. */
  readonly expiresAt: Date;
}

/**
 * Has a provider call back when something changes in a calendar of one account. Every channel has a token of its own that its notices prove themselves with.
 *
 * Throws `ProviderError` as `CalendarCapability` does; `invalid_request` with the reason `not_watchable` for a calendar that the provider tells
 * nothing of, such as public holidays. Ask again some day: not every provider says it only of those.
 */
export interface CalendarPushCapability {
  /** The longest that a channel may live. Milliseconds. */
  readonly lifeMs: number;
  /** Asked again for the same id after a lost answer, there may be two channels: the notices of both bear that id, and the older one ends by itself. */
  open(token: AccessToken, wanted: WantedPush): Promise<PushChannel>;
  /** The same channel, for longer; null where there is no such thing: another one is opened then, and this one closed after that. @throws `not_found` when it is gone. */
  renew(token: AccessToken, channel: PushChannel, expiresAt: Date): Promise<PushChannel | null>;
  /** Already gone is success. */
  close(token: AccessToken, channel: PushChannel): Promise<void>;
}
