import { createHash, createHmac } from 'node:crypto';
import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';

const signingKey = 'sandbox-mailgun-signing-key';
const days = 86_400_000;

/** Mailgun as the sender of events. `route` is a message that came by mail and is forwarded as a form. */
export const mailgunFakeWebhooks: FakeWebhookSender = {
  provider: 'mailgun',
  environment: { MAILGUN_WEBHOOK_SIGNING_KEY: signingKey },
  types: ['delivered', 'failed', 'opened', 'clicked', 'unsubscribed', 'complained', 'route'],
  signsTime: true,
  sign: (type, { variant, id, now, body }) => {
    const signedAtMs = now.getTime() + (variant === 'old' ? -3 * days : variant === 'future' ? 3 * days : 0);
    const timestamp = String(Math.floor(signedAtMs / 1_000));
    const token = createHash('sha256').update(id).digest('hex').slice(0, 50);
    const mac = createHmac('sha256', variant === 'wrong_signature' ? `${signingKey}x` : signingKey).update(timestamp + token);
    const signature = {
      timestamp,
      // Nothing else that is told is signed.
      token: variant === 'tampered' ? token.replace(/^../, 'zz') : token,
      ...(variant !== 'unsigned' && { signature: mac.digest('hex') }),
    };
    const isForm = type === 'route';
    const own = isForm
      ? new URLSearchParams({ ...message, ...signature }).toString()
      : JSON.stringify({ signature, 'event-data': eventOf(type, id) });
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json', 'user-agent': 'mailgun/treq-23.11.0' },
      body: body ?? Buffer.from(own),
    };
  },
};

const domain = 'mg.olivia.example.com';
const happenedAt = Date.UTC(2026, 0, 15, 9) / 1_000;

const message = {
  recipient: `bookings@${domain}`,
  sender: 'ben.bookings@example.com',
  from: 'Ben Bookings <ben.bookings@example.com>',
  subject: 'Re: your booking',
  domain,
  'body-plain': 'Thank you!\r\n',
};

const eventOf = (event: string, id: string): object => ({
  id: createHash('sha256').update(`event ${id}`).digest('base64url').slice(0, 22),
  event,
  timestamp: happenedAt,
  'log-level': event === 'failed' ? 'error' : 'info',
  ...(event === 'failed' && { severity: 'permanent', reason: 'bounce', 'delivery-status': { code: 550, message: 'No such mailbox' } }),
  domain: { name: domain },
  recipient: 'ben.bookings@example.com',
  message: { headers: { 'message-id': `${id}@${domain}`, to: 'ben.bookings@example.com', subject: 'Your booking' }, size: 512 },
  tags: ['booking'],
});
