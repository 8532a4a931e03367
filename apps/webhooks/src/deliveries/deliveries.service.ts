import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type exportWebhookDeliveries,
  type InputOf,
  type listWebhookDeliveries,
  type OutputOf,
  type resendWebhookDelivery,
} from '@patchbay/contracts';
import { idCursorOf, idOfTime, toPage } from '@patchbay/database';
import { EndpointsRepository, type Owner } from '../endpoints/endpoints.repository.js';
import { likeOf } from '../endpoints/event-patterns.js';
import { toExport } from './delivery-export.js';
import { DeliveryLogRepository, type DeliveryFilter, type DeliveryRow } from './delivery-log.repository.js';
import { DeliveryLoop } from './delivery-loop.js';

type ListInput = InputOf<typeof listWebhookDeliveries>;

/** Answers what became of deliveries, and makes one again. */
@Injectable()
export class DeliveriesService {
  constructor(
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
    @Inject(DeliveryLogRepository) private readonly deliveries: DeliveryLogRepository,
    @Inject(DeliveryLoop) private readonly loop: DeliveryLoop,
  ) {}

  list(owner: Owner, input: ListInput): Promise<OutputOf<typeof listWebhookDeliveries>> {
    return this.#page(owner, input, toDelivery);
  }

  async export(owner: Owner, { format, ...input }: InputOf<typeof exportWebhookDeliveries>): Promise<OutputOf<typeof exportWebhookDeliveries>> {
    const { items, next_cursor } = await this.#page(owner, input, (row) => row);
    return { format, content: toExport(format, items, input.cursor === undefined), next_cursor };
  }

  /** The same event under the same id, whatever became of it before; its retries begin anew. */
  async resend(owner: Owner, { id }: InputOf<typeof resendWebhookDelivery>): Promise<OutputOf<typeof resendWebhookDelivery>> {
    const found = await this.deliveries.find(owner, id);
    if (found === undefined) throw new AppError('webhook_delivery_not_found');
    if (!found.isActive) throw new AppError('webhook_inactive');
    await this.deliveries.resend(found);
    this.loop.wake();
    return toDelivery((await this.deliveries.find(owner, id))?.row ?? found.row);
  }

  async #page<Item>(owner: Owner, { id, limit, cursor, ...wanted }: ListInput, toItem: (row: DeliveryRow) => Item) {
    const after = idCursorOf({ cursor });
    if ((await this.endpoints.find(owner, id)) === undefined) throw new AppError('webhook_not_found');
    const { rows, lookedUpTo } = await this.deliveries.list(id, { limit: limit + 1, after }, filterOf(wanted));
    const page = toPage(rows, limit, toItem);
    return { ...page, next_cursor: page.next_cursor ?? lookedUpTo };
  }
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function filterOf({ status, event_type, since, until, q }: Omit<ListInput, 'id' | 'limit' | 'cursor'>): DeliveryFilter {
  const isId = q !== undefined && uuid.test(q);
  return {
    status: status ?? null,
    eventTypeLike: event_type === undefined ? null : likeOf(event_type),
    fromId: since === undefined ? null : idOfTime(new Date(since)),
    toId: until === undefined ? null : idOfTime(new Date(until)),
    text: q === undefined || isId ? null : q,
    exactId: isId ? q : null,
  };
}

const toDelivery = (row: DeliveryRow) => ({
  ...row,
  attempts: [...row.attempts],
  next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
});
