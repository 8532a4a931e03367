/** What one call to a provider is about: decides limits and retries, and is all that logs, metrics and traces tell of it. */
export interface OutboundCall {
  /** Dotted and stable, such as `calendar.events.insert`. */
  readonly operation: string;
  /** The path without ids and query, such as `/calendar/v3/calendars/{calendarId}/events`. */
  readonly path: string;
  /** Our id of the connection; null for calls that belong to no account. */
  readonly accountId: string | null;
  /** Doing it twice is the same as once: by nature, or through a key that travels with it. Only such calls are tried again. */
  readonly idempotent: boolean;
  /** For everything together: waiting for a slot, all attempts, reading. The kit's default when absent. */
  readonly deadlineMs?: number | undefined;
  /** Only the beginning of the answer's body is wanted: so many bytes are read at most, and the rest is never asked of the network. */
  readonly prefixBytes?: number | undefined;
  /** Where an answer may be larger than those of other calls, unpacked: it is held in memory while it is read. */
  readonly responseBytesMax?: number | undefined;
  /** Where a server may take longer than others before it says its first word, and between two. Milliseconds. */
  readonly silenceMs?: number | undefined;
}

/**
 * The one way out to a provider. What it gives has the shape of `fetch`, for SDKs and oauth4webapi; every answer is resolved with its status,
 * and only what prevented an answer throws ({@link ProviderError}).
 */
export interface Outbound {
  fetch(call: OutboundCall): typeof fetch;
}
