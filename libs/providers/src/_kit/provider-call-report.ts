import type { ProviderErrorCode } from '@patchbay/capabilities';

/** What one call came to, for one log row and the metrics. Holds no id of the provider, no query, no body and no token. */
export interface ProviderCallReport {
  readonly provider: string;
  /** Our id of the connection; null for calls that belong to no account. */
  readonly accountId: string | null;
  readonly operation: string;
  readonly method: string;
  /** Path template, such as `/meetings/{meetingId}`. */
  readonly path: string;
  /** Of the last answer; null when there was none. */
  readonly status: number | null;
  readonly durationMs: number;
  /** How often it went over the wire; 0 when it was refused before. */
  readonly attempts: number;
  /** `answered` is any answer, also a refusal: see `status`. Else what prevented one. */
  readonly outcome: 'answered' | ProviderErrorCode;
  /** Our own word for what prevented an answer, such as `circuit_open`; null when answered. */
  readonly reason: string | null;
}
