import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FakeOptions, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';

const accountOf = ({ handle }: FakeHolder): string => `${handle}storage`;
const keyOf = ({ handle, version }: FakeHolder): string => createHash('sha512').update(`sandbox ${handle} ${version}`).digest('base64');
const container = 'files';

/** An Azure Blob Storage in memory, with the account in the path: one container for each account. It checks signatures and dates. */
export const createAzureBlobFake = (options: FakeOptions = {}): CredentialsFake =>
  createCredentialsFake(
    {
      id: 'azure_blob',
      displayName: 'Azure Blob Storage',
      credentialsOf: (holder) => ({ account_name: accountOf(holder), account_key: keyOf(holder), container }),
      answer: (request, holders, now) => {
        const [, accountName, name] = request.path.split('/');
        const holder = holders.find((one) => accountOf(one) === accountName);
        if (holder === undefined) return azureError(404, 'ResourceNotFound', 'The specified resource does not exist.');
        if (request.headers['authorization'] === undefined)
          return azureError(401, 'NoAuthenticationInformation', 'Server failed to authenticate the request.');
        const isRecent = Math.abs(now.getTime() - Date.parse(request.headers['x-ms-date'] ?? '')) < 15 * 60_000;
        if (!isRecent || !isSigned(request, holder)) return azureError(403, 'AuthenticationFailed', 'Server failed to authenticate the request.');
        if (!['GET', 'HEAD'].includes(request.method) || request.query.get('restype') !== 'container') {
          return azureError(405, 'UnsupportedHttpVerb', 'The resource does not support the specified HTTP verb.');
        }
        if (name !== container) return azureError(404, 'ContainerNotFound', 'The specified container does not exist.');
        const headers = {
          etag: '"0x8DC0000000000"',
          'last-modified': 'Thu, 15 Jan 2026 09:00:00 GMT',
          'x-ms-lease-state': 'available',
          'x-ms-version': '2021-12-02',
        };
        return { status: 200, headers };
      },
      failure: (status, retryAfter) => {
        const answer = azureError(status, status === 503 ? 'ServerBusy' : `Sudden${status}`, 'An error occurred.');
        return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
      },
    },
    options,
  );

const signedStandardHeaders = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
] as const;

/** @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
const isSigned = (request: FakeRequest, holder: FakeHolder): boolean => {
  const { headers } = request;
  const [, accountName, signature = ''] = /^SharedKey ([^:]+):(.+)$/.exec(headers['authorization'] ?? '') ?? [];
  const own = Object.entries(headers).filter(([name]) => name.startsWith('x-ms-'));
  const path = `${new URL(request.baseUrl).pathname.replace(/\/$/, '')}${request.path}`;
  const toSign = [
    request.method,
    // An empty body is an empty line.
    ...signedStandardHeaders.map((name) => (name === 'content-length' && headers[name] === '0' ? '' : (headers[name] ?? ''))),
    ...own.map(([name, value]) => `${name}:${value}`).sort(),
    `/${accountOf(holder)}${path}`,
    ...[...request.query].map(([name, value]) => `${name.toLowerCase()}:${value}`).sort(),
  ].join('\n');
  const expected = createHmac('sha256', Buffer.from(keyOf(holder), 'base64'))
    .update(toSign, 'utf8')
    .digest();
  const shown = Buffer.from(signature, 'base64');
  return accountName === accountOf(holder) && shown.length === expected.length && timingSafeEqual(shown, expected);
};

const azureError = (status: number, code: string, message: string): FakeResponse => ({
  status,
  headers: { 'content-type': 'application/xml', 'x-ms-error-code': code, 'x-ms-request-id': '00000000-0000-0000-0000-000000000000' },
  body: `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}\nRequestId:00000000-0000-0000-0000-000000000000</Message></Error>`,
});
