import { Inject, Injectable } from '@nestjs/common';
import { activityRecorded, integrationDisconnected, type EventOf, type providerPermissionEnded } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { PROVIDERS } from '../providers/configured-providers.js';
import { GrantsRepository, type Grant } from '../tokens/grants.repository.js';

/** Ends what a provider says has ended: somebody took the permission back in the provider's own settings. */
@Injectable()
export class EndedPermissions {
  constructor(
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Every connection of that account, whoever made it. One that was made, or got a new token, after the end stays: that is another permission. */
  async end({ data }: EventOf<typeof providerPermissionEnded>, tx: Transaction): Promise<void> {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM connections WHERE provider = $1 AND provider_account_id = $2 AND status = 'active' ORDER BY id`,
      [data.provider, data.provider_account_id],
    );
    for (const { id } of rows) {
      const grant = await this.grants.lock(tx, id);
      if (grant?.status === 'active' && isFromBefore(grant, new Date(data.ended_at))) await this.#giveUp(tx, grant, data.received_id);
    }
  }

  async #giveUp(tx: Transaction, { connectionId, userId, provider, type, tenantId }: Grant, receivedId: string): Promise<void> {
    const name = this.providers.find(provider)?.provider.displayName ?? provider;
    const message = `The permission was withdrawn at ${name}; the account must be connected again.`;
    await this.grants.rest(tx, connectionId);
    await tx.query(`UPDATE connections SET status = 'needs_reauth', last_error = $2, updated_at = $3 WHERE id = $1`, [
      connectionId,
      message,
      this.now(),
    ]);
    const ids = { user_id: userId, connection_id: connectionId, provider, type };
    tx.outbox.add(integrationDisconnected, { ...ids, reason: 'refused_by_provider' }, { tenantId });
    const activity = { user_id: userId, log_type: 'integration_disconnected', integration_type: provider, message, success: false } as const;
    tx.outbox.add(activityRecorded, { ...activity, details: { connection_id: connectionId, received_id: receivedId } }, { tenantId });
  }
}

const isFromBefore = ({ tokens }: Grant, end: Date): boolean => {
  const issuedAt = tokens?.issuedAt ?? null;
  return issuedAt === null || issuedAt <= end;
};
