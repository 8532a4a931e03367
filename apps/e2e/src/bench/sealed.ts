import { createCipheriv, randomBytes } from 'node:crypto';
import { earlierKey } from './master-keys.js';

/** A value in the vault, as an installation wrote it that had only the old key: `v1.<key>.<data key under it>.<value under the data key>`. */
export function sealed(place: string, value: string): string {
  const dataKey = randomBytes(32);
  return ['v1', earlierKey.id, encrypted(earlierKey.key, dataKey, earlierKey.id), encrypted(dataKey, Buffer.from(value), place)].join('.');
}

function encrypted(key: Buffer, plaintext: Buffer, associated: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(associated));
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}
