import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from '@patchbay/database';

/** The public half of a signing key. https://www.rfc-editor.org/rfc/rfc7517#section-4 */
export interface PublicKeyDocument {
  readonly [parameter: string]: unknown;
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
}

export interface NewSigningKey {
  readonly kid: string;
  readonly publicJwk: PublicKeyDocument;
  readonly sealedPrivateJwk: string;
}

export interface KeyTimes {
  readonly createdAt: Date;
  readonly signsFrom: Date;
}

/** A key with its private half, still sealed. */
export interface StoredSigningKey extends KeyTimes {
  readonly kid: string;
  readonly sealedPrivateJwk: string;
}

const listPublicKeys = { name: 'signing-keys-public', text: `SELECT public_jwk FROM signing_keys ORDER BY signs_from DESC, kid` };
const listKeys = {
  name: 'signing-keys-all',
  text: `SELECT kid, sealed_private_jwk AS "sealedPrivateJwk", created_at AS "createdAt", signs_from AS "signsFrom"
         FROM signing_keys ORDER BY signs_from DESC, kid`,
};

@Injectable()
export class SigningKeysRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** All public keys: those that sign, those that will, and those that only verify tokens signed earlier. */
  async listPublic(): Promise<PublicKeyDocument[]> {
    const rows = await this.database.read<{ readonly public_jwk: PublicKeyDocument }>(listPublicKeys);
    return rows.map(({ public_jwk: key }) => key);
  }

  /** All keys, the one that signs last first. */
  list(): Promise<StoredSigningKey[]> {
    return this.database.read<StoredSigningKey>(listKeys);
  }

  /** Decides about keys while no other replica does. */
  decide<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('auth.signing-keys', 0))`);
      return work(tx);
    });
  }

  /** When the youngest key was made; undefined when there is none. */
  async youngest(tx: Transaction): Promise<Date | undefined> {
    const [row] = await tx.query<{ readonly created_at: Date }>(`SELECT created_at FROM signing_keys ORDER BY created_at DESC LIMIT 1`);
    return row?.created_at;
  }

  async store(tx: Transaction, { kid, publicJwk, sealedPrivateJwk }: NewSigningKey, { createdAt, signsFrom }: KeyTimes): Promise<void> {
    await tx.query(`INSERT INTO signing_keys (kid, public_jwk, sealed_private_jwk, created_at, signs_from) VALUES ($1, $2, $3, $4, $5)`, [
      kid,
      JSON.stringify(publicJwk),
      sealedPrivateJwk,
      createdAt,
      signsFrom,
    ]);
  }

  /** Forgets every key whose successor has been signing since before `since`. */
  async forgetFollowed(tx: Transaction, since: Date): Promise<void> {
    await tx.query(`DELETE FROM signing_keys WHERE signs_from < (SELECT max(signs_from) FROM signing_keys WHERE signs_from <= $1)`, [since]);
  }
}
