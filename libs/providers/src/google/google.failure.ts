import { z } from 'zod';
import type { FailureReader } from '../_kit/provider-failure.js';

/** @see https://developers.google.com/workspace/calendar/api/guides/errors */
const googleErrorBody = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string() })).optional(), status: z.string().optional() }),
});

// Google says 403 both for "you may not" and for "not so fast".
const tooFast: ReadonlySet<string> = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'quotaExceeded',
  'dailyLimitExceeded',
  'calendarUsageLimitsExceeded',
]);

/** Google's `reason`, and what it means where the status says too little. */
export const readGoogleFailure: FailureReader = (status, body) => {
  const parsed = googleErrorBody.safeParse(body);
  if (!parsed.success) return {};
  const { errors, status: word } = parsed.data.error;
  const reason = errors?.[0]?.reason ?? word;
  return { reason, code: status === 403 && reason !== undefined && tooFast.has(reason) ? 'rate_limited' : undefined };
};
