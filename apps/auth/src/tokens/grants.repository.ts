import { Inject, Injectable } from '@nestjs/common';
import { AppError, type ConnectionStatus, type IntegrationType } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { SealBrokenError, Sealer } from '@patchbay/service-kit';
import { PROVIDERS } from '../providers/configured-providers.js';
import { EndingsRepository, type PlannedEnding } from './endings.repository.js';
import { timetableOf, type TokenLife } from './timetable.js';

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
  readonly refreshExpiresAt: Date | null;
  readonly version: number;
  readonly refusedAt: Date | null;
  /** Attempts to renew them that failed, in a row. */
  readonly renewAttempts: number;
  /** The provider asked not to be asked before then. */
  readonly patientUntil: Date | null;
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

interface GrantRow extends Omit<Grant, 'tokens'>, Omit<SealedTokens, 'accessToken' | 'version'> {
  readonly accessToken: string | null;
  readonly version: number | null;
}

/** What is in the vault already, as far as new tokens build upon it. */
interface Kept {
  readonly provider: string;
  readonly refreshToken: string | null;
  readonly refreshExpiresAt: Date | null;
}

type Place = Pick<Grant, 'tenantId' | 'connectionId'>;

const findGrant = {
  name: 'grants-find',
  text: `SELECT c.id AS "connectionId", c.tenant_id AS "tenantId", c.user_id AS "userId", c.provider, c.type, c.provider_account_id AS "accountId",
           c.status, c.last_error AS "lastError", g.sealed_access_token AS "accessToken", g.sealed_refresh_token AS "refreshToken",
           g.sealed_credentials AS credentials, g.expires_at AS "expiresAt", g.issued_at AS "issuedAt", g.version, g.refused_at AS "refusedAt",
           g.refresh_expires_at AS "refreshExpiresAt", g.renew_attempts AS "renewAttempts", g.patient_until AS "patientUntil"
         FROM connections c LEFT JOIN grants g ON g.connection_id = c.id WHERE c.id = $1`,
};

/** All that changes with new tokens. */
const tokenColumns = [
  'sealed_access_token',
  'sealed_refresh_token',
  'issued_at',
  'expires_at',
  'refresh_expires_at',
  'refused_at',
  'is_renewable',
  'renew_at',
  'breaks_at',
] as const;

/** Whoever holds the lock asks a provider, which has a deadline; waiting longer than that means that something is wrong. */
const lockPatience = '9s';
const lockNotAvailable = '55P03';

/** The token vault: what it writes is sealed, and bound to its tenant and connection. */
@Injectable()
export class GrantsRepository {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(EndingsRepository) private readonly endings: EndingsRepository,
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
    return this.#open(tokens.accessToken, grantPlaceOf(grant, 'access'));
  }

  refreshTokenOf(grant: Place, tokens: SealedTokens): string | null {
    return tokens.refreshToken === null ? null : this.#open(tokens.refreshToken, grantPlaceOf(grant, 'refresh'));
  }

  /** Keeps the tokens of an account that was just connected. */
  async store(tx: Transaction, place: Place, tokens: NewTokens): Promise<void> {
    const [kept] = await tx.query<Kept>(
      `SELECT c.provider, g.sealed_refresh_token AS "refreshToken", g.refresh_expires_at AS "refreshExpiresAt"
       FROM connections c LEFT JOIN grants g ON g.connection_id = c.id WHERE c.id = $1`,
      [place.connectionId],
    );
    if (kept === undefined) throw new Error('unreachable: a connection is stored before its tokens');
    const { values, ending } = this.#rowOf(place, kept, tokens);
    await tx.query(
      `INSERT INTO grants (connection_id, tenant_id, ${tokenColumns.join(', ')}, provider)
       VALUES ($1, $2, ${tokenColumns.map((_, index) => `$${index + 3}`).join(', ')}, $${tokenColumns.length + 3})
       ON CONFLICT (connection_id) DO UPDATE SET sealed_credentials = NULL, version = grants.version + 1, provider = EXCLUDED.provider,
         renew_attempts = 0, patient_until = NULL, ${tokenColumns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`,
      [place.connectionId, place.tenantId, ...values, kept.provider],
    );
    await this.endings.plan(tx, ending);
  }

  /** Keeps what a person typed to connect an account without OAuth. */
  async storeCredentials(
    tx: Transaction,
    place: Place,
    { credentials, now }: { credentials: Readonly<Record<string, string>>; now: Date },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO grants (connection_id, tenant_id, sealed_credentials, issued_at, provider)
       VALUES ($1, $2, $3, $4, (SELECT provider FROM connections WHERE id = $1))
       ON CONFLICT (connection_id) DO UPDATE SET sealed_credentials = EXCLUDED.sealed_credentials, sealed_access_token = NULL,
         sealed_refresh_token = NULL, issued_at = EXCLUDED.issued_at, expires_at = NULL, refresh_expires_at = NULL, refused_at = NULL,
         is_renewable = false, renew_at = NULL, breaks_at = NULL, renew_attempts = 0, patient_until = NULL,
         version = grants.version + 1`,
      [place.connectionId, place.tenantId, this.sealer.seal(JSON.stringify(credentials), grantPlaceOf(place, 'credentials')), now],
    );
    await this.endings.cancel(tx, place.connectionId);
  }

  /** What {@link storeCredentials} kept. */
  credentialsOf(grant: Place, sealed: string): Readonly<Record<string, string>> {
    return JSON.parse(this.#open(sealed, grantPlaceOf(grant, 'credentials'))) as Readonly<Record<string, string>>;
  }

  /** Puts new tokens in the place of those that `grant` holds. @returns false when those are not there any more. */
  async replace(tx: Transaction, grant: Place & { readonly provider: string; readonly tokens: SealedTokens }, tokens: NewTokens): Promise<boolean> {
    const { provider, tokens: held } = grant;
    const kept = { provider, refreshToken: held.refreshToken, refreshExpiresAt: held.refreshExpiresAt };
    const { values, ending } = this.#rowOf(grant, kept, tokens);
    const replaced = await tx.query(
      `UPDATE grants SET version = version + 1, renew_attempts = 0, patient_until = NULL,
         ${tokenColumns.map((column, index) => `${column} = $${index + 3}`).join(', ')}
       WHERE connection_id = $1 AND version = $2 RETURNING connection_id`,
      [grant.connectionId, held.version, ...values],
    );
    if (replaced.length === 0) return false;
    await this.endings.plan(tx, ending);
    return true;
  }

  /** New tokens could not be had. They are asked for again at `again`, and by nobody before `patientUntil`. */
  async postpone(tx: Transaction, connectionId: string, { again, patientUntil }: { again: Date; patientUntil: Date | null }): Promise<void> {
    await tx.query(
      `UPDATE grants SET renew_attempts = renew_attempts + 1, renew_at = $2, patient_until = $3, breaks_at = coalesce(least(breaks_at, expires_at), $2)
       WHERE connection_id = $1`,
      [connectionId, again, patientUntil],
    );
  }

  /** These tokens are dead: nothing comes of them any more. */
  async rest(tx: Transaction, connectionId: string): Promise<void> {
    await tx.query(`UPDATE grants SET renew_at = NULL, breaks_at = NULL, renew_attempts = 0, patient_until = NULL WHERE connection_id = $1`, [
      connectionId,
    ]);
    await this.endings.cancel(tx, connectionId);
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

  /** What is written back must not undo a key rotation that passed here meanwhile. */
  #rewrapped(sealed: string | null): string | null {
    try {
      return sealed === null ? null : this.sealer.rewrap(sealed);
    } catch (error) {
      if (error instanceof SealBrokenError) return sealed;
      throw error;
    }
  }

  /** `values` are in the order of {@link tokenColumns}. */
  #rowOf(
    place: Place,
    kept: Kept,
    { accessToken, refreshToken, issuedAt, expiresAt, refusedAt, ...fresh }: NewTokens,
  ): { readonly values: readonly unknown[]; readonly ending: PlannedEnding } {
    const sealedAccessToken = this.sealer.seal(accessToken, grantPlaceOf(place, 'access'));
    const sealedRefreshToken =
      refreshToken === null ? this.#rewrapped(kept.refreshToken) : this.sealer.seal(refreshToken, grantPlaceOf(place, 'refresh'));
    const refreshExpiresAt = refreshToken === null ? kept.refreshExpiresAt : fresh.refreshExpiresAt;
    const life: TokenLife = { issuedAt, expiresAt, hasRefreshToken: sealedRefreshToken !== null, refreshExpiresAt };
    const { isRenewable, announceAt, renewAt, breaksAt } = timetableOf(life, this.providers.find(kept.provider)?.capabilities.oauth);
    const tokens = [sealedAccessToken, sealedRefreshToken, issuedAt, expiresAt, refreshExpiresAt, refusedAt];
    const { connectionId, tenantId } = place;
    return { values: [...tokens, isRenewable, renewAt, breaksAt], ending: { connectionId, tenantId, announceAt, expiresAt, isRenewable } };
  }
}

export const grantPlaceOf = ({ tenantId, connectionId }: Place, kind: 'access' | 'refresh' | 'credentials'): string =>
  `${tenantId}/${connectionId}/${kind}`;

function toGrant(row: GrantRow): Grant {
  const { connectionId, tenantId, userId, provider, type, accountId, status, lastError, credentials, accessToken, version, ...rest } = row;
  const tokens = accessToken === null || version === null ? null : { accessToken, version, ...rest };
  return { connectionId, tenantId, userId, provider, type, accountId, status, lastError, tokens, credentials };
}

function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error) return error.code;
  return 'driverError' in error ? codeOf(error.driverError) : undefined;
}
