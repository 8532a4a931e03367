import { ProviderError, type ProviderErrorCode } from '@patchbay/capabilities';
import { retryAfterMs } from './retry.js';
import { followsUnknownOutcome, mayBeExecutedDespite } from './unknown-outcome.js';

/** A provider's own word for a failure, and the code it stands for where the status alone says something else. */
export interface VendorFailure {
  readonly code?: ProviderErrorCode | undefined;
  readonly reason?: string | undefined;
}

/** Reads a provider's error body. Gets whatever came, and must not throw. */
export type FailureReader = (status: number, body: unknown) => VendorFailure;

/** Overrides for one call: a status that means something special there. */
export type StatusCodes = Readonly<Record<number, ProviderErrorCode>>;

/** An answer that is no success, as far as its code is decided from it. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** How to read a refusal. */
export interface FailureContext {
  readonly provider: string;
  readonly now: Date;
  readonly readFailure: FailureReader;
  readonly codes?: StatusCodes | undefined;
}

const codeByStatus: StatusCodes = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  408: 'unavailable',
  409: 'conflict',
  410: 'not_found',
  412: 'conflict',
  429: 'rate_limited',
};

/** The one place where a provider's refusal becomes a {@link ProviderError}. Order: the call's override, the provider's word, the status. */
export const failureOf = (answer: RefusedAnswer, { provider, now, readFailure, codes = {} }: FailureContext): ProviderError => {
  const { status, headers, body } = answer;
  const vendor = readFailure(status, body);
  const code = codes[status] ?? vendor.code ?? codeByStatus[status] ?? byClass(status);
  return new ProviderError(provider, code, {
    reason: isWord(vendor.reason) ? vendor.reason : undefined,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), now),
    // What was refused as too much was not done, unless by an attempt before it.
    outcomeUnknown: followsUnknownOutcome(headers) || (code !== 'rate_limited' && mayBeExecutedDespite(status)),
  });
};

/** A provider's word ends up in logs and messages; a sentence could quote what was sent. */
const isWord = (reason: string | undefined): boolean => reason !== undefined && /^[\w.-]{1,64}$/.test(reason);

const byClass = (status: number): ProviderErrorCode => {
  if (status >= 500) return 'unavailable';
  return status >= 400 ? 'invalid_request' : 'invalid_response';
};
