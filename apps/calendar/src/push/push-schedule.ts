import { backoffMs } from '@patchbay/service-kit';

/** So much of a channel's life must be left for it to be opened under the id that it was first asked for with. */
const lifeLeftMin = 0.5;
/** What a provider will not do is asked for again, rarely. Milliseconds. */
const refusedMs = 60 * 60_000;

/**
 * When a channel is replaced or prolonged: at a moment of its own between the last two fifths of its life and the last fifth, so that those which were
 * opened together do not come back together, and there is time left when the first attempt fails.
 */
export function renewAt(opened: Date, expires: Date, random: () => number = Math.random): Date {
  const lifeMs = expires.getTime() - opened.getTime();
  return new Date(opened.getTime() + lifeMs * (0.6 + 0.2 * random()));
}

/** Whether a channel that was asked for before can still be asked for: it may be open already, and end when that was to be. */
export const isWorthOpening = (expires: Date, { now, lifeMs }: { readonly now: Date; readonly lifeMs: number }): boolean =>
  expires.getTime() - now.getTime() >= lifeMs * lifeLeftMin;

/** When to try again what failed. */
export function retryAt(now: Date, failure: { readonly attempts: number; readonly isRefused: boolean; readonly askedMs: number | undefined }): Date {
  const pauseMs = backoffMs(failure.attempts, failure.askedMs);
  return new Date(now.getTime() + (failure.isRefused ? Math.max(refusedMs, pauseMs) : pauseMs));
}
