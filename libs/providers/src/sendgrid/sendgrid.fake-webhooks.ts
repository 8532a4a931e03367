import { createECDH, createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';

/** A key that is always the same, so that the sandbox and Patchbay know it of each other without a file. */
const keyOf = (seed: string): KeyObject => {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(createHash('sha256').update(seed).digest());
  // Uncompressed: a byte, then both coordinates.
  const point = pair.getPublicKey();
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', x, y, d: pair.getPrivateKey('base64url') }, format: 'jwk' });
};

const key = keyOf('sendgrid sandbox');
const days = 86_400_000;

/** SendGrid as the sender of events: each batch holds the event and that the message was processed before. */
export const sendgridFakeWebhooks: FakeWebhookSender = {
  provider: 'sendgrid',
  environment: { SENDGRID_WEBHOOK_PUBLIC_KEY: createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64') },
  types: ['delivered', 'bounce', 'dropped', 'open', 'click', 'spamreport', 'unsubscribe'],
  signsTime: true,
  sign: (type, { variant, id, now, body = Buffer.from(batchOf(type, id)) }) => {
    const signedAtMs = now.getTime() + (variant === 'old' ? -3 * days : variant === 'future' ? 3 * days : 0);
    const time = String(Math.floor(signedAtMs / 1_000));
    const signature = sign('sha256', Buffer.concat([Buffer.from(time), body]), variant === 'wrong_signature' ? keyOf('somebody else') : key);
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json;charset=utf-8',
        'user-agent': 'SendGrid Event API',
        'x-twilio-email-event-webhook-timestamp': time,
        ...(variant !== 'unsigned' && { 'x-twilio-email-event-webhook-signature': signature.toString('base64') }),
      },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    };
  },
};

/** SendGrid ends its bodies with a line break, and signs that. */
const batchOf = (type: string, id: string): string =>
  `${JSON.stringify(['processed', type].map((event) => ({ ...message(id), event, sg_event_id: Buffer.from(`${event}-${id}`).toString('base64url') })))}\r\n`;

const message = (id: string): object => ({
  email: 'ben.bookings@example.com',
  timestamp: Date.UTC(2026, 0, 15, 9) / 1_000,
  'smtp-id': `<${id}@ismtpd0039p1iad1.sendgrid.net>`,
  sg_message_id: `${id}.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0`,
  category: ['booking'],
});
