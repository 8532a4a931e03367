import { allowedTargets } from '@patchbay/egress';
import { withProviders } from '@patchbay/providers';
import { masterKeys, type PlatformConfig } from '@patchbay/service-kit';
import { z } from 'zod';
import { retryScheduleDefault, retryScheduleSeconds } from './deliveries/retry-schedule.js';

const positive = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);

const ownConfig = z.object({
  TOKEN_MASTER_KEYS: masterKeys,
  PUBLIC_BASE_URL: z.url().default('http://localhost:4000').describe('Where the outside world reaches the gateway.'),
  WEBHOOKS_EGRESS_ALLOW: allowedTargets,
  WEBHOOKS_TIMEOUT_SECONDS: positive(15, 25).describe(
    'How long a receiver may take for its whole answer; 25 at most, so that a test is answered in time.',
  ),
  WEBHOOKS_RETRY_SCHEDULE_SECONDS: retryScheduleSeconds
    .default([...retryScheduleDefault])
    .describe('Waiting times between attempts, separated by commas. The default reaches past 72 hours.'),
  WEBHOOKS_RETENTION_DAYS: positive(90, 3_650).describe(
    'How long events, deliveries, attempts, webhooks of providers and the activity log are kept.',
  ),
  WEBHOOKS_ENDPOINTS_MAX: positive(50, 10_000).describe('How many endpoints one user may have.'),
  WEBHOOKS_DISABLE_AFTER_HOURS: positive(120, 8_760).describe('An endpoint whose every attempt failed for this long is switched off.'),
});
export type WebhooksConfig = z.output<typeof ownConfig> & PlatformConfig;

/** Variables of this service, and those of the providers whose webhooks it takes. */
export const webhooksConfig = withProviders(ownConfig);
