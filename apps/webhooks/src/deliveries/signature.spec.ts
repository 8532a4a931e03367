import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { verifyWithPublicKey } from '../testing/receiver.js';
import { signatureOf, signaturesOf } from './signature.js';
import { makeSecret, publicKeyOf, secretFault, signingKeyOf } from './signing-key.js';

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

describe('a signature with an Ed25519 key', () => {
  it('is accepted with the public key that is told, and with the seed alone as the secret', () => {
    const secret = makeSecret('ed25519');
    const seed = `whsk_${Buffer.from(secret.slice(5), 'base64').subarray(0, 32).toString('base64')}`;
    const received = { path: '/', at: 0, body: message.body, headers: headersFor(secret) };

    expect(verifyWithPublicKey(publicKeyOf(secret) ?? '', received)).toBe(true);
    expect(signatureOf(signingKeyOf(seed), message)).toBe(signatureOf(signingKeyOf(secret), message));
    expect(publicKeyOf(seed)).toBe(publicKeyOf(secret));
  });
});

describe('signatures', () => {
  it('are made with every key whose time is not over', () => {
    const [current, ending, ended] = [null, now * 1_000 + 1, now * 1_000].map((untilMs) => ({ ...signingKeyOf(makeSecret('hmac')), untilMs }));
    const keys = [current, ending, ended].flatMap((key) => key ?? []);

    expect(signaturesOf(keys, message).split(' ')).toEqual(keys.slice(0, 2).map((key) => signatureOf(key, message)));
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
