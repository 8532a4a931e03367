import { PatchbayApiError } from '@patchbay/api-client';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is waited for is not there yet; the message says what is there instead. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}

/** How long to go on looking, and how often. Milliseconds. */
export interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Too many calls, or a part that cannot be reached at the moment. */
const maySucceedLater: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Looks until it is there. `look` throws {@link NotYet} while it is not; a server that cannot answer at the moment is waited for, too.
 *
 * @throws Error naming what was waited for and what was seen last; at once, when the gateway refuses or fails for good.
 */
export async function eventually<Found>(what: string, look: () => Promise<Found>, patience: Patience = {}): Promise<Found> {
  const { timeoutMs = 30_000, everyMs = 50 } = patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (error instanceof PatchbayApiError && !maySucceedLater.has(error.status)) throw error;
      if (performance.now() > deadline)
        throw new Error(`${what}: not within ${timeoutMs / 1000} s. Seen last: ${messageOf(error)}`, { cause: error });
    }
    await sleep(everyMs);
  }
}

/** The sentence inside whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof AggregateError && error.message === ''
    ? error.errors.map(messageOf).join('; ')
    : error instanceof Error
      ? error.message
      : String(error);
