/** How often and how patiently a call is tried again. */
export interface RetryPolicy {
  /** The first attempt counts. */
  readonly attemptsMax: number;
  readonly delayMsBase: number;
  readonly delayMsMax: number;
}

/** Statuses that may be different next time. https://www.rfc-editor.org/rfc/rfc9110#section-15 */
export const isRetryableStatus = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/**
 * The pause before attempt `attempt + 1`: exponential with full jitter, so that callers who failed together do not come back together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const backoffMs = (attempt: number, { delayMsBase, delayMsMax }: RetryPolicy, random: () => number): number =>
  Math.round(random() * Math.min(delayMsMax, delayMsBase * 2 ** (attempt - 1)));

// Daily limits are the longest that providers have; whatever asks for more is a mistake, and a schedule must not overflow from it.
const retryAfterMsMax = 24 * 60 * 60 * 1_000;

/**
 * `Retry-After` in milliseconds from now; undefined when it is absent or unreadable.
 * Seconds or an HTTP date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3. Zoom sends ISO 8601 for its daily limits, which `Date.parse` reads as well. Never more than a day.
 */
export const retryAfterMs = (header: string | null | undefined, now: Date): number | undefined => {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1_000, retryAfterMsMax);
  // Bare fragments such as "-5" or "1.5" are dates to the lenient parser; a real date has letters or is ISO.
  if (!/^[A-Za-z]{3}|^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, at - now.getTime()), retryAfterMsMax);
};
