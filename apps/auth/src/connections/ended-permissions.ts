import { Inject, Injectable } from '@nestjs/common';
import type { EventOf, providerPermissionEnded } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { PROVIDERS } from '../providers/configured-providers.js';
import { GrantsRepository, type Grant } from '../tokens/grants.repository.js';
import { BrokenConnections } from './broken-connections.js';
import { ConnectionsRepository } from './connections.repository.js';

/** Ends what a provider says has ended: somebody took the permission back in the provider's own settings. */
@Injectable()
export class EndedPermissions {
  constructor(
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(BrokenConnections) private readonly broken: BrokenConnections,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
  ) {}

  /** Every connection of that account, whoever made it. One that was made, or got a new token, after the end stays: that is another permission. */
  async end({ data }: EventOf<typeof providerPermissionEnded>, tx: Transaction): Promise<void> {
    const name = this.providers.find(data.provider)?.provider.displayName ?? data.provider;
    for (const id of await this.connections.idsOfAccount(tx, { provider: data.provider, accountId: data.provider_account_id })) {
      const grant = await this.grants.lock(tx, id);
      if (grant?.status !== 'active' || !isFromBefore(grant, new Date(data.ended_at))) continue;
      // Its tokens are of no use to anybody any more, and whoever asked for deletion was promised that they are gone.
      await this.grants.forget(tx, id);
      await this.broken.note(tx, grant, { why: `The permission was withdrawn at ${name}`, details: { received_id: data.received_id } });
    }
  }
}

const isFromBefore = ({ tokens }: Grant, end: Date): boolean => {
  const issuedAt = tokens?.issuedAt ?? null;
  return issuedAt === null || issuedAt <= end;
};
