import { Inject, Injectable } from '@nestjs/common';
import { tokenExpiring } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { PROVIDERS } from '../providers/configured-providers.js';
import { EndingsRepository } from './endings.repository.js';

/** Rows of one transaction: enough that its commit is shared by many, few enough that its memory does not matter. */
const batchSize = 1_000;

/** Tells of tokens that end soon, once for each. */
@Injectable()
export class EndingTokens {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(EndingsRepository) private readonly endings: EndingsRepository,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** Tells of some of those that are due. @returns how many were looked at; there may be more until it is zero. */
  announce(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const { taken, tokens } = await this.endings.take(tx, { now: this.now(), max: batchSize });
      for (const { connectionId, tenantId, userId, provider, type, expiresAt, isRenewable } of tokens) {
        const ids = { user_id: userId, connection_id: connectionId, provider, type };
        const renews = isRenewable && this.providers.find(provider)?.state === 'configured';
        tx.outbox.add(tokenExpiring, { ...ids, token_expires_at: expiresAt.toISOString(), renews }, { tenantId });
      }
      return taken;
    });
  }
}
