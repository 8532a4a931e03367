import { Inject, Injectable } from '@nestjs/common';
import { AppError, type InputOf, type listWebhookDeliveries, type OutputOf } from '@patchbay/contracts';
import { idCursorOf, toPage } from '@patchbay/database';
import { EndpointsRepository, type Owner } from '../endpoints/endpoints.repository.js';
import { DeliveriesRepository, type DeliveryRow } from './deliveries.repository.js';

/** Answers what became of deliveries. */
@Injectable()
export class DeliveriesService {
  constructor(
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
    @Inject(DeliveriesRepository) private readonly deliveries: DeliveriesRepository,
  ) {}

  async list(owner: Owner, { id, status, ...page }: InputOf<typeof listWebhookDeliveries>): Promise<OutputOf<typeof listWebhookDeliveries>> {
    const after = idCursorOf(page);
    if ((await this.endpoints.find(owner, id)) === undefined) throw new AppError('webhook_not_found');
    const rows = await this.deliveries.list(id, { limit: page.limit + 1, after, status: status ?? null });
    return toPage(rows, page.limit, toDelivery);
  }
}

const toDelivery = (row: DeliveryRow) => ({
  ...row,
  attempts: [...row.attempts],
  next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
});
