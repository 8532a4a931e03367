import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';

/** The public half of a signing key. https://www.rfc-editor.org/rfc/rfc7517#section-4 */
export interface PublicKeyDocument {
  readonly [parameter: string]: unknown;
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
}

export interface StoredSigningKey {
  readonly kid: string;
  readonly public_jwk: PublicKeyDocument;
  readonly sealed_private_jwk: string;
}

const listPublicKeys = { name: 'signing-keys-public', text: `SELECT public_jwk FROM signing_keys ORDER BY created_at DESC, kid` };

@Injectable()
export class SigningKeysRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** All public keys, also those that only verify tokens signed earlier. */
  async listPublic(): Promise<PublicKeyDocument[]> {
    const rows = await this.database.read<Pick<StoredSigningKey, 'public_jwk'>>(listPublicKeys);
    return rows.map(({ public_jwk: key }) => key);
  }

  /** The newest key; when there is none, the one `make` gives is stored. Of replicas that start at once, one makes it and the others take it. */
  findOrStore(make: () => Promise<StoredSigningKey>, now: Date): Promise<StoredSigningKey> {
    return this.database.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('auth.signing-keys', 0))`);
      const [found] = await tx.query<StoredSigningKey>(
        `SELECT kid, public_jwk, sealed_private_jwk FROM signing_keys ORDER BY created_at DESC, kid LIMIT 1`,
      );
      if (found !== undefined) return found;
      const made = await make();
      await tx.query(`INSERT INTO signing_keys (kid, public_jwk, sealed_private_jwk, created_at) VALUES ($1, $2, $3, $4)`, [
        made.kid,
        JSON.stringify(made.public_jwk),
        made.sealed_private_jwk,
        now,
      ]);
      return made;
    });
  }
}
