import type { ChannelNews } from '@patchbay/contracts';

/** A call of a provider, as it came. */
export interface InboundCall {
  readonly method: 'GET' | 'POST';
  /** Below the provider's own path, without a leading slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Never parsed before its signature was checked: what is signed are these bytes. */
  readonly body: Buffer;
}

/** One thing that a provider told. */
export interface InboundNotice {
  /** One of a kind at this provider: a second notice with this key is the same one. */
  readonly key: string;
  /** The provider's own word for what happened. */
  readonly type: string;
  /** The provider's id of the account that it concerns; null where it does not say. */
  readonly accountId: string | null;
  /** The channel that we opened for such notices, by our id of it; absent where nobody opens channels. */
  readonly channelId?: string;
  /** What is said on that channel. Default: `changed`. */
  readonly channelNews?: ChannelNews;
  /** The permission has ended: the account must be connected again. */
  readonly endsConnection?: boolean;
}

/** An HTTP answer that the provider wants word for word. */
export interface InboundAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * `notices`: signed as this provider signs, and of now. `handshake`: the provider only wants to know who answers. `refused`: unsigned, wrongly signed,
 * too old or from the future, or no notice at all.
 */
export type InboundVerdict =
  | { readonly kind: 'notices'; readonly notices: readonly InboundNotice[]; readonly answer: InboundAnswer | null }
  | { readonly kind: 'handshake'; readonly answer: InboundAnswer }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * What of a provider's webhooks proves who sent them, or is known to the provider and us alone. Headers among it are not kept, and fields of the body are shown to
 * nobody: who looks at what came must not be able to send it again.
 */
export interface InboundSecrets {
  /** In lower case. */
  readonly headers: readonly string[];
  /** Of a body in JSON or a form. A dot leads into an object, `*` to each element of a list. */
  readonly fields: readonly string[];
}

/** Understands the webhooks that a provider sends. No clock of its own, and no call but for a key that the signature is checked with. */
export interface InboundWebhooksCapability {
  /**
   * Checks the signature over the raw bytes in constant time and the time it bears in both directions, then reads what is told.
   *
   * `reason` of a refusal is a word for metrics (`signature_missing`, `signature_wrong`, `too_old`, `from_the_future`, `malformed`); it tells nothing
   * that was received.
   */
  receive(call: InboundCall, now: Date): InboundVerdict | Promise<InboundVerdict>;
}

/** Times that a signature may differ from ours, both ways. Milliseconds. */
export const inboundToleranceMs = 5 * 60_000;
