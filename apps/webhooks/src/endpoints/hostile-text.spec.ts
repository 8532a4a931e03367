import { customHeaders } from '@patchbay/contracts';
import { hostileTexts } from '@patchbay/contracts/testing';
import { EgressGuard } from '@patchbay/egress';
import { acceptTraceparent } from '@patchbay/tracing';
import { excerptOf, withoutSent } from '../deliveries/response-excerpt.js';
import { readRetryAfterMs } from '../deliveries/retry-schedule.js';
import { secretFault } from '../deliveries/signing-key.js';
import { checkEventPatterns, firstMatchingEvent, likeOf } from './event-patterns.js';
import { headerFaults } from './header-names.js';

const msMax = 50;

/** The best of a few: a pause of the machine is no fault of ours. */
function timeOf(work: () => unknown): number {
  let best = Infinity;
  for (let tries = 0; tries < 4 && best >= msMax; tries += 1) {
    const before = performance.now();
    try {
      work();
    } catch {
      // Being refused is an answer, too.
    }
    best = Math.min(best, performance.now() - before);
  }
  return best;
}

const guard = new EgressGuard({ allow: [], httpsOnly: true });
const judges: readonly (readonly [string, (text: string) => unknown])[] = [
  ['an event pattern', (text) => checkEventPatterns([text])],
  ['an event pattern of stars', (text) => checkEventPatterns([`${text.replaceAll('a', '*')}*d`])],
  ['the pattern a test is chosen by', (text) => firstMatchingEvent([text])],
  ['a pattern for the database', likeOf],
  ['the name of a header', (text) => headerFaults({ [text]: 'x' })],
  ['headers', (text) => customHeaders.safeParse({ [text]: text, 'x-a': text })],
  ['a secret', secretFault],
  ['an address', (text) => guard.checkUrl(text)],
  ['an address with this as its name', (text) => guard.checkUrl(`https://${text}/`)],
  ['what a receiver says of when to come again', (text) => readRetryAfterMs(text, new Date())],
  ['what a receiver answers', (text) => excerptOf(Buffer.from(text))],
  ['what a receiver repeats of what it was sent', (text) => withoutSent(text.slice(0, 4_096), ['x-a', text.slice(0, 4_096), 'x-b', 'aaaaaa'])],
  ['a trace', acceptTraceparent],
];

describe('fifty thousand characters that are hard on patterns', () => {
  it.each(judges)('are judged in no time as %s', (_what, judge) => {
    const slow = hostileTexts.filter(([, text]) => timeOf(() => judge(text)) >= msMax).map(([what]) => what);

    expect(slow).toEqual([]);
  });
});

describe('headers of a customer', () => {
  const faultOf = (headers: Readonly<Record<string, string>>): boolean =>
    !customHeaders.safeParse(headers).success || Object.keys(headerFaults(headers)).length > 0;
  const many = (count: number): Readonly<Record<string, string>> =>
    Object.fromEntries(Array.from({ length: count }, (_none, index) => [`x-${index}`, '1']));

  it.each([
    ['a line break in a value', { 'x-a': 'a\r\nwebhook-signature: v1,mine' }],
    ['a line feed in a value', { 'x-a': 'a\nb' }],
    ['a carriage return in a value', { 'x-a': 'a\rb' }],
    ['a value that goes on in the next line', { 'x-a': 'a\r\n b' }],
    ['a NUL in a value', { 'x-a': 'a\u0000b' }],
    ['another control character in a value', { 'x-a': 'a\u007fb' }],
    ['letters that become a line break', { 'x-a': 'a\u560d\u560ab' }],
    ['bytes that are no ASCII', { 'x-a': '\u00e9' }],
    ['a line break in a name', { 'x-a\r\nwebhook-id: 1\r\nx-b': '1' }],
    ['a colon in a name', { 'webhook-id: 1': '1' }],
    ['a space in a name', { 'webhook-id ': '1' }],
    ['a NUL in a name', { 'x\u0000': '1' }],
    ['an empty name', { '': '1' }],
    ['a name that is no ASCII', { 'x-\u212a': '1' }],
    ['a value of more than eight kilobytes', { 'x-a': 'x'.repeat(8_193) }],
    ['a name of more than eight kilobytes', { ['x'.repeat(8_193)]: '1' }],
    ['two hundred of them', many(200)],
    ['one more than are allowed', many(21)],
  ] as const)('are refused with %s', (_what, headers) => {
    expect(faultOf(headers)).toBe(true);
  });

  it.each([
    ...['webhook-id', 'webhook-timestamp', 'webhook-signature', 'svix-id', 'svix-timestamp', 'svix-signature', 'webhook-anything'],
    ...['host', 'content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade'],
    ...['expect', 'cookie', 'set-cookie', 'user-agent', 'traceparent', 'tracestate', 'proxy-authorization', 'proxy-connection', 'x-amz-date'],
    ...['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via', 'sec-fetch-site', 'http2-settings'],
  ])('never replace ours or the connection’s: %s', (name) => {
    for (const spelled of [name, name.toUpperCase(), name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())])
      expect(faultOf({ [spelled]: '1' })).toBe(true);
  });

  it('are the customer’s own otherwise', () => {
    expect(faultOf({ Authorization: 'Bearer of-mine', 'X-Api-Key': 'k=1; "two"\t~', ...many(18) })).toBe(false);
  });
});
