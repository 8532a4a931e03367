import type { Caller } from '@patchbay/contracts';

/** Somebody who has shown who they are. */
export interface Known {
  readonly caller: Caller;
  /** How long this is believed without looking again. Milliseconds since 1970. */
  readonly until: number;
  /** What an API key may do within its role; everything when absent. */
  readonly scopes?: readonly string[] | undefined;
}

/** How long a verified token is believed without looking again: verifying a signature costs more than the whole rest of a request. Milliseconds. */
export const tokenKeptMs = 30_000;
