import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { FakeOptions, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';
import { bearerOf, formOf, jsonAnswer } from '../_kit/fake-http.js';

const bucketOf = ({ handle }: FakeHolder): string => `${handle}-files`;
const emailOf = ({ handle }: FakeHolder): string => `patchbay@${handle}-project.iam.gserviceaccount.com`;
const keyIdOf = ({ handle, version }: FakeHolder): string => `${handle}-key-${version}`;

/** What the service accounts of the fake may do with the objects of their bucket. */
export interface GcsFakeOptions extends FakeOptions {
  readonly permissions?: readonly string[];
}

const allPermissions = ['storage.objects.create', 'storage.objects.delete', 'storage.objects.get', 'storage.objects.list'];

/** A Google Cloud Storage in memory, with the token endpoint for service accounts: a bucket for each account. */
export const createGcsFake = (options: GcsFakeOptions = {}): CredentialsFake => {
  // Made when they are needed: an RSA key takes a while.
  const keys = new Map<string, string>();
  const keyOf = (holder: FakeHolder): string => {
    const id = keyIdOf(holder);
    const key =
      keys.get(id) ??
      generateKeyPairSync('rsa', {
        modulusLength: 2_048,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      }).privateKey;
    keys.set(id, key);
    return key;
  };
  const tokens = new Map<string, { readonly email: string; readonly endsAt: number }>();

  const issueToken = (request: FakeRequest, holders: readonly FakeHolder[], now: Date): FakeResponse => {
    const form = formOf(request);
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return tokenError('unsupported_grant_type', 'Invalid grant_type');
    const [header = '', payload = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const { kid } = decoded(header);
    const { iss, aud, exp, iat, scope } = decoded(payload);
    const holder = holders.find((one) => emailOf(one) === iss);
    if (holder === undefined) return tokenError('invalid_grant', 'Invalid grant: account not found');
    const isSigned =
      kid === keyIdOf(holder) &&
      verify('sha256', Buffer.from(`${header}.${payload}`), createPublicKey(keyOf(holder)), Buffer.from(signature, 'base64url'));
    if (!isSigned) return tokenError('invalid_grant', 'Invalid JWT Signature.');
    const seconds = now.getTime() / 1_000;
    const isTimely = typeof exp === 'number' && typeof iat === 'number' && iat <= seconds + 300 && exp > seconds && exp - iat <= 3_600;
    if (!isTimely) return tokenError('invalid_grant', 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.');
    if (aud !== `${request.baseUrl}/token`) return tokenError('invalid_grant', 'Invalid JWT audience.');
    if (typeof scope !== 'string' || scope === '') return tokenError('invalid_scope', 'Empty or missing scope not allowed.');
    const token = `ya29.c.sandbox${tokens.size}${keyIdOf(holder)}`;
    tokens.set(token, { email: holder.email, endsAt: now.getTime() + 3_600_000 });
    return jsonAnswer(200, { access_token: token, expires_in: 3_599, token_type: 'Bearer' });
  };

  return createCredentialsFake(
    {
      id: 'gcs',
      displayName: 'Google Cloud Storage',
      credentialsOf: (holder, baseUrl) => ({ service_account: keyFile(holder, keyOf(holder), baseUrl), bucket: bucketOf(holder) }),
      answer: (request, holders, now) => {
        if (request.method === 'POST' && request.path === '/token') return issueToken(request, holders, now);
        const token = tokens.get(bearerOf(request) ?? '');
        const holder = holders.find(({ email }) => email === token?.email);
        if (token === undefined || holder === undefined || token.endsAt <= now.getTime())
          return storageError(401, 'authError', 'Invalid Credentials');
        const name = /^\/storage\/v1\/b\/([^/]+)\/iam\/testPermissions$/.exec(request.path)?.[1];
        if (name === undefined || request.method !== 'GET') return storageError(404, 'notFound', 'Not Found');
        if (!holders.some((one) => bucketOf(one) === name)) return storageError(404, 'notFound', 'The specified bucket does not exist.');
        const held = bucketOf(holder) === name ? (options.permissions ?? allPermissions) : [];
        const permissions = request.query.getAll('permissions').filter((permission) => held.includes(permission));
        // Google leaves out what is empty.
        return jsonAnswer(200, { kind: 'storage#testIamPermissionsResponse', ...(permissions.length > 0 && { permissions }) });
      },
      failure: (status, retryAfter) => {
        const answer = storageError(status, status === 429 ? 'rateLimitExceeded' : 'backendError', 'An error occurred.');
        return retryAfter === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
      },
      expireTokens: () => tokens.clear(),
    },
    options,
  );
};

const keyFile = (holder: FakeHolder, privateKey: string, baseUrl: string): string =>
  JSON.stringify({
    type: 'service_account',
    project_id: `${holder.handle}-project`,
    private_key_id: keyIdOf(holder),
    private_key: privateKey,
    client_email: emailOf(holder),
    client_id: '100000000000000000000',
    auth_uri: `${baseUrl}/auth`,
    token_uri: `${baseUrl}/token`,
    universe_domain: 'googleapis.com',
  });

const decoded = (part: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};

const tokenError = (error: string, description: string): FakeResponse => jsonAnswer(400, { error, error_description: description });

const storageError = (status: number, reason: string, message: string): FakeResponse =>
  jsonAnswer(status, { error: { code: status, message, errors: [{ message, domain: 'global', reason }] } });
