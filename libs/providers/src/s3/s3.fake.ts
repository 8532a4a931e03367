import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FakeOptions, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';
import { escapeHtml } from '../_kit/fake-http.js';

const keyOf = ({ handle, version }: FakeHolder) => ({
  id: `AKIASANDBOX${handle.toUpperCase()}`,
  secret: `sandbox/${handle}/secret+access+key/${version}`,
});
const bucketOf = ({ handle }: FakeHolder): string => `${handle}-files`;

/** What {@link createS3Fake} stands for. */
export interface S3FakeOptions extends FakeOptions {
  readonly region?: string;
}

/** An S3 in memory: a bucket for each account, in the path. It checks signatures, dates and regions. */
export const createS3Fake = (options: S3FakeOptions = {}): CredentialsFake => {
  const region = options.region ?? 'eu-central-1';
  return createCredentialsFake(
    {
      id: 's3',
      displayName: 'Amazon S3',
      credentialsOf: (holder) => {
        const { id, secret } = keyOf(holder);
        return { access_key_id: id, secret_access_key: secret, region, bucket: bucketOf(holder) };
      },
      answer: (request, holders, now) => {
        const shown = authorizationOf(request);
        if (shown === null) return s3Error(403, 'AccessDenied', { message: 'Access Denied' });
        const holder = holders.find((one) => keyOf(one).id === shown.keyId);
        if (holder === undefined)
          return s3Error(403, 'InvalidAccessKeyId', {
            message: 'The AWS Access Key Id you provided does not exist in our records.',
            more: `<AWSAccessKeyId>${escapeHtml(shown.keyId)}</AWSAccessKeyId>`,
          });
        if (shown.region !== region)
          return s3Error(400, 'AuthorizationHeaderMalformed', {
            message: `The authorization header is malformed; the region '${escapeHtml(shown.region)}' is wrong; expecting '${region}'`,
            more: `<Region>${region}</Region>`,
          });
        if (Math.abs(now.getTime() - timeOf(request)) > 15 * 60_000)
          return s3Error(403, 'RequestTimeTooSkewed', { message: 'The difference between the request time and the current time is too large.' });
        if (!isSigned(request, shown, keyOf(holder).secret))
          return s3Error(403, 'SignatureDoesNotMatch', { message: 'The request signature we calculated does not match the signature you provided.' });
        return answerBucket(request, holder, holders);
      },
      failure: (status, retryAfter) => {
        const answer =
          status === 503
            ? s3Error(503, 'ServiceUnavailable', { message: 'Service is unable to handle request.' })
            : s3Error(status, wordOf(status), { message: 'An error occurred.' });
        return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
      },
    },
    options,
  );
};

const answerBucket = (request: FakeRequest, holder: FakeHolder, holders: readonly FakeHolder[]): FakeResponse => {
  const name = request.path.split('/')[1] ?? '';
  if (request.method !== 'GET' || request.query.get('list-type') !== '2')
    return s3Error(405, 'MethodNotAllowed', { message: 'The specified method is not allowed against this resource.' });
  if (!holders.some((one) => bucketOf(one) === name))
    return s3Error(404, 'NoSuchBucket', { message: 'The specified bucket does not exist', more: `<BucketName>${escapeHtml(name)}</BucketName>` });
  if (bucketOf(holder) !== name) return s3Error(403, 'AccessDenied', { message: 'Access Denied' });
  return xml(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${name}</Name><Prefix></Prefix><KeyCount>0</KeyCount><MaxKeys>1</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>`,
  );
};

interface Shown {
  readonly keyId: string;
  readonly date: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const authorizationOf = ({ headers }: FakeRequest): Shown | null => {
  const pattern = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, keyId, date, region, signedHeaders, signature] = pattern.exec(headers['authorization'] ?? '') ?? [];
  if (keyId === undefined || date === undefined || region === undefined || signedHeaders === undefined || signature === undefined) return null;
  return { keyId, date, region, signedHeaders: signedHeaders.split(';'), signature };
};

const timeOf = ({ headers }: FakeRequest): number =>
  Date.parse((headers['x-amz-date'] ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const isSigned = (request: FakeRequest, { date, region, signedHeaders, signature }: Shown, secret: string): boolean => {
  const query = [...request.query].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const path = decodeURIComponent(`${new URL(request.baseUrl).pathname.replace(/\/$/, '')}${request.path}`);
  const canonicalRequest = [
    request.method,
    path.split('/').map(encode).join('/'),
    query.join('&'),
    ...signedHeaders.map((name) => `${name}:${request.headers[name]?.trim() ?? ''}`),
    '',
    signedHeaders.join(';'),
    request.headers['x-amz-content-sha256'] ?? '',
  ].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'] ?? '', scope, createHash('sha256').update(canonicalRequest).digest('hex')].join(
    '\n',
  );
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>((parent, part) => hmac(parent, part), `AWS4${secret}`);
  return timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'));
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const xml = (status: number, body: string): FakeResponse => ({
  status,
  headers: { 'content-type': 'application/xml', 'x-amz-request-id': '0123456789ABCDEF' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});

const s3Error = (status: number, code: string, { message, more = '' }: { readonly message: string; readonly more?: string }): FakeResponse =>
  xml(status, `<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>0123456789ABCDEF</RequestId></Error>`);

const wordOf = (status: number): string => ({ 403: 'AccessDenied', 404: 'NoSuchBucket', 429: 'TooManyRequests' })[status] ?? 'InternalError';
