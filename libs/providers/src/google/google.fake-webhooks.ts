import { createHash } from 'node:crypto';
import { channelToken } from '../_kit/channel-token.js';
import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';

const secret = 'sandbox-google-webhook-secret';
const channelId = '0198f2a4-0000-7000-8000-00000000c0de';
const token = (key: string): string => channelToken(key, { provider: 'google', id: channelId });

/** Google as the sender of push notices. It repeats the token that it was given with the channel, and signs nothing. */
export const googleFakeWebhooks: FakeWebhookSender = {
  provider: 'google',
  environment: { GOOGLE_WEBHOOK_SECRET: secret },
  types: ['exists', 'not_exists'],
  signsTime: false,
  sign: (type, { variant, id, body = Buffer.alloc(0) }) => ({
    method: 'POST',
    path: '',
    query: {},
    headers: {
      'x-goog-channel-id': variant === 'tampered' ? '0198f2a4-0000-7000-8000-00000000beef' : channelId,
      'x-goog-message-number': String(Number.parseInt(createHash('sha256').update(id).digest('hex').slice(0, 12), 16)),
      'x-goog-resource-id': 'o3hgv1538sdjfh',
      'x-goog-resource-state': type,
      'x-goog-resource-uri': 'https://www.googleapis.com/calendar/v3/calendars/ada%40example.com/events?alt=json',
      ...(variant === 'unsigned' ? {} : { 'x-goog-channel-token': token(variant === 'wrong_signature' ? 'another-secret-of-somebody' : secret) }),
    },
    body,
  }),
};
