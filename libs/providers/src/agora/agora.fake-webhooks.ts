import { createHmac } from 'node:crypto';
import { fakeSignedAt, type FakeWebhookSender } from '../_kit/fake-webhooks.js';

const secret = 'sandbox-agora-webhook-secret';

/** Agora as the sender of notifications: channels that begin and end, people who come and go, recordings that are ready. */
export const agoraFakeWebhooks: FakeWebhookSender = {
  provider: 'agora',
  environment: { AGORA_WEBHOOK_SECRET: secret },
  types: ['1.101', '1.102', '1.103', '1.104', '3.31'],
  signsTime: true,
  sign: (type, { variant, id, now, body = Buffer.from(JSON.stringify(payloadOf(type, id, fakeSignedAt({ variant, now })))) }) => {
    const key = variant === 'wrong_signature' ? 'another-secret' : secret;
    const signatureOf = (algorithm: string): string => createHmac(algorithm, key).update(body).digest('hex');
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json',
        ...(variant === 'unsigned' ? {} : { 'agora-signature': signatureOf('sha1'), 'agora-signature-v2': signatureOf('sha256') }),
      },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    };
  },
};

const payloadOf = (type: string, id: string, sentAt: Date): object => {
  const [productId, eventType] = type.split('.').map(Number);
  return { noticeId: id, productId, eventType, notifyMs: sentAt.getTime(), payload: { channelName: 'a-channel', ts: 1_796_140_798, platform: 1 } };
};
