import type { Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import type { FailureReader } from '../_kit/provider-failure.js';
import { providerHttp, type ProviderHttp } from '../_kit/provider-http.js';

/** Where Dropbox's API is and how to get there. */
export interface DropboxApi {
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** @see https://www.dropbox.com/developers/documentation/http/documentation#error-handling */
const dropboxErrorBody = z.object({ error: z.object({ '.tag': z.string().optional(), reason: z.object({ '.tag': z.string() }).optional() }) });

// A scope that is missing, and an account that is suspended, are 401 here; neither gets better with a fresh token.
const meanings = { missing_scope: 'forbidden', user_suspended: 'forbidden', route_access_denied: 'forbidden' } as const;
const isKnown = (tag: string): tag is keyof typeof meanings => Object.hasOwn(meanings, tag);

/** Dropbox's own word, and what it means where the status says something else. Rate limits have theirs one level deeper. */
export const readDropboxFailure: FailureReader = (_status, body) => {
  const parsed = dropboxErrorBody.safeParse(body);
  if (!parsed.success) return {};
  const { '.tag': tag, reason } = parsed.data.error;
  const word = tag ?? reason?.['.tag'];
  return word === undefined ? {} : { reason: word, code: isKnown(word) ? meanings[word] : undefined };
};

/** Dropbox's API, version 2: every call is a POST, also one that only reads. A base URL may have the version in it. */
export const dropboxHttp = ({ baseUrl, outbound, now }: DropboxApi): ProviderHttp =>
  providerHttp({ provider: 'dropbox', baseUrl: `${baseUrl.replace(/(\/2)?\/*$/, '')}/2`, outbound, now, readFailure: readDropboxFailure });
