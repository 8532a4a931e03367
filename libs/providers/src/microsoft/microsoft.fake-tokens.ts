import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { FakeAccount, FakeResponse } from '../_kit/fake.js';
import { jsonAnswer } from '../_kit/fake-http.js';
import type { FakeTokens } from '../_kit/fake-oauth.js';
import { graphIdOf, isPersonal, tenantOf } from './microsoft.fake-people.js';

/** Microsoft says a second less than an hour. */
export const accessTokenSeconds = 3_599;

/** What a token answer is made of. */
export interface TokenAnswerParts {
  readonly tokens: FakeTokens;
  readonly account: FakeAccount;
  readonly baseUrl: string;
  readonly clientId: string;
  readonly now: Date;
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#successful-response-1 */
export const microsoftTokens = (parts: TokenAnswerParts): FakeResponse => {
  const { tokens, account } = parts;
  return jsonAnswer(200, {
    token_type: 'Bearer',
    scope: listedScopes(tokens.scopes, account).join(' '),
    expires_in: accessTokenSeconds,
    ext_expires_in: accessTokenSeconds,
    access_token: tokens.accessToken,
    ...(tokens.refreshToken === null ? {} : { refresh_token: tokens.refreshToken }),
    ...(tokens.scopes.includes('openid') ? { id_token: idToken(parts) } : {}),
  });
};

const ofOpenIdConnect: readonly string[] = ['openid', 'profile', 'email'];

/** `offline_access` is never listed; with a personal account the others of OpenID Connect are not either, and the resource stands in front. */
const listedScopes = (scopes: readonly string[], account: FakeAccount): readonly string[] => {
  const listed = scopes.filter((scope) => scope !== 'offline_access');
  if (!isPersonal(account)) return listed;
  return listed.filter((scope) => !ofOpenIdConnect.includes(scope)).map((scope) => `https://graph.microsoft.com/${scope}`);
};

/** The key pair is made on first use: most tests never ask for an ID token. */
let privateKey: KeyObject | null = null;

/** Its issuer names the tenant of the person, whatever tenant the app asked under. */
const idToken = ({ tokens, account, baseUrl, clientId, now }: TokenAnswerParts): string => {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const claims = {
    aud: clientId,
    iss: `${baseUrl}/${tenantOf(account)}/v2.0`,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + 3_600,
    tid: tenantOf(account),
    oid: graphIdOf(account),
    sub: graphIdOf(account),
    ver: '2.0',
    ...(tokens.scopes.includes('email') ? { email: account.email } : {}),
    ...(tokens.scopes.includes('profile') ? { name: `${account.givenName} ${account.familyName}`, preferred_username: account.email } : {}),
    ...(tokens.nonce === null ? {} : { nonce: tokens.nonce }),
  };
  const unsigned = [{ typ: 'JWT', alg: 'RS256', kid: 'sandbox-1' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  privateKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return `${unsigned}.${sign('sha256', Buffer.from(unsigned), privateKey).toString('base64url')}`;
};
