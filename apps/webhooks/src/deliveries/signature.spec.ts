import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { secretFault, signatureOf, signingKeyOf } from './signature.js';

const now = Math.floor(Date.now() / 1_000);
const message = { id: 'msg_1', timestampSeconds: now, body: '{"type":"booking_created","text":"grüße\\u0000"}' };

const headersFor = (secret: string) => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(now),
  'webhook-signature': signatureOf(signingKeyOf(secret), message),
});

describe('signature', () => {
  it.each([24, 32, 64])('with a whsec_ secret of %i bytes is accepted by the official verifier', (bytes) => {
    const secret = `whsec_${randomBytes(bytes).toString('base64')}`;

    expect(new Webhook(secret).verify(message.body, headersFor(secret))).toMatchObject({ type: 'booking_created' });
  });

  it('with a secret of free text uses its UTF-8 bytes as the key', () => {
    const secret = 'an old secret with ümlauts';

    expect(new Webhook(Buffer.from(secret, 'utf8'), { format: 'raw' }).verify(message.body, headersFor(secret))).toMatchObject({
      type: 'booking_created',
    });
  });

  it('does not fit another body', () => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;

    expect(() => new Webhook(secret).verify(`${message.body} `, headersFor(secret))).toThrow('No matching signature');
  });
});

describe('secretFault', () => {
  it.each([
    ['too short', `whsec_${randomBytes(23).toString('base64')}`],
    ['too long', `whsec_${randomBytes(65).toString('base64')}`],
    ['not base64', 'whsec_this is not base64 at all, really not!'],
    ['empty', 'whsec_'],
  ])('refuses a whsec_ secret that is %s', (_why, secret) => {
    expect(secretFault(secret)).toBe('must be `whsec_` and 24 to 64 bytes in base64');
  });

  it('accepts free text and well-made secrets', () => {
    expect(['any free text will do', `whsec_${randomBytes(24).toString('base64')}`].map(secretFault)).toEqual([undefined, undefined]);
  });
});
