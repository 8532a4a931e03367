import { jest } from '@jest/globals';
import * as crypto from 'node:crypto';

// Counts who is asked. The comparison of equal lengths by an operator ends at the first letter that differs, which a patient caller can measure.
const timingSafeEqual = jest.fn(crypto.timingSafeEqual);
const verify = jest.fn(crypto.verify);
jest.unstable_mockModule('node:crypto', () => ({ ...crypto, timingSafeEqual, verify }));

const { signedBy, verdictOf } = await import('./testing/sign-everything.js');
const { fakeWebhookSenders } = await import('./testing/webhook-senders.js');
const { isSameText } = await import('./_kit/inbound-signature.js');

const compared = (): number => timingSafeEqual.mock.calls.length + verify.mock.calls.length;

describe('a signature', () => {
  beforeEach(() => {
    timingSafeEqual.mockClear();
    verify.mockClear();
  });

  it.each(fakeWebhookSenders.map((sender) => [sender.provider, sender] as const))('of %s is compared in constant time', async (provider, sender) => {
    for (const variant of ['right', 'wrong_signature'] as const) {
      const before = compared();

      const { kind } = await verdictOf(provider, await signedBy(sender, { variant }));

      expect([variant, kind]).toEqual([variant, variant === 'right' ? 'notices' : 'refused']);
      expect([variant, compared() > before]).toEqual([variant, true]);
    }
  });

  it('is compared as bytes of one length, and another length is no error', () => {
    const right = 'a'.repeat(64);

    expect(isSameText(`${'a'.repeat(63)}b`, right)).toBe(false);
    expect(timingSafeEqual).toHaveBeenCalledTimes(1);
    // As many letters, twice as many bytes: the comparison of Node.js throws there.
    for (const given of ['é'.repeat(64), 'é'.repeat(32), '', right.slice(1), `${right}a`, '\u{1f600}'.repeat(16)])
      expect(isSameText(given, right)).toBe(false);
    for (const [one, other] of timingSafeEqual.mock.calls) expect(one.byteLength).toBe(other.byteLength);
  });
});
