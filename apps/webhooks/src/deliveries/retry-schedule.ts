import { z } from 'zod';

const hour = 3_600;

/**
 * Seconds between attempts: the ladder of Standard Webhooks, drawn out until even the shortest jitter reaches past 72 hours.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const retryScheduleDefault: readonly number[] = [
  5,
  30,
  120,
  600,
  1_800,
  hour,
  3 * hour,
  6 * hour,
  ...Array.from({ length: 7 }, () => 12 * hour),
];

/** No single wait may be longer: a slip of the keyboard would otherwise put deliveries off for years. */
const waitSecondsMax = 7 * 24 * hour;

/** `5,30,120`: the schedule as a variable holds it. */
export const retryScheduleSeconds = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (parts) => parts.every((part) => /^\d+(\.\d+)?$/.test(part) && Number(part) <= waitSecondsMax),
    `must be seconds, separated by commas, none above ${waitSecondsMax}`,
  )
  .transform((parts) => parts.map(Number));

/** How patient an endpoint's owner asked us to be. */
export interface RetryPolicy {
  readonly retryFailed: boolean;
  /** Retries after the first attempt; null: the whole schedule. */
  readonly maxRetries: number | null;
}

const jitter = 0.2;
/** A receiver may ask for patience, but not for silence: a day at most. */
const retryAfterMsMax = 24 * hour * 1_000;

/**
 * How long to wait after the failed attempt number `attempt` (the first is 1).
 *
 * @param random between 0 and 1: where in the jitter this wait falls.
 * @returns milliseconds, or null when that was the last attempt.
 */
export function retryDelayMs(
  schedule: readonly number[],
  policy: RetryPolicy,
  failure: { readonly attempt: number; readonly retryAfterMs: number | null; readonly random: number },
): number | null {
  const retriesMax = policy.retryFailed ? Math.min(schedule.length, policy.maxRetries ?? schedule.length) : 0;
  const seconds = failure.attempt <= retriesMax ? schedule[failure.attempt - 1] : undefined;
  if (seconds === undefined) return null;
  const delayMs = Math.round(seconds * 1_000 * (1 - jitter + 2 * jitter * failure.random));
  return failure.retryAfterMs === null ? delayMs : Math.max(delayMs, Math.min(failure.retryAfterMs, retryAfterMsMax));
}

/** Reads `Retry-After`: seconds or a date (RFC 9110 section 10.2.3). Null when it is neither, or in the past. */
export function readRetryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
