import { ProviderError, type CredentialsCapability, type Outbound } from '@patchbay/capabilities';
import { z } from 'zod';
import { secretTextField, textField } from '../_kit/credential-fields.js';
import { filled } from '../_kit/credential-schemas.js';
import { keyedCall, readJson, type KeyedApi } from '../_kit/keyed-call.js';
import { withoutSlash } from '../_kit/oauth-variables.js';
import type { FailureReader } from '../_kit/provider-failure.js';
import { readServiceAccount, type ServiceAccount } from './gcs.service-account.js';

/** Where Google Cloud Storage is and how to get there. */
export interface GcsApi {
  readonly apiBaseUrl: string;
  readonly authBaseUrl: string;
  readonly outbound: Outbound;
  readonly now: () => Date;
}

const gcsForm = z.strictObject({
  service_account: filled('the key file of the service account').refine(
    (text) => readServiceAccount(text) !== undefined,
    'must be the whole JSON key file of a service account',
  ),
  // https://cloud.google.com/storage/docs/buckets#naming
  bucket: filled('the bucket').regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, 'must be the name of a bucket, without gs:// and folders'),
});

/** What is done with files. https://cloud.google.com/storage/docs/access-control/iam-permissions */
const neededPermissions = ['storage.objects.create', 'storage.objects.delete', 'storage.objects.get', 'storage.objects.list'] as const;

const gcsToken = z.object({ access_token: z.string().min(1) });
/** @see https://cloud.google.com/storage/docs/json_api/v1/buckets/testIamPermissions */
const gcsPermissions = z.object({ permissions: z.array(z.string()).default([]) });

/** A bucket, opened with the key of a service account. */
export const gcsCredentials = (gcs: GcsApi): CredentialsCapability => ({
  form: [
    secretTextField({
      name: 'service_account',
      label: 'Key file of the service account',
      help: 'All of the JSON file that Google Cloud downloads when a key is made.',
    }),
    textField({ name: 'bucket', label: 'Bucket', help: 'Its name only.' }),
  ],
  schema: gcsForm,
  check: async (credentials, accountId) => {
    const { service_account: file, bucket } = gcsForm.parse(credentials);
    const account = readServiceAccount(file);
    if (account === undefined) throw new Error('unreachable: the schema has read it');
    const token = await fetchToken(gcs, account, accountId);
    const missing = await missingPermissions(gcs, { bucket, token, accountId });
    if (missing !== undefined) throw new ProviderError('gcs', 'forbidden', { reason: missing });
    return { id: `gs://${bucket}`, email: account.client_email, name: bucket };
  },
});

/** The key proves itself with a signed assertion. https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
const fetchToken = async (gcs: GcsApi, account: ServiceAccount, accountId: string): Promise<string> => {
  const tokenUrl = `${withoutSlash(gcs.authBaseUrl)}/token`;
  const { importPKCS8, SignJWT } = await import('jose');
  const issuedAt = Math.floor(gcs.now().getTime() / 1_000);
  const assertion = await new SignJWT({ scope: 'https://www.googleapis.com/auth/devstorage.read_write' })
    .setProtectedHeader({ alg: 'RS256', kid: account.private_key_id, typ: 'JWT' })
    .setIssuer(account.client_email)
    .setAudience(tokenUrl)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 600)
    .sign(await importPKCS8(account.private_key, 'RS256'));
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  const request = new Request(tokenUrl, { method: 'POST', body });
  const answer = await keyedCall(apiOf(gcs, readTokenFailure), { operation: 'oauth.token', path: '/token', accountId, request });
  return readJson('gcs', gcsToken, answer).access_token;
};

/** Asks what is held instead of trying: it needs no permission of its own, and changes nothing. */
const missingPermissions = async (
  gcs: GcsApi,
  { bucket, token, accountId }: { readonly bucket: string; readonly token: string; readonly accountId: string },
): Promise<string | undefined> => {
  const url = new URL(`${withoutSlash(gcs.apiBaseUrl)}/storage/v1/b/${encodeURIComponent(bucket)}/iam/testPermissions`);
  for (const permission of neededPermissions) url.searchParams.append('permissions', permission);
  const request = new Request(url, { headers: { accept: 'application/json', authorization: `Bearer ${token}` } });
  const call = { operation: 'buckets.testPermissions', path: '/storage/v1/b/{bucket}/iam/testPermissions', accountId, request };
  const { permissions } = readJson('gcs', gcsPermissions, await keyedCall(apiOf(gcs, readStorageFailure), call));
  return neededPermissions.find((permission) => !permissions.includes(permission));
};

const apiOf = ({ outbound, now }: GcsApi, readFailure: FailureReader): KeyedApi => ({ provider: 'gcs', outbound, now, readFailure });

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
const tokenErrorBody = z.object({ error: z.string() });

/** A key that was deleted is an `invalid_grant`, with the status 400. */
export const readTokenFailure: FailureReader = (_status, body) => {
  const reason = tokenErrorBody.safeParse(body).data?.error;
  return { reason, code: reason === 'invalid_grant' || reason === 'invalid_client' ? 'unauthorized' : undefined };
};

/** @see https://cloud.google.com/storage/docs/json_api/v1/status-codes */
const storageErrorBody = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })).min(1) }) });

/** Google's first word for a failure. */
export const readStorageFailure: FailureReader = (_status, body) => ({ reason: storageErrorBody.safeParse(body).data?.error.errors[0]?.reason });
