import { createCipheriv, createHmac, randomBytes } from 'node:crypto';

/** A token as Python's `Fernet.encrypt` makes it. https://github.com/fernet/spec/blob/master/Spec.md#generating */
export function fernetToken(text: string, key: Buffer): string {
  const iv = randomBytes(16);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1_000)));
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const signed = Buffer.concat([Buffer.from([0x80]), time, iv, cipher.update(text), cipher.final()]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  return padded(Buffer.concat([signed, mac]).toString('base64url'));
}

const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '=');
