import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type getReceivedWebhook,
  type InputOf,
  type listReceivedWebhooks,
  type OutputOf,
  type readReceivedBody,
  type ReceivedWebhook,
  type showReceivedBody,
} from '@patchbay/contracts';
import { idCursorOf, toPage } from '@patchbay/database';
import type { RequestContext } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, requireOperator, type Clock } from '@patchbay/service-kit';
import { INBOUND_PROVIDERS } from './inbound-providers.js';
import { eventsOf, inlineBytesMax } from './received-call.js';
import { ReceivedWebhooksRepository, type ReceivedRow, type WholeReceivedRow } from './received-webhooks.repository.js';
import { shownBody, type ShownBody } from './shown-body.js';

/** Of a body by reference, so much travels in one answer. Bytes, before base64. */
const partBytes = 256 * 1_024;
/** So much of a body is shown beside its headers. Bytes. */
const excerptBytesMax = 64 * 1_024;
/** More than any body has. Bytes. */
const wholeBody = 2 ** 31 - 1;

/** Shows what providers sent, and announces it again. A matter of those who run the installation: it belongs to no tenant. */
@Injectable()
export class ReceivedWebhooksService {
  constructor(
    @Inject(ReceivedWebhooksRepository) private readonly received: ReceivedWebhooksRepository,
    @Inject(INBOUND_PROVIDERS) private readonly providers: ConfiguredProviders,
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
    const found = await this.#find(id, excerptBytesMax);
    const { row, shown } = await this.#shown(found);
    const excerpt = shown.bytes.subarray(0, excerptBytesMax);
    const isTruncated = shown.isRedacted ? shown.bytes.length > excerpt.length : row.size_bytes > excerpt.length;
    const text = excerpt.toString('utf8');
    return {
      ...toReceivedWebhook(row),
      headers: headersOf(row),
      // A letter that was cut in two is no letter.
      body: isTruncated ? text.replace(/\uFFFD{1,3}$/, '') : text,
      is_truncated: isTruncated,
      is_redacted: shown.isRedacted,
    };
  }

  /** @throws AppError `forbidden` or `received_webhook_not_found` */
  async replay(id: string, context: RequestContext): Promise<ReceivedWebhook> {
    requireOperator(context);
    const row = await this.#find(id, inlineBytesMax + 1);
    const { provider, key, type, provider_account_id: accountId, ends_connection: endsConnection, received_at: receivedAt } = row;
    const { channel_id: channelId, channel_news: news } = row;
    const channel = channelId === null || news === null ? {} : { channel: { id: channelId, news } };
    await this.received.replay(id, eventsOf({ id, provider, key, type, accountId, endsConnection, receivedAt, ...channel }, row.body), this.now());
    return toReceivedWebhook(await this.#find(id, 0));
  }

  /** @throws AppError `forbidden` or `received_webhook_not_found` */
  async showBody({ id, offset }: InputOf<typeof showReceivedBody>, context: RequestContext): Promise<OutputOf<typeof showReceivedBody>> {
    requireOperator(context);
    const found = await this.#find(id, 0);
    // Where nothing is secret only the part is read.
    if (this.#secretFieldsOf(found).length === 0) return this.readBody({ id, offset });
    const { bytes } = (await this.#shown(found)).shown;
    const part = bytes.subarray(offset, offset + partBytes);
    return { body_base64: part.toString('base64'), next_offset: offset + part.length < bytes.length ? offset + part.length : null };
  }

  /** @throws AppError `received_webhook_not_found` */
  async readBody({ id, offset }: InputOf<typeof readReceivedBody>): Promise<OutputOf<typeof readReceivedBody>> {
    const found = await this.received.readBody(id, { offset, bytes: partBytes });
    if (found === undefined) throw new AppError('received_webhook_not_found');
    const end = offset + found.part.length;
    return { body_base64: found.part.toString('base64'), next_offset: end < found.size ? end : null };
  }

  #secretFieldsOf({ provider }: ReceivedRow): readonly string[] {
    return this.providers.find(provider)?.inboundSecrets.fields ?? [];
  }

  /** What is secret is found in the whole only. */
  async #shown(row: WholeReceivedRow): Promise<{ readonly row: WholeReceivedRow; readonly shown: ShownBody }> {
    const fields = this.#secretFieldsOf(row);
    const whole = fields.length === 0 ? row : await this.#find(row.id, wholeBody);
    return { row: whole, shown: shownBody(whole.body ?? Buffer.alloc(0), headersOf(whole)['content-type'] ?? '', fields) };
  }

  async #find(id: string, bodyBytes: number): Promise<WholeReceivedRow> {
    const row = await this.received.find(id, bodyBytes);
    if (row === undefined) throw new AppError('received_webhook_not_found');
    return row;
  }
}

const headersOf = ({ headers }: WholeReceivedRow): Record<string, string> => JSON.parse(headers ?? '{}') as Record<string, string>;

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
