import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';
import { makeCertificate } from './paypal.fake-certificate.js';

const webhookId = '0EH40505U7160970P';
const days = 86_400_000;
const certificatePath = '/v1/notifications/certs/CERT-360caa42-fca2a594-sandbox';

interface Signer {
  readonly key: KeyObject;
  readonly certificate: string;
}

let made: Signer | undefined;

/** Made when first needed: a key of RSA takes a moment. */
const signer = (): Signer => (made ??= makeSigner());

const makeSigner = (): Signer => {
  const { privateKey: key, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const subject = 'messageverificationcerts.sandbox.paypal.com';
  return { key, certificate: makeCertificate({ subject, issuer: subject, publicKey, issuerKey: key }) };
};

/** The certificate that is at a path of the fake; null where there is none. */
export const paypalFakeCertificate = (path: string): string | null => (path === certificatePath ? signer().certificate : null);

/** PayPal as the sender of webhooks. */
export const paypalFakeWebhooks: FakeWebhookSender = {
  provider: 'paypal',
  environment: { PAYPAL_WEBHOOK_ID: webhookId },
  types: ['PAYMENT.CAPTURE.COMPLETED', 'PAYMENT.CAPTURE.REFUNDED', 'CHECKOUT.ORDER.APPROVED', 'CUSTOMER.DISPUTE.CREATED'],
  signsTime: true,
  sign: (type, { variant, id, now, apiBaseUrl, body = Buffer.from(JSON.stringify(eventOf(type, id))) }) => {
    const time = new Date(now.getTime() + (variant === 'old' ? -10 * days : variant === 'future' ? 10 * days : 0)).toISOString().replace(/\.\d+/, '');
    const transmissionId = createHash('sha256').update(`${id} ${time}`).digest('hex').slice(0, 32);
    // What a webhook of somebody else is: signed by PayPal as well.
    const signedFor = variant === 'wrong_signature' ? '8PT597110X687430L' : webhookId;
    const signature = sign('sha256', Buffer.from([transmissionId, time, signedFor, crc32(body)].join('|')), signer().key);
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json',
        'user-agent': 'PayPal/AUHD-214.0-52392296',
        'paypal-auth-algo': 'SHA256withRSA',
        'paypal-auth-version': 'v2',
        'paypal-cert-url': `${apiBaseUrl}${certificatePath}`,
        'paypal-transmission-id': transmissionId,
        'paypal-transmission-time': time,
        ...(variant !== 'unsigned' && { 'paypal-transmission-sig': signature.toString('base64') }),
      },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    };
  },
};

const eventOf = (type: string, id: string): object => ({
  id: `WH-${createHash('sha256').update(id).digest('hex').slice(0, 34).toUpperCase()}`,
  event_version: '1.0',
  create_time: '2026-01-15T09:00:00.000Z',
  resource_type: type.startsWith('PAYMENT') ? 'capture' : 'checkout-order',
  event_type: type,
  summary: 'Something happened',
  resource: { id: '42311647XV020574X', amount: { currency_code: 'EUR', value: '30.00' }, status: 'COMPLETED' },
  links: [],
});
