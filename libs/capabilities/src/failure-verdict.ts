import { AppError } from '@patchbay/contracts';
import { ProviderError } from './provider-error.js';

/** What a failed call to a provider means for work that can wait. */
export interface FailureVerdict {
  /** `later`: the same may work then. `reconnect`: the user must connect the account again first. `never`: the provider will not do this. */
  readonly kind: 'later' | 'reconnect' | 'never';
  /** A stable word for logs and activity; tells nothing that was sent or received. */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  /** See {@link ProviderError.outcomeUnknown}. */
  readonly outcomeUnknown: boolean;
}

/**
 * Judges what a call with a token of `auth` threw: failures of the provider, and those of fetching the token.
 *
 * @throws the error itself when it is neither: a bug, or a database that went away.
 */
export function judgeFailure(error: unknown): FailureVerdict {
  if (error instanceof AppError) {
    const isGone = error.code === 'connection_needs_reauth' || error.code === 'connection_not_found';
    return { kind: isGone ? 'reconnect' : 'later', reason: error.code, retryAfterMs: undefined, outcomeUnknown: false };
  }
  if (!(error instanceof ProviderError)) throw error;
  const { code, retryAfterMs, outcomeUnknown } = error;
  const kind = kindOf(error);
  // Refused after an attempt that may have been executed: only another one tells what stands there now.
  return { kind: kind === 'never' && outcomeUnknown ? 'later' : kind, reason: code, retryAfterMs, outcomeUnknown };
}

function kindOf({ code }: ProviderError): FailureVerdict['kind'] {
  switch (code) {
    case 'rate_limited':
    case 'unavailable':
    case 'conflict':
    // A proxy in between may have answered in the provider's place.
    case 'invalid_response':
    // The token was renewed before this was thrown; a grant that is truly gone is known to `auth`, which says so.
    case 'unauthorized':
      return 'later';
    case 'forbidden':
    case 'not_found':
    case 'invalid_request':
    case 'address_refused':
    case 'cursor_expired':
      return 'never';
  }
}
