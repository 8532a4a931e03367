import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** A Fernet token that no key opens: altered, sealed under another key, or no such token at all. */
export class FernetError extends Error {
  override readonly name = 'FernetError';
}

const version = 0x80;
const timestampBytes = 8;
const ivBytes = 16;
const blockBytes = 16;
const macBytes = 32;
const halfKeyBytes = 16;

/** The key of Fernet is two keys: https://github.com/fernet/spec/blob/master/Spec.md#key-format */
export const fernetKeyBytes = 2 * halfKeyBytes;

/**
 * Opens Fernet tokens (https://github.com/fernet/spec/blob/master/Spec.md). Several keys are tried one after the other, as Python's MultiFernet does.
 * How old a token is does not matter here: it was made to be kept. By node:crypto, because the package `fernet` rests on crypto-js, which nobody
 * maintains.
 *
 * @throws FernetError
 */
export function openFernet(token: string, keys: readonly Buffer[]): string {
  const bytes = bytesOf(token);
  const ciphertextBytes = bytes.length - (1 + timestampBytes + ivBytes + macBytes);
  if (bytes[0] !== version || ciphertextBytes < blockBytes || ciphertextBytes % blockBytes !== 0) throw new FernetError('not a Fernet token');
  const signed = bytes.subarray(0, -macBytes);
  const mac = bytes.subarray(-macBytes);
  const key = keys.find((candidate) => timingSafeEqual(createHmac('sha256', candidate.subarray(0, halfKeyBytes)).update(signed).digest(), mac));
  if (key === undefined) throw new FernetError('altered, or sealed under another key');
  const iv = signed.subarray(1 + timestampBytes, 1 + timestampBytes + ivBytes);
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(halfKeyBytes), iv);
  try {
    return Buffer.concat([decipher.update(signed.subarray(1 + timestampBytes + ivBytes)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new FernetError('its padding is wrong', { cause });
  }
}

/** Node reads past what is no base64; a token must not have any. */
function bytesOf(token: string): Buffer {
  if (!/^[\w-]+={0,2}$/.test(token)) throw new FernetError('not base64url');
  return Buffer.from(token, 'base64url');
}
