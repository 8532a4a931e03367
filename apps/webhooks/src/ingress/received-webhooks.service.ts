import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type getReceivedWebhook,
  type InputOf,
  type listReceivedWebhooks,
  type OutputOf,
  type readReceivedBody,
  type ReceivedWebhook,
} from '@patchbay/contracts';
import { idCursorOf, toPage } from '@patchbay/database';
import type { RequestContext } from '@patchbay/messaging';
import { CLOCK, requireOperator, type Clock } from '@patchbay/service-kit';
import { eventsOf } from './received-call.js';
import { ReceivedWebhooksRepository, type ReceivedRow, type WholeReceivedRow } from './received-webhooks.repository.js';

/** Of a body by reference, so much travels in one answer. Bytes, before base64. */
const partBytes = 256 * 1_024;

/** Shows what providers sent, and announces it again. A matter of those who run the installation: it belongs to no tenant. */
@Injectable()
export class ReceivedWebhooksService {
  constructor(
    @Inject(ReceivedWebhooksRepository) private readonly received: ReceivedWebhooksRepository,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AppError `forbidden` */
  async list(input: InputOf<typeof listReceivedWebhooks>, context: RequestContext): Promise<OutputOf<typeof listReceivedWebhooks>> {
    requireOperator(context);
    const { provider = null, type = null, since, limit } = input;
    const filter = { after: idCursorOf(input), provider, type, since: since === undefined ? null : new Date(since), limit: limit + 1 };
    return toPage(await this.received.list(filter), limit, toReceivedWebhook);
  }

  /** @throws AppError `forbidden` or `received_webhook_not_found` */
  async get(id: string, context: RequestContext): Promise<OutputOf<typeof getReceivedWebhook>> {
    requireOperator(context);
    const row = await this.#find(id);
    const headers = JSON.parse(row.headers ?? '{}') as Record<string, string>;
    return { ...toReceivedWebhook(row), headers, body: (row.body ?? Buffer.alloc(0)).toString('utf8') };
  }

  /** @throws AppError `forbidden` or `received_webhook_not_found` */
  async replay(id: string, context: RequestContext): Promise<ReceivedWebhook> {
    requireOperator(context);
    const row = await this.#find(id);
    const { provider, key, type, provider_account_id: accountId, ends_connection: endsConnection, received_at: receivedAt } = row;
    await this.received.replay(id, eventsOf({ id, provider, key, type, accountId, endsConnection, receivedAt }, row.body), this.now());
    return toReceivedWebhook(await this.#find(id));
  }

  /** @throws AppError `received_webhook_not_found` */
  async readBody({ id, offset }: InputOf<typeof readReceivedBody>): Promise<OutputOf<typeof readReceivedBody>> {
    const found = await this.received.readBody(id, { offset, bytes: partBytes });
    if (found === undefined) throw new AppError('received_webhook_not_found');
    const end = offset + found.part.length;
    return { body_base64: found.part.toString('base64'), next_offset: end < found.size ? end : null };
  }

  async #find(id: string): Promise<WholeReceivedRow> {
    const row = await this.received.find(id);
    if (row === undefined) throw new AppError('received_webhook_not_found');
    return row;
  }
}

const toReceivedWebhook = (row: ReceivedRow): ReceivedWebhook => ({
  id: row.id,
  provider: row.provider,
  type: row.type,
  key: row.key,
  provider_account_id: row.provider_account_id,
  status: row.status,
  size_bytes: row.size_bytes,
  received_count: row.received_count,
  received_at: row.received_at.toISOString(),
  replayed_at: row.replayed_at?.toISOString() ?? null,
});
