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

/**
 * Looks until it is there. `look` throws {@link NotYet} while it is not; a server that cannot answer at the moment is waited for, too.
 *
 * @throws Error naming what was waited for and what was seen last; at once, when the gateway refuses to answer.
 */
export async function eventually<Found>(what: string, look: () => Promise<Found>, patience: Patience = {}): Promise<Found> {
  const { timeoutMs = 30_000, everyMs = 50 } = patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (error instanceof PatchbayApiError && error.status < 500 && error.status !== 429) throw error;
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
