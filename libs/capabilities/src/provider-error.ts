/** Every way a provider can fail, as seen by a service. A closed list: adding one is a decision for every caller. */
export const providerErrorCodes = [
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'cursor_expired',
  'invalid_request',
  'rate_limited',
  'unavailable',
  'invalid_response',
  'address_refused',
] as const;

/** One word of {@link providerErrorCodes}. */
export type ProviderErrorCode = (typeof providerErrorCodes)[number];

/** What is known about a failure beside its code. */
export interface ProviderErrorOptions {
  readonly cause?: unknown;
  /** How long the provider (or our own limit) asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** See {@link ProviderError.outcomeUnknown}. */
  readonly outcomeUnknown?: boolean;
  /** The provider's own word for the failure, such as `rateLimitExceeded` or `3001`. Never a sentence: those quote what was sent. */
  readonly reason?: string | undefined;
}

const retryableCodes: ReadonlySet<ProviderErrorCode> = new Set(['rate_limited', 'unavailable']);

/** The one failure that crosses from a provider to a service. Decide by `code`; the message names no user, token or address. */
export class ProviderError extends Error {
  /** The same call may work later. True for `rate_limited` and `unavailable` only. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /**
   * The call may have taken effect although no readable answer came: the line broke after sending, the provider answered 5xx, or its answer made no sense.
   * That is so, too, when it happened to an earlier attempt, or to an earlier step, and the last one was plainly refused.
   * Look for the effect before asking again, unless the call is idempotent.
   */
  readonly outcomeUnknown: boolean;
  readonly reason: string | undefined;

  constructor(
    readonly provider: string,
    readonly code: ProviderErrorCode,
    options: ProviderErrorOptions = {},
  ) {
    super(options.reason === undefined ? `${provider}: ${code}` : `${provider}: ${code} (${options.reason})`, { cause: options.cause });
    this.name = 'ProviderError';
    this.retryable = retryableCodes.has(code);
    this.retryAfterMs = options.retryAfterMs;
    this.outcomeUnknown = options.outcomeUnknown ?? false;
    this.reason = options.reason;
  }

  /** The same failure, after something that may have taken effect: an earlier attempt, or an earlier step. */
  afterUnknownOutcome(): ProviderError {
    if (this.outcomeUnknown) return this;
    const { provider, code, cause, retryAfterMs, reason } = this;
    return new ProviderError(provider, code, { cause, retryAfterMs, reason, outcomeUnknown: true });
  }
}
