/** One event on its way to one endpoint, leased to this process. */
export interface LeasedDelivery {
  readonly id: string;
  readonly endpointId: string;
  /** The version of the endpoint at the time of the lease. */
  readonly endpointVersion: number;
  readonly eventId: string;
  /** Attempts made before, since the delivery was last begun. */
  readonly attemptCount: number;
  /** The job that made it due; null when none did, or an attempt was made since. */
  readonly jobId: string | null;
  /** The body, byte for byte as it is signed. */
  readonly payload: string;
  readonly traceparent: string | null;
  /** Whoever holds another token than the row has lost it. Changes when a lease ran out and this same process took the row again. */
  leaseToken: string;
}

/** What became of one POST. */
export interface AttemptResult {
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly statusCode: number | null;
  /** Why it is no success: a word of {@link attemptErrors}; null when it is one. */
  readonly error: AttemptError | null;
  readonly retryAfterMs: number | null;
  readonly responseExcerpt: string | null;
}

/** Every way an attempt fails. A closed list: customers filter by it. */
export const attemptErrors = [
  'address_not_allowed',
  'name_not_resolved',
  'connection_failed',
  'connection_closed',
  'tls_failed',
  'timeout',
  'response_invalid',
  'redirect_not_followed',
  'status_not_2xx',
] as const;
export type AttemptError = (typeof attemptErrors)[number];

/** What is written about a delivery that was in hand. */
export interface Outcome {
  readonly delivery: LeasedDelivery;
  readonly status: 'pending' | 'succeeded' | 'failed';
  /** Milliseconds until the next attempt; null when there is none. */
  readonly delayMs: number | null;
  /** Null when it was given back or given up without a POST. */
  readonly attempt: AttemptResult | null;
}
