import { Inject, Injectable } from '@nestjs/common';
import { AppError, type ConnectionStatus, type IntegrationType } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import { SealBrokenError, Sealer } from '@patchbay/service-kit';

/** A connection with the tokens behind it, still sealed. */
export interface Grant {
  readonly connectionId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly provider: string;
  readonly type: IntegrationType;
  readonly accountId: string;
  readonly status: ConnectionStatus;
  readonly lastError: string | null;
  /** Null when the tokens were forgotten, and for accounts that are connected with credentials. */
  readonly tokens: SealedTokens | null;
  /** Sealed; null for accounts that are connected with tokens. */
  readonly credentials: string | null;
}

export interface SealedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
  readonly issuedAt: Date | null;
  readonly version: number;
  readonly refusedAt: Date | null;
}

/** Tokens to keep. Without a refresh token the one that is there stays. */
export interface NewTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly issuedAt: Date;
  /** Null for a token that does not end. */
  readonly expiresAt: Date | null;
  /** Of the refresh token; kept with the one that is there when there is no new one. */
  readonly refreshExpiresAt: Date | null;
  readonly refusedAt: Date | null;
}

interface GrantRow extends Omit<Grant, 'tokens'> {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
  readonly issuedAt: Date | null;
  readonly version: number | null;
  readonly refusedAt: Date | null;
}

type Place = Pick<Grant, 'tenantId' | 'connectionId'>;

const findGrant = {
  name: 'grants-find',
  text: `SELECT c.id AS "connectionId", c.tenant_id AS "tenantId", c.user_id AS "userId", c.provider, c.type, c.provider_account_id AS "accountId",
           c.status, c.last_error AS "lastError", g.sealed_access_token AS "accessToken", g.sealed_refresh_token AS "refreshToken",
           g.sealed_credentials AS credentials, g.expires_at AS "expiresAt", g.issued_at AS "issuedAt", g.version, g.refused_at AS "refusedAt"
         FROM connections c LEFT JOIN grants g ON g.connection_id = c.id WHERE c.id = $1`,
};

/** Whoever holds the lock asks a provider, which has a deadline; waiting longer than that means that something is wrong. */
const lockPatience = '9s';
const lockNotAvailable = '55P03';

/** The token vault: what it writes is sealed, and bound to its tenant and connection. */
@Injectable()
export class GrantsRepository {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Sealer) private readonly sealer: Sealer,
  ) {}

  async find(connectionId: string): Promise<Grant | undefined> {
    const [row] = await this.database.read<GrantRow>(findGrant, [connectionId]);
    return row === undefined ? undefined : toGrant(row);
  }

  /**
   * Keeps everyone else, in all replicas, from touching these tokens until the transaction ends, and says what they are now. PostgreSQL gives the
   * lock back by itself when its holder dies.
   *
   * @throws AppError `provider_unavailable` when another one holds it for too long.
   */
  async lock(tx: Transaction, connectionId: string): Promise<Grant | undefined> {
    try {
      await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [lockPatience]);
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('auth.grant:' || $1::text, 0))`, [connectionId]);
    } catch (error) {
      if (codeOf(error) !== lockNotAvailable) throw error;
      throw new AppError('provider_unavailable', {}, { cause: error });
    }
    const [row] = await tx.query<GrantRow>(findGrant.text, [connectionId]);
    return row === undefined ? undefined : toGrant(row);
  }

  accessTokenOf(grant: Place, tokens: SealedTokens): string {
    return this.#open(tokens.accessToken, placeOf(grant, 'access'));
  }

  refreshTokenOf(grant: Place, tokens: SealedTokens): string | null {
    return tokens.refreshToken === null ? null : this.#open(tokens.refreshToken, placeOf(grant, 'refresh'));
  }

  /** Keeps the tokens of an account that was just connected. */
  async store(tx: Transaction, place: Place, tokens: NewTokens): Promise<void> {
    await tx.query(
      `INSERT INTO grants (connection_id, tenant_id, sealed_access_token, sealed_refresh_token, issued_at, expires_at, refresh_expires_at, refused_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (connection_id) DO UPDATE SET sealed_access_token = EXCLUDED.sealed_access_token, sealed_credentials = NULL,
         sealed_refresh_token = coalesce(EXCLUDED.sealed_refresh_token, grants.sealed_refresh_token), issued_at = EXCLUDED.issued_at,
         expires_at = EXCLUDED.expires_at, refused_at = EXCLUDED.refused_at, version = grants.version + 1,
         refresh_expires_at = CASE WHEN EXCLUDED.sealed_refresh_token IS NULL THEN grants.refresh_expires_at ELSE EXCLUDED.refresh_expires_at END`,
      [place.connectionId, place.tenantId, ...this.#sealed(place, tokens)],
    );
  }

  /** Keeps what a person typed to connect an account without OAuth. */
  async storeCredentials(
    tx: Transaction,
    place: Place,
    { credentials, now }: { credentials: Readonly<Record<string, string>>; now: Date },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO grants (connection_id, tenant_id, sealed_credentials, issued_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (connection_id) DO UPDATE SET sealed_credentials = EXCLUDED.sealed_credentials, sealed_access_token = NULL,
         sealed_refresh_token = NULL, issued_at = EXCLUDED.issued_at, expires_at = NULL, refresh_expires_at = NULL, refused_at = NULL,
         version = grants.version + 1`,
      [place.connectionId, place.tenantId, this.sealer.seal(JSON.stringify(credentials), placeOf(place, 'credentials')), now],
    );
  }

  /** What {@link storeCredentials} kept. */
  credentialsOf(grant: Place, sealed: string): Readonly<Record<string, string>> {
    return JSON.parse(this.#open(sealed, placeOf(grant, 'credentials'))) as Readonly<Record<string, string>>;
  }

  /** Puts new tokens in the place of those of `version`. @returns false when those are not there any more. */
  async replace(tx: Transaction, place: Place & { readonly version: number }, tokens: NewTokens): Promise<boolean> {
    const replaced = await tx.query(
      `UPDATE grants SET sealed_access_token = $3, sealed_refresh_token = coalesce($4, sealed_refresh_token), issued_at = $5, expires_at = $6,
         refresh_expires_at = CASE WHEN $4::text IS NULL THEN refresh_expires_at ELSE $7::timestamptz END, refused_at = $8, version = version + 1
       WHERE connection_id = $1 AND version = $2 RETURNING connection_id`,
      [place.connectionId, place.version, ...this.#sealed(place, tokens)],
    );
    return replaced.length > 0;
  }

  async forget(tx: Transaction, connectionId: string): Promise<void> {
    await tx.query(`DELETE FROM grants WHERE connection_id = $1`, [connectionId]);
  }

  /** @throws AppError `service_unavailable` for a master key that is not configured: giving it back mends everything, so nothing is given up. */
  #open(sealed: string, place: string): string {
    try {
      return this.sealer.open(sealed, place);
    } catch (cause) {
      if (!(cause instanceof SealBrokenError)) throw cause;
      throw new AppError('service_unavailable', { service: 'auth' }, { cause });
    }
  }

  #sealed(place: Place, { accessToken, refreshToken, issuedAt, expiresAt, refreshExpiresAt, refusedAt }: NewTokens): readonly unknown[] {
    const sealedRefreshToken = refreshToken === null ? null : this.sealer.seal(refreshToken, placeOf(place, 'refresh'));
    return [this.sealer.seal(accessToken, placeOf(place, 'access')), sealedRefreshToken, issuedAt, expiresAt, refreshExpiresAt, refusedAt];
  }
}

const placeOf = ({ tenantId, connectionId }: Place, kind: 'access' | 'refresh' | 'credentials'): string => `${tenantId}/${connectionId}/${kind}`;

function toGrant({ accessToken, refreshToken, expiresAt, issuedAt, version, refusedAt, ...connection }: GrantRow): Grant {
  const tokens = accessToken === null || version === null ? null : { accessToken, refreshToken, expiresAt, issuedAt, version, refusedAt };
  return { ...connection, tokens };
}

function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error) return error.code;
  return 'driverError' in error ? codeOf(error.driverError) : undefined;
}
