import { createHmac } from 'node:crypto';
import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';

const secret = 'sandbox-webex-webhook-secret';

/** Webex as the sender of webhooks. */
export const webexFakeWebhooks: FakeWebhookSender = {
  provider: 'webex',
  environment: { WEBEX_WEBHOOK_SECRET: secret },
  types: ['meetings.started', 'meetings.ended', 'meetings.updated', 'meetings.deleted', 'recordings.created'],
  signsTime: false,
  sign: (type, { variant, id, body = Buffer.from(JSON.stringify(payloadOf(type, id))) }) => ({
    method: 'POST',
    path: '',
    query: {},
    headers: {
      'content-type': 'application/json',
      ...(variant === 'unsigned' ? {} : { 'x-spark-signature': signatureOf(variant === 'wrong_signature' ? 'another-secret' : secret, body) }),
    },
    body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
  }),
};

const signatureOf = (key: string, body: Buffer): string => createHmac('sha1', key).update(body).digest('hex');

const payloadOf = (type: string, id: string): object => {
  const [resource, event] = type.split('.');
  return {
    id: 'Y2lzY29zcGFyazovL3VzL1dFQkhPT0svZjRlNjA1NjA',
    name: 'Patchbay',
    targetUrl: 'https://patchbay.example.com/api/v1/ingress/webex/',
    resource,
    event,
    orgId: 'OTZhYmMyYWEtM2RjYy0xMWU1LWExNTItZmUzNDgxOWNkYzlh',
    createdBy: 'Y2lzY29zcGFyazovL3VzL1BFT1BMRS9zYW5kYm94',
    appId: 'Y2lzY29zcGFyazovL3VzL0FQUExJQ0FUSU9OL3NhbmRib3g',
    ownedBy: 'creator',
    status: 'active',
    actorId: 'Y2lzY29zcGFyazovL3VzL1BFT1BMRS9zYW5kYm94',
    data: { id, meetingType: 'meeting', hostEmail: 'ada@example.com', start: '2026-12-01T16:00:00Z', end: '2026-12-01T17:00:00Z' },
  };
};
