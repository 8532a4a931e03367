import { createPrivateKey, createPublicKey, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

const hmacPrefix = 'whsec_';
const ed25519Prefix = 'whsk_';
const publicPrefix = 'whpk_';
const seedBytes = 32;
/** What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410 section 7). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** How an endpoint's webhooks are signed. */
export type Signing = 'hmac' | 'ed25519';

/** A secret, parsed: that costs several times as much as signing once. */
export interface SigningKey {
  readonly scheme: 'v1' | 'v1a';
  readonly key: KeyObject;
}

/** Which scheme a secret is for. */
export const signingOf = (secret: string): Signing => (secret.startsWith(ed25519Prefix) ? 'ed25519' : 'hmac');

/**
 * The key a secret stands for: the decoded part after `whsec_` or `whsk_`, or for any other text its UTF-8 bytes, which is how the former system
 * signed. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export function signingKeyOf(secret: string): SigningKey {
  if (secret.startsWith(ed25519Prefix)) return { scheme: 'v1a', key: privateKeyOf(decoded(secret, ed25519Prefix).subarray(0, seedBytes)) };
  const bytes = secret.startsWith(hmacPrefix) ? decoded(secret, hmacPrefix) : Buffer.from(secret, 'utf8');
  return { scheme: 'v1', key: createSecretKey(bytes) };
}

/** A new secret: 256 bits, or a key pair, the seed before the public key as libsodium and the Standard Webhooks tools write it. */
export function makeSecret(signing: Signing): string {
  const bytes = randomBytes(seedBytes);
  if (signing === 'hmac') return `${hmacPrefix}${bytes.toString('base64')}`;
  return `${ed25519Prefix}${Buffer.concat([bytes, publicBytesOf(bytes)]).toString('base64')}`;
}

/** What receivers check `v1a` signatures with: `whpk_…`; null when both sides share the secret. */
export const publicKeyOf = (secret: string): string | null =>
  signingOf(secret) === 'hmac' ? null : `${publicPrefix}${publicBytesOf(decoded(secret, ed25519Prefix).subarray(0, seedBytes)).toString('base64')}`;

/** What is wrong with a secret, or undefined. A short key could be guessed; the range is that of Standard Webhooks. */
export function secretFault(secret: string): string | undefined {
  if (secret.startsWith(ed25519Prefix)) {
    return isKeyPair(decoded(secret, ed25519Prefix)) && isBase64(secret, ed25519Prefix)
      ? undefined
      : 'must be `whsk_` and an Ed25519 key in base64: 32 bytes, or 64 with the public key';
  }
  if (!secret.startsWith(hmacPrefix)) return undefined;
  const { length } = decoded(secret, hmacPrefix);
  return isBase64(secret, hmacPrefix) && length >= 24 && length <= 64 ? undefined : 'must be `whsec_` and 24 to 64 bytes in base64';
}

const decoded = (secret: string, prefix: string): Buffer => Buffer.from(secret.slice(prefix.length), 'base64');

const withoutPadding = (base64: string): string => base64.replace(/=+$/, '');

const isBase64 = (secret: string, prefix: string): boolean =>
  withoutPadding(decoded(secret, prefix).toString('base64')) === withoutPadding(secret.slice(prefix.length));

/** A public half that does not belong to the seed would sign what nobody can verify. */
const isKeyPair = (bytes: Buffer): boolean =>
  bytes.length === seedBytes || (bytes.length === 2 * seedBytes && publicBytesOf(bytes.subarray(0, seedBytes)).equals(bytes.subarray(seedBytes)));

const privateKeyOf = (seed: Buffer): KeyObject => createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });

const publicBytesOf = (seed: Buffer): Buffer => createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(-seedBytes);
