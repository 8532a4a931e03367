import type { InboundCall, InboundNotice, InboundVerdict, InboundWebhooksCapability } from '@patchbay/capabilities';
import { isChannelToken, webhookSecretsOf } from '../_kit/channel-token.js';
import { hexMac, isSameText, refused, textAnswer } from '../_kit/inbound-signature.js';

// The guide writes it both ways. https://developers.google.com/youtube/v3/guides/push_notifications
const topicOfChannel = /^https:\/\/www\.youtube\.com\/(?:xml\/)?feeds\/videos\.xml\?channel_id=(UC[\w-]{22})$/;
// https://www.w3.org/TR/websub/#recognized-algorithms
const algorithms = ['sha1', 'sha256', 'sha384', 'sha512'] as const;

/**
 * YouTube's notices of new and changed videos, by WebSub: a hub of Google's sends them to whoever subscribed, signed with the secret of the subscription.
 *
 * A hub asks before it begins or ends a subscription. It proves nothing when it asks, so anybody could end ours: the answer is given only where the address
 * (its last part, or the older `hub.verify_token`) bears the token of the topic's channel, `channelToken(secret, { provider: 'youtube', id })`.
 *
 * @see https://www.w3.org/TR/websub/#hub-verifies-intent
 */
export const youtubeInbound = (secrets: string): InboundWebhooksCapability => ({
  receive: (call) => (call.method === 'GET' ? agree(call, secrets) : read(call, secrets)),
});

const agree = ({ path, query }: InboundCall, secrets: string): InboundVerdict => {
  const { 'hub.mode': mode, 'hub.topic': topic = '', 'hub.challenge': challenge = '', 'hub.verify_token': verifyToken } = query;
  const id = topicOfChannel.exec(topic)?.[1];
  const token = verifyToken ?? path.replace(/\/$/, '').split('/').at(-1) ?? '';
  if (id === undefined) return refused('malformed');
  if (!isChannelToken(secrets, { provider: 'youtube', id }, token)) return refused(token === '' ? 'signature_missing' : 'signature_wrong');
  // Told, not asked: the hub will not, or no longer, send. https://www.w3.org/TR/websub/#x5-2-subscription-validation
  if (mode === 'denied') return { kind: 'handshake', answer: textAnswer('') };
  const asks = (mode === 'subscribe' || mode === 'unsubscribe') && challenge !== '' && challenge.length <= 1_000;
  return asks ? { kind: 'handshake', answer: textAnswer(challenge) } : refused('malformed');
};

/** A subscriber should hide from the hub that it does not believe it; we refuse, because what is refused is not the hub's. */
const read = ({ headers, body }: InboundCall, secrets: string): InboundVerdict => {
  const { 'x-hub-signature': signature } = headers;
  if (signature === undefined) return refused('signature_missing');
  if (!isSigned(signature, secrets, body)) return refused('signature_wrong');
  const notices = noticesIn(body.toString('utf8'));
  return notices.length === 0 ? refused('malformed') : { kind: 'notices', notices, answer: null };
};

const isSigned = (signature: string, secrets: string, body: Buffer): boolean => {
  const algorithm = algorithms.find((name) => signature.startsWith(`${name}=`));
  if (algorithm === undefined) return false;
  return webhookSecretsOf(secrets).reduce(
    (found, secret) => isSameText(signature, `${algorithm}=${hexMac(algorithm, secret, body)}`) || found,
    false,
  );
};

/** No parser: four words of a text that the hub wrote, in which whatever people wrote is escaped. Every search is linear. */
const noticesIn = (feed: string): readonly InboundNotice[] => [
  ...feed
    .split(/<entry[\s>]/)
    .slice(1)
    .flatMap((entry) => {
      const [videoId, channelId] = [/<yt:videoId>([\w-]{1,64})</.exec(entry)?.[1], /<yt:channelId>([\w-]{1,64})</.exec(entry)?.[1]];
      const updated = /<updated>([\w:.+-]{1,64})</.exec(entry)?.[1];
      return videoId === undefined || updated === undefined ? [] : [noticeOf('entry', `${videoId}:${updated}`, channelId)];
    }),
  ...feed
    .split('<at:deleted-entry ')
    .slice(1)
    .flatMap((entry) => {
      const [videoId, when] = [/ref="yt:video:([\w-]{1,64})"/.exec(entry)?.[1], /when="([\w:.+-]{1,64})"/.exec(entry)?.[1]];
      const channelId = /<uri>https:\/\/www\.youtube\.com\/channel\/([\w-]{1,64})</.exec(entry)?.[1];
      return videoId === undefined || when === undefined ? [] : [noticeOf('deleted-entry', `${videoId}:deleted:${when}`, channelId)];
    }),
];

const noticeOf = (type: string, key: string, channelId: string | undefined): InboundNotice => ({ type, key, accountId: channelId ?? null });
