import { AppError } from '@patchbay/contracts';
import type { Clock, Logger } from '@patchbay/service-kit';
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import { fetch } from 'undici';

const timeoutMs = 3_000;
/** After a failure the address is left alone for so long: nobody can make us hammer it. Milliseconds. */
const pauseMs = 5_000;
/** Unknown key ids make us ask again, but not more often than this: anyone can make them up. Milliseconds. */
const keysAgainMs = 30_000;
/** So long the last keys count on when the address does not answer. Milliseconds. */
const staleMs = 60 * 60_000;
const bytesMax = 512 * 1024;

/** What key sets are fetched with. */
interface HostKeysParts {
  readonly url: URL;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * The public keys of a host product. Only its own address says which they are: what a token's head brings along (`jwk`, `jku`, `x5u`) is never
 * looked at. https://www.rfc-editor.org/rfc/rfc8725#section-3.10
 *
 * The function it answers throws AppError `service_unavailable` when there are no keys to be had: that is not the caller's fault.
 */
export function hostKeys({ url, log, clock }: HostKeysParts): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: keysAgainMs,
    [customFetch]: fetchPatiently(log, clock),
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      const isAboutToken =
        error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys || error instanceof errors.JOSENotSupported;
      if (isAboutToken) throw error;
      throw new AppError('service_unavailable', {}, { cause: error });
    }
  };
}

/** Fetches; after a failure answers what came last, else fails at once for a while. */
function fetchPatiently(log: Logger, clock: Clock): FetchImplementation {
  let last: { readonly text: string; readonly at: number } | undefined;
  let failedAt = -Infinity;
  const fresh = async (...[url, { headers, signal, redirect }]: Parameters<FetchImplementation>): Promise<string> => {
    const answer = await fetch(url, { headers: Object.fromEntries(headers), signal, redirect });
    const text = await answer.text();
    if (answer.status !== 200 || text.length > bytesMax) throw new Error(`the key set answered ${answer.status} with ${text.length} characters`);
    JSON.parse(text);
    return text;
  };
  return async (url, options) => {
    const now = clock().getTime();
    try {
      if (now - failedAt < pauseMs) throw new Error('the key set could not be fetched a moment ago');
      last = { text: await fresh(url, options), at: now };
      return new Response(last.text);
    } catch (error) {
      if (now - failedAt >= pauseMs) {
        failedAt = clock().getTime();
        log.warn({ err: error }, 'the keys of the host product cannot be fetched from HOST_JWT_JWKS_URL');
      }
      if (last === undefined || now - last.at > staleMs) throw error;
      return new Response(last.text);
    }
  };
}
