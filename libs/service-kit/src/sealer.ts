import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A master key and the name under which sealed values remember it. */
export interface MasterKey {
  readonly id: string;
  readonly key: Buffer;
}

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** A sealed value that cannot be opened: altered, moved to another place, or sealed under a key that is not configured. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
}

/**
 * Encrypts secrets at rest with AES-256-GCM (NIST SP 800-38D): each value under a fresh data key, the data key under the first master key.
 * `place` says where the value belongs (tenant and row) and is bound to it: copied to another row it does not open.
 *
 * Sealed form: `v1.<master key id>.<wrapped data key>.<ciphertext>`, base64url.
 */
export class Sealer {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #current: MasterKey;

  constructor(masterKeys: readonly MasterKey[]) {
    const [current] = masterKeys;
    if (current === undefined) throw new Error('unreachable: configuration demands a master key');
    this.#current = current;
    this.#keys = new Map(masterKeys.map(({ id, key }) => [id, key]));
  }

  /** The key that seals. */
  get currentKeyId(): string {
    return this.#current.id;
  }

  /** Whether values under this key can be opened. */
  hasKey(id: string): boolean {
    return this.#keys.has(id);
  }

  seal(plaintext: string, place: string): string {
    const dataKey = randomBytes(32);
    const wrapped = encrypt(this.#current.key, dataKey, this.#current.id).toString('base64url');
    return joined({ keyId: this.#current.id, wrapped, ciphertext: encrypt(dataKey, Buffer.from(plaintext), place).toString('base64url') });
  }

  /** @throws SealBrokenError */
  open(sealed: string, place: string): string {
    const { keyId, wrapped, ciphertext } = partsOf(sealed);
    const masterKey = this.#keyOf(keyId);
    try {
      const dataKey = decrypt(masterKey, Buffer.from(wrapped, 'base64url'), keyId);
      return decrypt(dataKey, Buffer.from(ciphertext, 'base64url'), place).toString('utf8');
    } catch (cause) {
      throw new SealBrokenError('altered, or not from this place', { cause });
    }
  }

  /**
   * The same value with its data key under the first master key; as it is when it is there already. The ciphertext stays byte for byte, so this needs
   * no place and says nothing about whether the value itself still opens.
   *
   * @throws SealBrokenError
   */
  rewrap(sealed: string): string {
    const { keyId, wrapped, ciphertext } = partsOf(sealed);
    if (keyId === this.#current.id) return sealed;
    const masterKey = this.#keyOf(keyId);
    try {
      const dataKey = decrypt(masterKey, Buffer.from(wrapped, 'base64url'), keyId);
      return joined({ keyId: this.#current.id, wrapped: encrypt(this.#current.key, dataKey, this.#current.id).toString('base64url'), ciphertext });
    } catch (cause) {
      throw new SealBrokenError('its data key was altered', { cause });
    }
  }

  #keyOf(id: string): Buffer {
    const key = this.#keys.get(id);
    if (key === undefined) throw new SealBrokenError(`sealed under the master key ${wordOf(id)}, which TOKEN_MASTER_KEYS does not have`);
    return key;
  }
}

/** An id as TOKEN_MASTER_KEYS allows it; anything else was never one of ours. */
const wordOf = (id: string): string => (/^[\w-]{1,32}$/.test(id) ? `"${id}"` : 'of an unknown name');

/** The master key that a value is sealed under, whether it is configured or not; undefined for what is no sealed value. */
export function keyIdOf(sealed: string): string | undefined {
  try {
    return partsOf(sealed).keyId;
  } catch {
    return undefined;
  }
}

interface SealedParts {
  readonly keyId: string;
  readonly wrapped: string;
  readonly ciphertext: string;
}

function partsOf(sealed: string): SealedParts {
  const [version, keyId, wrapped, ciphertext, more] = sealed.split('.');
  if (version !== 'v1' || keyId === undefined || wrapped === undefined || ciphertext === undefined || more !== undefined)
    throw new SealBrokenError('not a sealed value');
  return { keyId, wrapped, ciphertext };
}

const joined = ({ keyId, wrapped, ciphertext }: SealedParts): string => ['v1', keyId, wrapped, ciphertext].join('.');

function encrypt(key: Buffer, plaintext: Buffer, associated: string): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(associated));
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, associated: string): Buffer {
  if (sealed.length < ivBytes + tagBytes) throw new SealBrokenError('too short');
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes }).setAAD(Buffer.from(associated));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes, sealed.length - tagBytes)), decipher.final()]);
}
