import { z } from 'zod';
import { bytesInBase64, digestOf, faultOfTime, hexMac, inboundWord, isSameText, jsonOf, secondsOf, valuesOf } from './inbound-signature.js';

const now = new Date('2026-12-01T16:00:00Z');

describe('what webhooks are verified with', () => {
  it.each(['', '1e9', '+1', '-1', '0x10', ' 1', '1 ', '1.5', 'NaN', 'Infinity', '9'.repeat(13)])('takes %p for no time', (text) => {
    expect(secondsOf(text)).toBeNaN();
  });

  it('looks at the time both ways', () => {
    const at = (ms: number) => faultOfTime(now.getTime() + ms, now);

    expect([-300_001, -300_000, 0, 300_000, 300_001].map(at)).toEqual(['too_old', undefined, undefined, undefined, 'from_the_future']);
    expect(faultOfTime(now.getTime() - 300_001, now, 600_000)).toBeUndefined();
    expect(faultOfTime(now.getTime() + 300_001, now, 600_000)).toBe('from_the_future');
    expect(faultOfTime(Number.NaN, now)).toBe('malformed');
  });

  it('compares texts of any length and of any letters', () => {
    const right = hexMac('sha256', 'secret', '1.', Buffer.from('body'));

    expect(isSameText(right, hexMac('sha256', 'secret', '1.body'))).toBe(true);
    for (const given of ['', right.slice(1), `${right}0`, 'é'.repeat(64), 'é'.repeat(32)]) expect(isSameText(given, right)).toBe(false);
    expect(isSameText(hexMac('sha256', 'another', '1.body'), right)).toBe(false);
  });

  it('reads base64 in one spelling only', () => {
    expect(bytesInBase64('AAECAw==')).toEqual(Buffer.from([0, 1, 2, 3]));
    for (const text of ['', '=', 'AAECAw', 'AAECAw=', 'AAECAw==x', 'AAECAw==, AAECAw==', ' AAECAw==', 'AAECAx==', '__8=', 'é'])
      expect([text, bytesInBase64(text)]).toEqual([text, undefined]);
  });

  it('keeps words that can be stored', () => {
    expect(inboundWord.safeParse('evt_1').success).toBe(true);
    for (const word of ['', 'a\0b', 'a'.repeat(101), 1, null]) expect(inboundWord.safeParse(word).success).toBe(false);
  });

  it('reads what is expected or nothing', () => {
    const schema = z.object({ a: z.number() });

    expect(jsonOf(Buffer.from('{"a":1}'), schema)).toEqual({ a: 1 });
    for (const body of ['{', '{}', 'null']) expect(jsonOf(Buffer.from(body), schema)).toBeUndefined();
  });

  it('takes several secrets, and no empty one', () => expect(valuesOf(' whsec_1, whsec_2,,')).toEqual(['whsec_1', 'whsec_2']));

  it('tells bytes apart', () => expect(digestOf('a')).not.toBe(digestOf('b')));
});
