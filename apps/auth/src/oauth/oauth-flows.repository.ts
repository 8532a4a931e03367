import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { IntegrationType } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import { Sealer } from '@patchbay/service-kit';

/** A connect flow that waits for the user to come back from the provider. */
export interface OAuthFlow {
  readonly owner: UserCaller;
  readonly provider: string;
  readonly type: IntegrationType;
  readonly redirectUri: string;
  /** Null for a provider that does not take PKCE. */
  readonly verifier: string | null;
}

/** What a state must belong to. What the caller does not mention is not compared. */
export interface FlowClaim {
  readonly owner: UserCaller;
  readonly provider: string;
  readonly type: IntegrationType | undefined;
  readonly redirectUri: string | undefined;
}

interface FlowRow {
  readonly type: IntegrationType;
  readonly redirect_uri: string;
  readonly sealed_verifier: string | null;
}

@Injectable()
export class OAuthFlowsRepository {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Sealer) private readonly sealer: Sealer,
  ) {}

  /** Keeps a flow under the hash of its state: who reads the table can finish nobody's flow. Forgets those whose time is over. */
  async store(state: string, flow: OAuthFlow, times: { now: Date; expiresAt: Date }): Promise<void> {
    const hash = hashOf(state);
    const verifier = flow.verifier === null ? null : this.sealer.seal(flow.verifier, placeOf(hash));
    const { owner, provider, type, redirectUri } = flow;
    await this.database.transaction(async (tx) => {
      await tx.query(`DELETE FROM oauth_flows WHERE expires_at <= $1`, [times.now]);
      await tx.query(
        `INSERT INTO oauth_flows (state_hash, tenant_id, user_id, provider, type, redirect_uri, sealed_verifier, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [hash, owner.tenant_id, owner.user_id, provider, type, redirectUri, verifier, times.expiresAt],
      );
    });
  }

  /** Takes the flow of a state out, so that it works once; of two who come at the same time one gets it. Undefined when nothing fits the claim. */
  async take(state: string, { owner, provider, type, redirectUri }: FlowClaim, now: Date): Promise<OAuthFlow | undefined> {
    const hash = hashOf(state);
    const [row] = await this.database.transaction((tx) =>
      tx.query<FlowRow>(
        `DELETE FROM oauth_flows WHERE state_hash = $1 AND tenant_id = $2 AND user_id = $3 AND provider = $4 AND expires_at > $5
           AND ($6::text IS NULL OR type = $6) AND ($7::text IS NULL OR redirect_uri = $7) RETURNING type, redirect_uri, sealed_verifier`,
        [hash, owner.tenant_id, owner.user_id, provider, now, type ?? null, redirectUri ?? null],
      ),
    );
    if (row === undefined) return undefined;
    const verifier = row.sealed_verifier === null ? null : this.sealer.open(row.sealed_verifier, placeOf(hash));
    return { owner, provider, type: row.type, redirectUri: row.redirect_uri, verifier };
  }
}

const hashOf = (state: string): Buffer => createHash('sha256').update(state).digest();

const placeOf = (hash: Buffer): string => `oauth-flow:${hash.toString('base64url')}`;
