import { inboundContract } from '@patchbay/capabilities/testing';
import { crc32 } from 'node:zlib';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { createPaypalFake } from './paypal.fake.js';
import { paypalFakeCertificate, paypalFakeWebhooks } from './paypal.fake-webhooks.js';
import { paypalInbound } from './paypal.inbound.js';
import { paypal } from './paypal.provider.js';
import { paypalKeys } from './paypal.webhook-keys.js';

const now = new Date('2026-12-01T16:00:00Z');
const apiBaseUrl = 'http://127.0.0.1:4400/paypal';
const hours = 3_600_000;

/** The fake behind an outbound, and what was asked of it. */
const fakeOutbound = () => {
  const asked: string[] = [];
  const outbound = {
    fetch: () => (input: Parameters<typeof fetch>[0]) => {
      const url = input instanceof Request ? input.url : String(input);
      asked.push(url);
      const body = paypalFakeCertificate(new URL(url).pathname.replace('/paypal', ''));
      return Promise.resolve(new Response(body, { status: body === null ? 404 : 200 }));
    },
  };
  return { asked, outbound };
};

const signing = { variant: 'right', id: '1', now, url: 'https://patchbay.example.com', apiBaseUrl } as const;
const start = (ids = paypalFakeWebhooks.environment['PAYPAL_WEBHOOK_ID'] ?? '') => {
  const { asked, outbound } = fakeOutbound();
  return { asked, inbound: paypalInbound(ids, paypalKeys({ baseUrl: apiBaseUrl, outbound })) };
};

inboundContract('paypal', () =>
  inboundHarness(
    paypal,
    { ...paypalFakeWebhooks, environment: { ...paypalFakeWebhooks.environment, PAYPAL_API_BASE_URL: apiBaseUrl } },
    { apiBaseUrl, outbound: fakeOutbound().outbound },
  ),
);

describe('paypal: inbound webhooks', () => {
  it('tells what happened, with the id of the event', async () => {
    const { inbound, asked } = start();
    const call = await paypalFakeWebhooks.sign('PAYMENT.CAPTURE.COMPLETED', signing);

    expect(await inbound.receive(call, now)).toEqual({
      kind: 'notices',
      notices: [{ key: expect.stringMatching(/^WH-[0-9A-F]{34}$/), type: 'PAYMENT.CAPTURE.COMPLETED', accountId: null }],
      answer: null,
    });
    expect(asked).toEqual([`${apiBaseUrl}/v1/notifications/certs/CERT-360caa42-fca2a594-sandbox`]);
  });

  it('signs the sum of the body as PayPal computes it', () => {
    // The check value of CRC-32 as every catalogue has it; PayPal writes it as a decimal number.
    expect(crc32(Buffer.from('123456789'))).toBe(3_421_780_262);
  });

  it('accepts any of several webhook ids, and no other', async () => {
    const call = await paypalFakeWebhooks.sign('CHECKOUT.ORDER.APPROVED', signing);
    const { PAYPAL_WEBHOOK_ID = '' } = paypalFakeWebhooks.environment;

    expect(await start(`1JE4291016473214C, ${PAYPAL_WEBHOOK_ID}`).inbound.receive(call, now)).toMatchObject({ kind: 'notices' });
    expect(await start('1JE4291016473214C').inbound.receive(call, now)).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('takes what PayPal repeats for three days, and nothing older or from the future', async () => {
    const call = await paypalFakeWebhooks.sign('CHECKOUT.ORDER.APPROVED', signing);
    const after = (passed: number) => start().inbound.receive(call, new Date(now.getTime() + passed * hours));

    expect(await after(73)).toMatchObject({ kind: 'notices' });
    expect(await after(75)).toEqual({ kind: 'refused', reason: 'too_old' });
    expect(await after(-0.1)).toEqual({ kind: 'refused', reason: 'from_the_future' });
  });

  it('refuses whatever could be read in more than one way, and asks nobody for it', async () => {
    const { inbound, asked } = start();
    const call = await paypalFakeWebhooks.sign('CHECKOUT.ORDER.APPROVED', signing);

    for (const wrong of [
      { 'paypal-auth-algo': 'SHA1withRSA' },
      { 'paypal-auth-algo': '' },
      { 'paypal-transmission-id': 'a|b' },
      { 'paypal-transmission-id': '' },
      { 'paypal-transmission-time': '2026-12-01' },
      { 'paypal-transmission-time': '1780000000' },
      { 'paypal-transmission-sig': 'AAAA' },
    ])
      expect([wrong, await inbound.receive({ ...call, headers: { ...call.headers, ...wrong } }, now)]).toEqual([
        wrong,
        { kind: 'refused', reason: 'malformed' },
      ]);
    expect(asked).toEqual([]);
  });

  it('finds the certificate of the sandbox at its fake', async () => {
    const path = '/v1/notifications/certs/CERT-360caa42-fca2a594-sandbox';
    const request = { method: 'GET', path, query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0), baseUrl: apiBaseUrl };

    expect(await createPaypalFake().handle(request)).toMatchObject({ status: 200, body: expect.stringContaining('BEGIN CERTIFICATE') });
    expect(await createPaypalFake().handle({ ...request, path: `${path}x` })).toMatchObject({ status: 404 });
  });
});
