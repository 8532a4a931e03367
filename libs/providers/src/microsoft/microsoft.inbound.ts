import type { InboundCall, InboundNotice, InboundVerdict, InboundWebhooksCapability } from '@patchbay/capabilities';
import { z } from 'zod';
import { channelToken, isChannelToken, type Channel } from '../_kit/channel-token.js';
import { digestOf, inboundWord, jsonOf, refused, textAnswer } from '../_kit/inbound-signature.js';

const batch = z.object({ value: z.array(z.unknown()).min(1) });

/** @see https://learn.microsoft.com/graph/api/resources/changenotification */
const item = z
  .object({
    id: inboundWord.nullish().catch(undefined),
    subscriptionId: inboundWord,
    clientState: z.string().nullish(),
    changeType: inboundWord.nullish(),
    lifecycleEvent: inboundWord.nullish(),
    resource: z.string().max(2_000).nullish(),
    resourceData: z
      .object({ '@odata.etag': z.string().max(500).optional() })
      .nullish()
      .catch(undefined),
  })
  .refine(({ changeType, lifecycleEvent }) => (changeType ?? lifecycleEvent ?? '') !== '');

/**
 * What has to be the `clientState` of a subscription: an id of ours and its token, so that its notices are known again without asking a database.
 * At most 128 characters are taken. https://learn.microsoft.com/graph/api/resources/subscription#properties
 *
 * @example
 * ```ts
 * const clientState = graphClientState(config.OUTLOOK_WEBHOOK_SECRET, { provider: 'outlook', id: randomUUID() });
 * ```
 */
export const graphClientState = (secrets: string, channel: Channel): string => `${channel.id}.${channelToken(secrets, channel)}`;

/**
 * Change and lifecycle notices of Microsoft Graph. Graph signs nothing, but repeats the `clientState` of the subscription. The signed `validationTokens`
 * come only with notices that carry the changed resource itself; Patchbay asks for none of those.
 *
 * @see https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
 */
export const graphInbound = (provider: string, secrets: string): InboundWebhooksCapability => ({
  receive: (call, now) => {
    const { method, query } = call;
    if (method !== 'POST') return refused('malformed');
    const { validationToken } = query;
    if (validationToken === undefined) return read(call, { provider, secrets, now });
    // Asked before there is a subscription, so nothing could prove who asks. It must come back decoded, as text.
    return validationToken === '' || validationToken.length > 4_000
      ? refused('malformed')
      : { kind: 'handshake', answer: textAnswer(validationToken) };
  },
});

interface Reading {
  readonly provider: string;
  readonly secrets: string;
  readonly now: Date;
}

const read = ({ headers, body }: InboundCall, reading: Reading): InboundVerdict => {
  // What a browser can be made to send to us is of another type.
  if (!/^application\/json *(?:;|$)/i.test(headers['content-type'] ?? '')) return refused('malformed');
  const items = jsonOf(body, batch)?.value.flatMap((candidate) => item.safeParse(candidate).data ?? []) ?? [];
  if (items.length === 0) return refused('malformed');

  // One batch may hold notices of several subscriptions: one that is not ours takes nothing from the others.
  const ours = items.flatMap((told) => {
    const channelId = channelIdOf(told.clientState ?? '', reading);
    return channelId === null ? [] : [noticeOf({ told, channelId, now: reading.now })];
  });
  if (ours.length === 0) return refused(items.some(({ clientState }) => (clientState ?? '') !== '') ? 'signature_wrong' : 'signature_missing');
  return { kind: 'notices', notices: ours, answer: { status: 202, headers: {}, body: '' } };
};

/** Null for a state that we gave to nobody. */
const channelIdOf = (clientState: string, { provider, secrets }: Reading): string | null => {
  const [, id, token] = /^([\w-]{1,60})\.([0-9a-f]{64})$/.exec(clientState) ?? [];
  return id !== undefined && token !== undefined && isChannelToken(secrets, { provider, id }, token) ? id : null;
};

/** What lifecycle events say. `missed` is that something may have changed. https://learn.microsoft.com/graph/change-notifications-lifecycle-events */
const newsOfLifecycle: Readonly<Record<string, NonNullable<InboundNotice['channelNews']>>> = {
  reauthorizationRequired: 'ending',
  subscriptionRemoved: 'ended',
};

interface OwnItem {
  readonly told: z.output<typeof item>;
  readonly channelId: string;
  readonly now: Date;
}

const noticeOf = ({ told, channelId, now }: OwnItem): InboundNotice => {
  const type = told.lifecycleEvent ?? told.changeType ?? '';
  const etag = told.resourceData?.['@odata.etag'];
  // Lifecycle notices, and those of a drive, bear nothing that tells the next one from the same one sent twice. Looking twice does less harm than
  // never looking, so each of them counts.
  const own = told.id ?? (etag === undefined ? String(now.getTime()) : etag);
  return {
    key: `${told.subscriptionId}:${type}:${digestOf(`${told.resource ?? ''}\n${own}`)}`,
    type,
    channelId,
    channelNews: newsOfLifecycle[told.lifecycleEvent ?? ''] ?? 'changed',
    accountId: /^\/?users(?:\/|\(')([\w.@+-]{1,100})/i.exec(told.resource ?? '')?.[1] ?? null,
  };
};
