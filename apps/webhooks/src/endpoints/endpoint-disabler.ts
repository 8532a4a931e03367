import { Inject, Injectable } from '@nestjs/common';
import { activityRecorded, webhookEndpointDisabled } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { EndpointsRepository } from './endpoints.repository.js';

const explanations = {
  gone: 'answered 410: it wants no more events',
  failing: 'failed every time for too long',
} as const;

/** Switches endpoints off on Patchbay's own account, and tells their owners. */
@Injectable()
export class EndpointDisabler {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
  ) {}

  async disable(ids: ReadonlySet<string>, reason: keyof typeof explanations): Promise<void> {
    for (const id of ids) await this.#disableOne(id, reason);
  }

  #disableOne(id: string, reason: keyof typeof explanations): Promise<void> {
    return this.database.transaction(async (tx) => {
      const endpoint = await this.endpoints.disable(tx, id, reason);
      if (endpoint === undefined) return;
      const { user_id, tenant_id: tenantId } = endpoint;
      const message = `The webhook endpoint ${endpoint.name} was switched off because it ${explanations[reason]}.`;
      tx.outbox.add(webhookEndpointDisabled, { user_id, endpoint_id: id, reason }, { tenantId });
      tx.outbox.add(
        activityRecorded,
        { user_id, log_type: 'error', integration_type: 'webhook', message, details: { endpoint_id: id, reason }, success: false },
        { tenantId },
      );
    });
  }
}
