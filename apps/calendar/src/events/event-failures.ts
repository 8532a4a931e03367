import { ProviderError } from '@patchbay/capabilities';
import { AppError, type ErrorCode, type ErrorDetails } from '@patchbay/contracts';

/** What was asked of a provider, as far as a failure means something else there. */
export type AskedFor = 'list' | 'event' | 'creation' | 'change' | 'shares' | 'share';

const missing: Readonly<Record<AskedFor, ErrorCode>> = {
  list: 'calendar_unknown',
  event: 'calendar_event_not_found',
  creation: 'calendar_unknown',
  change: 'calendar_event_not_found',
  shares: 'calendar_unknown',
  share: 'calendar_unknown',
};
const denied: Readonly<Record<AskedFor, ErrorCode>> = {
  list: 'calendar_access_denied',
  event: 'calendar_access_denied',
  creation: 'calendar_read_only',
  change: 'calendar_read_only',
  shares: 'calendar_access_denied',
  share: 'calendar_access_denied',
};
const refused: Readonly<Record<AskedFor, ErrorCode>> = {
  list: 'request_invalid',
  event: 'calendar_event_not_found',
  creation: 'calendar_event_refused',
  change: 'calendar_event_refused',
  shares: 'calendar_access_denied',
  share: 'calendar_share_refused',
};

/** What a failure of a provider means to whoever asked; nothing of its own words goes out. Everything else passes as it is. */
export function failureFor(asked: AskedFor, error: unknown): unknown {
  if (!(error instanceof ProviderError)) return error;
  return new AppError(codeOf(asked, error), detailsOf(asked, error), { cause: error });
}

function codeOf(asked: AskedFor, { code, reason }: ProviderError): ErrorCode {
  switch (code) {
    case 'unauthorized':
      return 'connection_needs_reauth';
    case 'forbidden':
      return denied[asked];
    case 'not_found':
      return missing[asked];
    case 'conflict':
      return 'calendar_event_conflict';
    // The place that a list went on from is of another time, or of another list.
    case 'cursor_expired':
      return 'request_invalid';
    case 'invalid_request':
      return reason === 'conference_unsupported' ? 'conference_unsupported' : refused[asked];
    case 'rate_limited':
      return 'rate_limited';
    case 'unavailable':
    case 'invalid_response':
    case 'address_refused':
      return 'provider_unavailable';
  }
}

const writes: ReadonlySet<AskedFor> = new Set(['creation', 'change', 'share']);

/** Whatever a write failed with, an attempt before it may have taken effect. */
const detailsOf = (asked: AskedFor, error: ProviderError): ErrorDetails => ({
  ...factsOf(asked, error),
  ...(error.outcomeUnknown && writes.has(asked) ? { outcome: 'unknown' } : {}),
});

/** Whether nobody knows what a write came to. */
export const isOutcomeUnknown = (error: unknown): error is AppError => error instanceof AppError && error.details['outcome'] === 'unknown';

function factsOf(asked: AskedFor, { code, retryAfterMs, reason }: ProviderError): ErrorDetails {
  if (code === 'rate_limited') return { retry_after_seconds: Math.max(1, Math.ceil((retryAfterMs ?? 1_000) / 1_000)) };
  if (code === 'cursor_expired') return { cursor: 'is no longer known; begin again without it' };
  if (code === 'invalid_request' && asked === 'list') return { cursor: 'or what is looked for is refused by the provider' };
  if (reason === 'floating_unsupported') return { time_zone: 'must be said: nobody knows on whose clock the times are' };
  return reason === 'not_configured' ? { reason } : {};
}
