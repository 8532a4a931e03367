import type { InboundWebhooksCapability } from '@patchbay/capabilities';
import { isChannelToken } from '../_kit/channel-token.js';
import { refused, textAnswer } from '../_kit/inbound-signature.js';

/**
 * Push notices of Google's APIs about what a channel watches: a calendar, or a Drive.
 *
 * Google signs nothing. It repeats the token that was given when the channel was opened, which therefore has to be
 * `channelToken(secret, { provider: 'google', id })`. The notice has no body: the key tells of which channel it is, as `<channel id>:<number>`.
 *
 * @see https://developers.google.com/workspace/calendar/api/guides/push#receive-notifications
 */
export const googleInbound = (secrets: string): InboundWebhooksCapability => ({
  receive: ({ method, headers }) => {
    const { 'x-goog-channel-id': channelId, 'x-goog-channel-token': token } = headers;
    if (method !== 'POST') return refused('malformed');
    if (channelId === undefined || token === undefined) return refused('signature_missing');
    if (!isChannelToken(secrets, { provider: 'google', id: channelId }, token)) return refused('signature_wrong');

    const { 'x-goog-message-number': number = '', 'x-goog-resource-state': state = '' } = headers;
    // Ids that Google takes for a channel. https://developers.google.com/workspace/calendar/api/v3/reference/events/watch
    if (!/^[\w+/=-]{1,64}$/.test(channelId) || !/^\d{1,18}$/.test(number) || !/^[a-z_]{1,40}$/.test(state)) return refused('malformed');
    // The first notice of each channel only says that it is open.
    if (state === 'sync') return { kind: 'handshake', answer: textAnswer('') };
    return { kind: 'notices', notices: [{ key: `${channelId}:${number}`, type: state, accountId: null, channelId }], answer: null };
  },
});
