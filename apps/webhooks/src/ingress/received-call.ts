import { createHash } from 'node:crypto';
import type { InboundCall, InboundNotice } from '@patchbay/capabilities';
import { providerPermissionEnded, providerPushReceived, providerWebhookReceived, unstorableText, type ChannelNews } from '@patchbay/contracts';
import { outboxRow, type OutboxRow } from '@patchbay/database';
import { v7 as uuidv7 } from 'uuid';

/** A body, and what came with it. */
export interface ReceivedBody {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One thing that was told, and the events that announce it. */
export interface ReceivedNotice {
  readonly id: string;
  readonly provider: string;
  readonly key: string;
  readonly type: string;
  readonly accountId: string | null;
  readonly endsConnection: boolean;
  /** The channel of ours that it came by. */
  readonly channel?: { readonly id: string; readonly news: ChannelNews };
  readonly bodyId: string;
  readonly receivedAt: Date;
  /** The first is the notice itself. */
  readonly events: readonly OutboxRow[];
}

/** A call that was verified. */
export interface ReceivedCall {
  readonly body: ReceivedBody;
  readonly notices: readonly ReceivedNotice[];
}

/** A call as it came, and what the provider told with it. */
export interface VerifiedCall {
  readonly provider: string;
  readonly call: InboundCall;
  readonly told: readonly InboundNotice[];
  readonly receivedAt: Date;
  /** Headers that this provider proves itself with. */
  readonly secretHeaders: readonly string[];
}

/** What travels by itself on the bus; anything larger, or repeated in too many events of one call, is read by reference. Bytes. */
export const inlineBytesMax = 64 * 1_024;
const keyLengthMax = 300;
const typeLengthMax = 200;

/** Headers that look as if they proved something, whatever a provider declares: proxies add some, too. */
const provesSender = /authorization|cookie|signature|-sig$|secret|token|api-?key|password|hmac/;

/** Prepares what a provider told for being stored: ids are given, and the events that announce it are written. */
export function toReceivedCall({ provider, call: { headers, body }, told, receivedAt, secretHeaders }: VerifiedCall): ReceivedCall {
  const received: ReceivedBody = { id: uuidv7(), headers: shownHeaders(headers, secretHeaders), body };
  const isInline = body.length * told.length <= inlineBytesMax;
  const notices = told.map((notice) => {
    const row = {
      id: uuidv7(),
      provider,
      key: toKey(notice.key),
      type: toText(notice.type, typeLengthMax),
      accountId: notice.accountId === null ? null : toText(notice.accountId, keyLengthMax),
      endsConnection: notice.endsConnection === true,
      bodyId: received.id,
      receivedAt,
      ...(notice.channelId === undefined ? {} : { channel: { id: notice.channelId, news: notice.channelNews ?? 'changed' } }),
    };
    return { ...row, events: eventsOf(row, isInline ? body : null) };
  });
  return { body: received, notices };
}

/** The events that announce a notice; made anew for each time it is announced, because services take an event once. */
export function eventsOf(notice: Omit<ReceivedNotice, 'events' | 'bodyId'>, body: Buffer | null): readonly OutboxRow[] {
  const { id: received_id, provider, accountId: provider_account_id, receivedAt } = notice;
  const text = body !== null && body.length <= inlineBytesMax ? textOf(body) : null;
  const at = receivedAt.toISOString();
  const { type, key } = notice;
  const told = outboxRow(providerWebhookReceived, { received_id, provider, type, key, provider_account_id, received_at: at, body: text });
  const { channel } = notice;
  return [
    told,
    ...(channel === undefined ? [] : [outboxRow(providerPushReceived, { received_id, provider, channel_id: channel.id, news: channel.news })]),
    ...(notice.endsConnection && provider_account_id !== null
      ? [outboxRow(providerPermissionEnded, { received_id, provider, provider_account_id, ended_at: at })]
      : []),
  ];
}

/** Text that comes back as the same bytes; null for what is none, which is then read by reference. */
function textOf(body: Buffer): string | null {
  const text = body.toString('utf8');
  return Buffer.from(text, 'utf8').equals(body) && unstorableText(text) === undefined ? text : null;
}

/** Whoever reads the log must not be able to send it again in the provider's name. */
const shownHeaders = (headers: Readonly<Record<string, string>>, secret: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => !secret.includes(name) && !provesSender.test(name) && unstorableText([name, value]) === undefined,
    ),
  );

/** A key that fits into an index: what is too long for one, or no text, is told apart by its hash. */
const toKey = (key: string): string =>
  key.length <= keyLengthMax && unstorableText(key) === undefined ? key : `sha256:${createHash('sha256').update(key, 'utf8').digest('hex')}`;

const toText = (text: string, lengthMax: number): string => text.slice(0, lengthMax).toWellFormed().replaceAll('\u0000', '');
