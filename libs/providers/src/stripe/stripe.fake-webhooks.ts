import { createHmac } from 'node:crypto';
import { fakeSignedAt, type FakeWebhookSender } from '../_kit/fake-webhooks.js';

const secret = 'whsec_sandbox0123456789abcdefghijkl';

/** Stripe as the sender of events: of our own account, and of connected ones. */
export const stripeFakeWebhooks: FakeWebhookSender = {
  provider: 'stripe',
  environment: { STRIPE_WEBHOOK_SECRET: secret },
  types: ['invoice.paid', 'payment_intent.succeeded', 'charge.refunded', 'account.updated', 'v1.billing.meter.error_report_triggered'],
  signsTime: true,
  sign: (type, signing) => {
    const { variant, id, body = Buffer.from(JSON.stringify(eventOf(type, id), null, 2)) } = signing;
    const time = Math.floor(fakeSignedAt(signing).getTime() / 1_000);
    const key = variant === 'wrong_signature' ? `${secret}x` : secret;
    const signature = createHmac('sha256', key).update(`${time}.`).update(body).digest('hex');
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json; charset=utf-8',
        // v0 is what Stripe adds for test mode, and nobody checks.
        ...(variant !== 'unsigned' && { 'stripe-signature': `t=${time},v1=${signature},v0=${'0'.repeat(64)}` }),
      },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from('\n')]) : body,
    };
  },
};

const created = Date.UTC(2026, 0, 15, 9) / 1_000;

const eventOf = (type: string, id: string): object => {
  if (type.startsWith('v1.')) return thinEventOf(type, id);
  const ofConnectedAccount = type === 'account.updated';
  return {
    id: `evt_${id}`,
    object: 'event',
    api_version: '2025-09-30.clover',
    ...(ofConnectedAccount && { account: 'acct_sandboxben' }),
    created,
    data: { object: { id: ofConnectedAccount ? 'acct_sandboxben' : `in_${id}`, object: type.split('.')[0] } },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
};

const thinEventOf = (type: string, id: string): object => ({
  id: `evt_test_${id}`,
  object: 'v2.core.event',
  type,
  livemode: false,
  created: new Date(created * 1_000).toISOString(),
  context: 'acct_sandboxolivia',
  related_object: { id: 'mtr_1', type: 'billing.meter', url: '/v1/billing/meters/mtr_1' },
});
