import { Inject, Injectable } from '@nestjs/common';
import { AppError, type InputOf, type listWebhookDeliveries, type OutputOf } from '@patchbay/contracts';
import { validate as isUuid } from 'uuid';
import { EndpointsRepository, type Owner } from '../endpoints/endpoints.repository.js';
import { DeliveriesRepository, type DeliveryRow } from './deliveries.repository.js';

/** Answers what became of deliveries. */
@Injectable()
export class DeliveriesService {
  constructor(
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
    @Inject(DeliveriesRepository) private readonly deliveries: DeliveriesRepository,
  ) {}

  async list(owner: Owner, { id, limit, cursor, status }: InputOf<typeof listWebhookDeliveries>): Promise<OutputOf<typeof listWebhookDeliveries>> {
    if (cursor !== undefined && !isUuid(cursor)) throw new AppError('request_invalid', { cursor: 'is not a cursor of this list' });
    if ((await this.endpoints.find(owner, id)) === undefined) throw new AppError('webhook_not_found');
    const rows = await this.deliveries.list(id, { limit: limit + 1, after: cursor ?? null, status: status ?? null });
    const items = rows.slice(0, limit).map(toDelivery);
    return { items, next_cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  }
}

const toDelivery = (row: DeliveryRow) => ({
  ...row,
  attempts: [...row.attempts],
  next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
});
