import { createHmac, sign } from 'node:crypto';
import type { SigningKey } from './signing-key.js';

/** What a signature covers. */
export interface SignedMessage {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
}

/** A key that signs until a moment; null: for good. Two are in use while a secret is being replaced. */
export interface TimedKey extends SigningKey {
  readonly untilMs: number | null;
}

/** One signature of a message. */
export function signatureOf({ scheme, key }: SigningKey, { id, timestampSeconds, body }: SignedMessage): string {
  const content = `${id}.${timestampSeconds}.${body}`;
  const bytes =
    scheme === 'v1' ? createHmac('sha256', key).update(content).digest('base64') : sign(null, Buffer.from(content), key).toString('base64');
  return `${scheme},${bytes}`;
}

/** `webhook-signature` of a message: one for each key that is in use at that time, the newest first. */
export const signaturesOf = (keys: readonly TimedKey[], message: SignedMessage): string =>
  keys
    .filter(({ untilMs }) => untilMs === null || untilMs > message.timestampSeconds * 1_000)
    .map((key) => signatureOf(key, message))
    .join(' ');
