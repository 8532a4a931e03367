import { createHmac } from 'node:crypto';

/** A request to sign, and whose it is. */
export interface SharedKeyRequest {
  readonly url: URL;
  readonly accountName: string;
  readonly accountKey: string;
  readonly now: Date;
}

/** Of which SharedKey and Get Container Properties are both described. */
const version = '2021-12-02';

/**
 * A GET without a body, signed with the key of a storage account. For one call this is less than a SDK would cost in memory.
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export const signedGet = ({ url, accountName, accountKey, now }: SharedKeyRequest): Request => {
  const headers = { 'x-ms-date': now.toUTCString(), 'x-ms-version': version };
  // Every standard header stands on a line of its own, and none of them is sent.
  const standardHeaders = Array.from({ length: 11 }, () => '');
  const ownHeaders = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const query = [...url.searchParams].map(([name, value]) => `${name.toLowerCase()}:${value}`).sort();
  const toSign = ['GET', ...standardHeaders, ...ownHeaders, `/${accountName}${url.pathname}`, ...query].join('\n');
  const signature = createHmac('sha256', Buffer.from(accountKey, 'base64')).update(toSign, 'utf8').digest('base64');
  return new Request(url, { headers: { ...headers, authorization: `SharedKey ${accountName}:${signature}` } });
};
