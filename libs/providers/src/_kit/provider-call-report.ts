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
  /** Of the last answer; undefined when there was none. */
  readonly status: number | undefined;
  readonly durationMs: number;
  /** How often it went over the wire; 0 when it was refused before. */
  readonly attempts: number;
  /** `ok` below 400, `refused` for a 4xx that the adapter still has to read (also a 404 that it takes for success); else what went wrong. */
  readonly outcome: 'ok' | 'refused' | ProviderErrorCode;
  /** Our own word for what prevented an answer, such as `circuit_open`; null when there was one. */
  readonly reason: string | null;
}
