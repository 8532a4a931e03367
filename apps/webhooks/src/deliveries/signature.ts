import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

const prefix = 'whsec_';

/**
 * The key a secret stands for: the decoded part after `whsec_`, or for any other text its UTF-8 bytes, which is how the former system signed.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export const signingKeyOf = (secret: string): KeyObject =>
  createSecretKey(secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret, 'utf8'));

/** `webhook-signature` of a message. */
export const signatureOf = (key: KeyObject, message: { readonly id: string; readonly timestampSeconds: number; readonly body: string }): string =>
  `v1,${createHmac('sha256', key).update(`${message.id}.${message.timestampSeconds}.${message.body}`).digest('base64')}`;

/** What is wrong with a secret, or undefined. A short key could be guessed; the range is that of Standard Webhooks. */
export function secretFault(secret: string): string | undefined {
  if (!secret.startsWith(prefix)) return undefined;
  const encoded = secret.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  const isBase64 = bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
  return isBase64 && bytes.length >= 24 && bytes.length <= 64 ? undefined : 'must be `whsec_` and 24 to 64 bytes in base64';
}
