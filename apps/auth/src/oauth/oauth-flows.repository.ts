import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { IntegrationType } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { Sealer } from '@patchbay/service-kit';

/** Who began a flow; nobody is signed in when somebody signs in. */
export interface FlowOwner {
  readonly tenant_id: string;
  readonly user_id: string | null;
}

/** A flow that waits for somebody to come back from the provider. */
export interface OAuthFlow {
  readonly owner: FlowOwner;
  readonly provider: string;
  readonly type: IntegrationType;
  readonly redirectUri: string;
  /** Null for a provider that does not take PKCE. */
  readonly verifier: string | null;
  /** The connection that is connected again; null for whichever account comes. */
  readonly connectionId: string | null;
  readonly askedScopes: readonly string[];
  /** Those of them without which there is no connection. */
  readonly requiredScopes: readonly string[];
  /** What only the browser knows that began to sign in. */
  readonly binding: string | null;
}

/** What a state must belong to. What the caller does not mention is not compared. */
export interface FlowClaim {
  readonly owner: FlowOwner;
  readonly provider: string;
  readonly type: IntegrationType | undefined;
  readonly redirectUri: string | undefined;
  /** Compared only when it is not null. */
  readonly binding: string | null;
}

interface FlowRow {
  readonly state_hash: Buffer;
  readonly type: IntegrationType;
  readonly redirect_uri: string;
  readonly sealed_verifier: string | null;
  readonly connection_id: string | null;
  readonly asked_scopes: string[];
  readonly required_scopes: string[];
}

const columns = 'state_hash, type, redirect_uri, sealed_verifier, connection_id, asked_scopes, required_scopes';

@Injectable()
export class OAuthFlowsRepository {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Sealer) private readonly sealer: Sealer,
  ) {}

  /** Keeps a flow under the hash of its state: who reads the table can finish nobody's flow. Forgets those whose time is over. */
  async store(state: string, flow: OAuthFlow, times: { now: Date; expiresAt: Date }): Promise<void> {
    const hash = hashOf(state);
    const verifier = flow.verifier === null ? null : this.sealer.seal(flow.verifier, flowPlaceOf(hash));
    const { owner, provider, type, redirectUri, binding } = flow;
    await this.database.transaction(async (tx) => {
      await tx.query(`DELETE FROM oauth_flows WHERE expires_at <= $1`, [times.now]);
      await tx.query(
        `INSERT INTO oauth_flows (state_hash, tenant_id, user_id, provider, type, redirect_uri, sealed_verifier, expires_at, connection_id,
           asked_scopes, required_scopes, binding_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [
          ...[hash, owner.tenant_id, owner.user_id, provider, type, redirectUri, verifier, times.expiresAt],
          ...[flow.connectionId, flow.askedScopes, flow.requiredScopes, binding === null ? null : hashOf(binding)],
        ],
      );
    });
  }

  /** Takes the flow of a state out, so that it works once; of two who come at the same time one gets it. Undefined when nothing fits the claim. */
  async take(state: string, claim: FlowClaim, now: Date): Promise<OAuthFlow | undefined> {
    const { owner, provider, type, redirectUri, binding } = claim;
    const [row] = await this.database.transaction((tx) =>
      tx.query<FlowRow>(
        `DELETE FROM oauth_flows WHERE state_hash = $1 AND tenant_id = $2 AND user_id IS NOT DISTINCT FROM $3::uuid AND provider = $4
           AND expires_at > $5 AND ($6::text IS NULL OR type = $6) AND ($7::text IS NULL OR redirect_uri = $7)
           AND ($8::bytea IS NULL OR binding_hash = $8) RETURNING ${columns}`,
        [
          ...[hashOf(state), owner.tenant_id, owner.user_id, provider, now, type ?? null, redirectUri ?? null],
          binding === null ? null : hashOf(binding),
        ],
      ),
    );
    return row === undefined ? undefined : this.#toFlow(claim, row);
  }

  /** Takes out what a user began last for this provider and redirect URI, for frontends that bring no state back. */
  async takeLatest(owner: FlowOwner, pending: { provider: string; redirectUri: string }, now: Date): Promise<OAuthFlow | undefined> {
    const [row] = await this.database.transaction((tx) =>
      tx.query<FlowRow>(
        `DELETE FROM oauth_flows WHERE state_hash = (
           SELECT state_hash FROM oauth_flows WHERE tenant_id = $1 AND user_id = $2 AND provider = $3 AND redirect_uri = $4 AND expires_at > $5
           ORDER BY expires_at DESC LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING ${columns}`,
        [owner.tenant_id, owner.user_id, pending.provider, pending.redirectUri, now],
      ),
    );
    return row === undefined ? undefined : this.#toFlow({ owner, provider: pending.provider }, row);
  }

  #toFlow({ owner, provider }: Pick<FlowClaim, 'owner' | 'provider'>, row: FlowRow): OAuthFlow {
    return {
      owner,
      provider,
      type: row.type,
      redirectUri: row.redirect_uri,
      verifier: row.sealed_verifier === null ? null : this.sealer.open(row.sealed_verifier, flowPlaceOf(row.state_hash)),
      connectionId: row.connection_id,
      askedScopes: row.asked_scopes,
      requiredScopes: row.required_scopes,
      binding: null,
    };
  }
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

export const flowPlaceOf = (hash: Buffer): string => `oauth-flow:${hash.toString('base64url')}`;
