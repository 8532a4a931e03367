import { Inject, Injectable } from '@nestjs/common';
import { activityRecorded, integrationDisconnected } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { GrantsRepository, type Grant } from '../tokens/grants.repository.js';
import { ConnectionsRepository } from './connections.repository.js';

/** Why a connection does not work any more. */
export interface Breakage {
  /** For the user: what happened. What to do about it is added. */
  readonly why: string;
  /** For the activity log, beside the connection's id. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Says of a connection that only its user can mend it: its services are told, and its user. */
@Injectable()
export class BrokenConnections {
  constructor(
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Of a grant that is locked, so that it is told once. */
  async note(tx: Transaction, { connectionId, userId, provider, type, tenantId }: Grant, { why, details }: Breakage): Promise<void> {
    const message = `${why}; the account must be connected again.`;
    await this.grants.rest(tx, connectionId);
    await this.connections.setStatus(tx, connectionId, { status: 'needs_reauth', lastError: message, now: this.now() });
    const ids = { user_id: userId, connection_id: connectionId, provider, type };
    tx.outbox.add(integrationDisconnected, { ...ids, reason: 'refused_by_provider' }, { tenantId });
    const activity = { user_id: userId, log_type: 'integration_disconnected', integration_type: provider, message, success: false } as const;
    tx.outbox.add(activityRecorded, { ...activity, details: { connection_id: connectionId, ...details } }, { tenantId });
  }
}
