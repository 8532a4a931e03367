import type { Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import type { FailureReader } from '../_kit/provider-failure.js';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';

/** Where GitHub's API is and how to get there. */
export interface GithubApi {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** @see https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api */
const githubErrorBody = z.object({ message: z.string() });

/** GitHub limits rates with 403 as well as 429, and only its sentence tells a limit from a missing permission. */
export const readGithubFailure: FailureReader = (status, body) => {
  const parsed = githubErrorBody.safeParse(body);
  return status === 403 && parsed.success && /rate limit/i.test(parsed.data.message) ? { code: 'rate_limited' } : {};
};

/** GitHub's REST API; that of a GitHub Enterprise Server is below `/api/v3`, which belongs to the base URL then. */
export const githubHttp = ({ baseUrl, outbound, now }: GithubApi): ProviderHttp =>
  providerHttp({ provider: 'github', baseUrl, outbound, now, readFailure: readGithubFailure });
