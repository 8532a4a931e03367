import type { RetryPolicy } from '../deliveries/retry-schedule.js';
import type { TimedKey } from '../deliveries/signature.js';

/** `off`: nothing is sent any more. `sealed`: its secret cannot be opened now, so what is due waits until an operator gives the key back. */
export type Readiness = 'ready' | 'off' | 'sealed';

/** What sending to an endpoint takes, opened and checked once per version of the endpoint. */
export interface DeliveryTarget {
  readonly endpointId: string;
  readonly version: number;
  readonly readiness: Readiness;
  readonly origin: string;
  readonly path: string;
  /** Every one in use signs; the newest first. */
  readonly keys: readonly TimedKey[];
  /** The customer's own headers, as a flat list of names and values. */
  readonly headers: readonly string[];
  readonly policy: RetryPolicy;
  /** Null: as many as it takes. */
  readonly ratePerMinute: number | null;
  /** True when the URL alone is refused by the egress rules of today. */
  readonly isRefused: boolean;
}
