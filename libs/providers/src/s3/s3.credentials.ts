import type { CredentialsCapability, Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretField, textField, urlField } from '../_kit/credential-fields.js';
import { filled, httpAddress, mayBeEmpty, withoutEmpty } from '../_kit/credential-schemas.js';
import { keyedCall, xmlFailureReader } from '../_kit/keyed-call.js';
import { withoutSlash } from '../_kit/oauth-variables.js';

/** Where S3 is and how to get there. */
export interface S3Api {
  /** In place of Amazon's own. */
  readonly baseUrl: string | undefined;
  readonly outbound: Outbound;
  /** The way to a store that a person named. */
  readonly userAimedOutbound: Outbound;
  readonly now: () => Date;
}

const s3Fields = z.strictObject({
  access_key_id: filled('the access key id').regex(/^[\x21-\x7e]+$/, 'must be an access key id, such as AKIAIOSFODNN7EXAMPLE'),
  secret_access_key: filled('the secret access key'),
  // It becomes a part of the host name.
  region: filled('the region')
    .toLowerCase()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be a region such as eu-central-1; other stores often call it auto or us-east-1'),
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, with the capitals and underscores of old buckets.
  bucket: filled('the bucket').regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/, 'must be the name of a bucket, without s3:// and folders'),
  endpoint: mayBeEmpty(httpAddress('the address of the store')),
});
const s3Form = s3Fields.transform(withoutEmpty);

/** A bucket, opened with an access key. */
export const s3Credentials = (api: S3Api): CredentialsCapability => ({
  form: [
    textField({ name: 'access_key_id', label: 'Access key ID' }),
    secretField({ name: 'secret_access_key', label: 'Secret access key' }),
    textField({ name: 'region', label: 'Region', help: 'Such as eu-central-1.' }),
    textField({ name: 'bucket', label: 'Bucket', help: 'Its name only.' }),
    urlField({ name: 'endpoint', label: 'Endpoint', help: 'Only for a store that is not Amazon, such as MinIO, R2 or Spaces.', isRequired: false }),
  ],
  schema: s3Form,
  check: async (credentials, accountId) => {
    const values = s3Fields.parse(credentials);
    const store = storeOf(api, values);
    const readFailure = xmlFailureReader(meanings);
    const outbound = store.isUserAimed ? api.userAimedOutbound : api.outbound;
    const call = { operation: 'bucket.list', path: '/{bucket}', accountId, request: await signed(store.url, values, api.now()) };
    await keyedCall({ provider: 's3', outbound, now: api.now, readFailure }, call);
    return { id: store.id, email: null, name: values.bucket };
  },
});

type S3Values = z.output<typeof s3Fields>;

interface Store {
  readonly id: string;
  readonly url: URL;
  readonly isUserAimed: boolean;
}

/**
 * One key of the bucket. HeadBucket needs the same permission (`s3:ListBucket`) but its answer has no body that says why it is refused.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
const storeOf = ({ baseUrl }: S3Api, { bucket, region, endpoint }: S3Values): Store => {
  const base = endpoint ?? withoutSlash(baseUrl ?? `https://s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`);
  const url = new URL(`${base}/${bucket}?list-type=2&max-keys=1`);
  // Names of buckets are unique at Amazon, whoever holds the key; elsewhere within one store.
  return { url, id: endpoint === undefined ? `arn:aws:s3:::${bucket}` : `${endpoint}/${bucket}`, isUserAimed: endpoint !== undefined };
};

const signed = async (url: URL, values: S3Values, now: Date): Promise<Request> => {
  const { AwsV4Signer } = await import('aws4fetch');
  const signer = new AwsV4Signer({
    url: url.href,
    method: 'GET',
    accessKeyId: values.access_key_id,
    secretAccessKey: values.secret_access_key,
    service: 's3',
    region: values.region,
    datetime: now.toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
  });
  const { url: signedUrl, headers } = await signer.sign();
  return new Request(signedUrl, { headers });
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const meanings = {
  InvalidAccessKeyId: 'unauthorized',
  SignatureDoesNotMatch: 'unauthorized',
  InvalidToken: 'unauthorized',
  ExpiredToken: 'unauthorized',
  // Cloudflare R2's word for a key that it does not know.
  Unauthorized: 'unauthorized',
  AccessDenied: 'forbidden',
  AllAccessDisabled: 'forbidden',
  NoSuchBucket: 'not_found',
  AuthorizationHeaderMalformed: 'invalid_request',
  PermanentRedirect: 'invalid_request',
  IllegalLocationConstraintException: 'invalid_request',
  InvalidBucketName: 'invalid_request',
  SlowDown: 'rate_limited',
} as const;
