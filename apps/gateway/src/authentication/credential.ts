import { accessCookie } from '@patchbay/contracts';
import type { FastifyRequest } from 'fastify';

/** What a request says about who sent it. */
export interface Credential {
  /** A browser adds a cookie whichever page made it send the request; only somebody who knows a token can send it as a Bearer. */
  readonly source: 'bearer' | 'cookie';
  readonly value: string;
}

/** What API keys begin with. */
export const apiKeyPrefix = 'pb_';

/** The credential of a request. A Bearer wins over the cookie; other schemes are somebody else's, such as a proxy's. */
export function credentialOf(request: FastifyRequest): Credential | undefined {
  const bearer = /^Bearer(?: +(.*))?$/i.exec(request.headers.authorization ?? '');
  if (bearer !== null) return { source: 'bearer', value: bearer[1] ?? '' };
  const cookie = request.cookies[accessCookie.name] ?? '';
  // No service lives in a browser: an API key in a cookie was put there by somebody else.
  return cookie === '' || cookie.startsWith(apiKeyPrefix) ? undefined : { source: 'cookie', value: cookie };
}
