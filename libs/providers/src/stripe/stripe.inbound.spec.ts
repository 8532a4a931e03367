import { inboundContract } from '@patchbay/capabilities/testing';
import Stripe from 'stripe';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { stripeFakeWebhooks } from './stripe.fake-webhooks.js';
import { stripeInbound } from './stripe.inbound.js';
import { stripe } from './stripe.provider.js';

const now = new Date('2026-12-01T16:00:00Z');
const seconds = now.getTime() / 1_000;
const official = new Stripe('sk_test_sandbox');

/** Signed by Stripe's own package. */
const headerOf = (payload: string, secret: string, timestamp = seconds): string =>
  official.webhooks.generateTestHeaderString({ payload, secret, timestamp });

const payload = '{"id": "evt_1", "object": "event", "type": "invoice.paid", "note": "Gr\\u00fc\\u00dfe", "note": "twice"}\r\n';
const receive = (header: string, { body = Buffer.from(payload), secrets = 'whsec_1', at = now } = {}) =>
  stripeInbound(secrets).receive({ method: 'POST', path: '', query: {}, headers: { 'stripe-signature': header }, body }, at);

inboundContract('stripe', () => inboundHarness(stripe, stripeFakeWebhooks));

describe('stripe: inbound webhooks', () => {
  it('accepts what the package of Stripe signs, byte by byte', () => {
    const header = headerOf(payload, 'whsec_1');

    expect(receive(header)).toEqual({ kind: 'notices', notices: [{ key: 'evt_1', type: 'invoice.paid', accountId: null }], answer: null });
    for (const body of [payload.trim(), payload.replace('\\u00fc', 'ü'), `\ufeff${payload}`])
      expect(receive(header, { body: Buffer.from(body) })).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('is signed in the sandbox as the package of Stripe verifies', async () => {
    const { body, headers } = await stripeFakeWebhooks.sign('invoice.paid', {
      variant: 'right',
      id: '1',
      now,
      url: 'https://patchbay.example.com',
      apiBaseUrl: 'http://127.0.0.1:1',
    });
    const secret = stripeFakeWebhooks.environment['STRIPE_WEBHOOK_SECRET'] ?? '';
    const event = official.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret, 300, undefined, now.getTime());

    expect(event).toMatchObject({ id: 'evt_1', type: 'invoice.paid' });
  });

  it('accepts any of several signatures, and any of several secrets', () => {
    const rolled = `${headerOf(payload, 'whsec_new')},${headerOf(payload, 'whsec_1').split(',')[1]}`;

    expect(receive(rolled)).toMatchObject({ kind: 'notices' });
    expect(receive(headerOf(payload, 'whsec_2'), { secrets: 'whsec_1, whsec_2' })).toMatchObject({ kind: 'notices' });
    expect(receive(headerOf(payload, ''), { secrets: 'whsec_1,' })).toMatchObject({ kind: 'refused' });
  });

  it('refuses a time from the future, which the package of Stripe accepts', () => {
    const header = headerOf(payload, 'whsec_1', seconds + 301);

    expect(official.webhooks.constructEvent(payload, header, 'whsec_1', 300, undefined, now.getTime())).toMatchObject({ id: 'evt_1' });
    expect(receive(header)).toEqual({ kind: 'refused', reason: 'from_the_future' });
    expect(receive(headerOf(payload, 'whsec_1', seconds - 301))).toEqual({ kind: 'refused', reason: 'too_old' });
    expect(receive(headerOf(payload, 'whsec_1', seconds - 299))).toMatchObject({ kind: 'notices' });
  });

  it('refuses headers that could be read in more than one way', () => {
    const [time, signature] = headerOf(payload, 'whsec_1').split(',');

    for (const header of [`${time},t=1,${signature}`, `t=+${seconds},${signature}`])
      expect(receive(header)).toEqual({ kind: 'refused', reason: 'malformed' });
    for (const header of [`${time},v1=`, `${time},v1=${'g'.repeat(64)}`, `${time},${signature}0`])
      expect(receive(header)).toEqual({ kind: 'refused', reason: 'signature_wrong' });
    for (const header of ['', `${signature}`, `${time}`, `${time},v0=${signature?.slice(3)}`])
      expect(receive(header)).toEqual({ kind: 'refused', reason: 'signature_missing' });
  });

  it.each([
    [{ account: 'acct_1' }, 'acct_1'],
    [{ context: 'acct_2' }, 'acct_2'],
    [{ context: 'org_1/acct_3' }, 'acct_3'],
    [{ context: 'org_1' }, null],
    [{}, null],
  ])('tells from %j which account it concerns', (more, accountId) => {
    const body = JSON.stringify({ id: 'evt_1', type: 'account.updated', ...more });

    expect(receive(headerOf(body, 'whsec_1'), { body: Buffer.from(body) })).toMatchObject({ notices: [{ accountId }] });
  });
});
