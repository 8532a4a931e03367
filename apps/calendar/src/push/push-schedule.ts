import { ProviderError, type FailureVerdict } from '@patchbay/capabilities';
import { backoffMs } from '@patchbay/service-kit';

/** So much of a channel's life must be left for it to be opened under the id that it was first asked for with. */
const lifeLeftMin = 0.5;
/** What a provider will not do is asked for again, rarely. Milliseconds. */
const refusedMs = 60 * 60_000;
/** More rarely what it never does: some say so of what they do most of the time. Give or take a quarter. Milliseconds. */
const unwatchableMs = 24 * 60 * 60_000;

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

/** What became of an attempt: it failed by the way, is refused as it is, or the provider says that it tells nothing of the calendar at all. */
export type PushRefusal = 'passing' | 'refused' | 'unwatchable';

/** A token that was renewed in between each time is not what so many attempts were refused for. */
const renewedAttemptsMax = 8;

/** How to take what an attempt failed with. */
export function refusalOf(error: unknown, { kind, attempts }: { readonly kind: FailureVerdict['kind']; readonly attempts: number }): PushRefusal {
  if (error instanceof ProviderError && error.reason === 'not_watchable') return 'unwatchable';
  const isOfNoToken = error instanceof ProviderError && error.code === 'unauthorized' && attempts >= renewedAttemptsMax;
  return kind !== 'later' || isOfNoToken ? 'refused' : 'passing';
}

interface FailedAttempt {
  readonly attempts: number;
  readonly refusal: PushRefusal;
  readonly askedMs: number | undefined;
}

/** When to try again what failed. */
export function retryAt(now: Date, { attempts, refusal, askedMs }: FailedAttempt, random: () => number = Math.random): Date {
  // What many were refused at once is not asked for again at once.
  const leastMs = { passing: 0, refused: refusedMs, unwatchable: unwatchableMs * (0.75 + 0.5 * random()) }[refusal];
  return new Date(now.getTime() + Math.max(leastMs, backoffMs(attempts, askedMs)));
}
