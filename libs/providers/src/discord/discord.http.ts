import type { Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import type { FailureReader } from '../_kit/provider-failure.js';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';

/** Where Discord's API is and how to get there. */
export interface DiscordApi {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** @see https://discord.com/developers/docs/reference#error-messages */
const discordErrorBody = z.object({ code: z.number() });

/** Discord's error number; 0 is its number for what it has no number for. */
export const readDiscordFailure: FailureReader = (_status, body) => {
  const parsed = discordErrorBody.safeParse(body);
  return parsed.success && parsed.data.code !== 0 ? { reason: String(parsed.data.code) } : {};
};

/** Discord's REST API, version 10; a base URL may have the version in it. https://discord.com/developers/docs/reference#api-versioning */
export const discordHttp = ({ baseUrl, outbound, now }: DiscordApi): ProviderHttp =>
  providerHttp({
    provider: 'discord',
    baseUrl: `${baseUrl.replace(/(\/api(\/v10)?)?\/*$/, '')}/api/v10`,
    outbound,
    now,
    readFailure: readDiscordFailure,
  });
