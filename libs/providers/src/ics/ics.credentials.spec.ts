import type { Outbound } from '@patchbay/capabilities';
import { credentialsContract } from '@patchbay/capabilities/testing';
import { connectToCredentialsFake } from '../_kit/fake-credentials.js';
import { createOutbound } from '../_kit/outbound.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { TransportError } from '../_kit/transport.js';
import { createIcsFake } from './ics.fake.js';
import { ics } from './ics.provider.js';

const connect = async () => {
  const harness = await connectToCredentialsFake(ics, { fake: createIcsFake(), environment: () => ({}), wrong: {} });
  return { ...harness, wrong: { url: harness.filled['url']?.replace(/private-\w+/, 'private-0123456789abcdef') ?? '' } };
};

credentialsContract('ics', connect, 'not_found');

type Answer = { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Uint8Array<ArrayBuffer> };
const calendar = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Work\\, and more\r\nEND:VCALENDAR\r\n';

/** Servers that answer what is given, by address. */
const serversWith = (answers: Readonly<Record<string, Answer>>) => {
  const asked: string[] = [];
  const outbound: Outbound = {
    fetch: () => (input) => {
      const { url } = new Request(input instanceof URL ? input.href : input);
      asked.push(url);
      const { status = 200, headers = {}, body = calendar } = answers[url] ?? { status: 404 };
      return Promise.resolve(new Response(body, { status, headers }));
    },
  };
  const { credentials } = ics.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date() });
  return { asked, check: (url: string) => credentials.check(credentials.schema.parse({ url }), 'connection-1') };
};
const place = 'https://calendar.example.com/secret/basic.ics';

describe('the address of a feed', () => {
  it.each([
    ['webcal://calendar.example.com/secret/basic.ics', place],
    ['WEBCALS://calendar.example.com/secret/basic.ics', place],
    ['calendar.example.com/secret/basic.ics', place],
    [`  ${place}#today `, place],
    [`${place}?token=s%20t`, `${place}?token=s%20t`],
  ])('is taken as calendar programs and people write it: %s', async (typed, address) => {
    const { check, asked } = serversWith({ [address]: {} });

    await check(typed);

    expect(asked).toEqual([address]);
  });

  it.each([
    '',
    '   ',
    'ftp://calendar.example.com/a.ics',
    'https://olivia:secret@calendar.example.com/a.ics',
    'https://',
    `https://a.example/${'x'.repeat(4_000)}`,
  ])('is none: %.60s', (typed) => {
    const { credentials } = ics.connect({ config: {}, outbound: nowhere, userAimedOutbound: nowhere, now: () => new Date() });

    expect(credentials.schema.safeParse({ url: typed }).success).toBe(false);
  });

  it('is told by its host alone, and two feeds of a host are two accounts', async () => {
    const other = place.replace('secret', 'another');
    const { check } = serversWith({ [place]: {}, [other]: { body: calendar.replace(/^X-WR.*\r\n/m, '') } });

    const [first, second] = [await check(place), await check(other)];

    expect(first).toEqual({ id: expect.stringMatching(/^calendar\.example\.com\/[\w-]{32}$/), email: null, name: 'Work, and more' });
    expect(second).toMatchObject({ name: 'calendar.example.com' });
    expect(second.id).not.toBe(first.id);
  });

  it('may be a new secret one of the same calendar at Google, which stays the account that it was', async () => {
    const [before, after, anothers] = [
      'olivia%40example.com/private-0123',
      'olivia%40example.com/private-4567',
      'ben%40example.com/private-0123',
    ].map((part) => `https://calendar.google.com/calendar/ical/${part}/basic.ics`) as [string, string, string];
    const { check } = serversWith({ [before]: {}, [after]: {}, [anothers]: {} });

    expect((await check(after)).id).toBe((await check(before)).id);
    expect((await check(anothers)).id).not.toBe((await check(before)).id);
  });
});

const nowhere: Outbound = { fetch: () => () => Promise.reject(new Error('nobody is called')) };

describe('what is at an address', () => {
  it.each([
    ['a page', { body: '<!doctype html><h1>My calendar</h1>', headers: { 'content-type': 'text/html' } }],
    ['a page that says that it is a calendar', { body: '<html></html>', headers: { 'content-type': 'text/calendar' } }],
    ['a page about calendars', { body: `<pre>${calendar}</pre>` }],
    ['nothing', { body: '' }],
    ['JSON', { body: '{}' }],
  ] as const)('is no feed when it is %s', async (_what, answer) => {
    await expect(serversWith({ [place]: answer }).check(place)).rejects.toMatchObject({ code: 'not_found', reason: 'not_a_calendar' });
  });

  it.each([404, 410])('is nothing, be it for a moment, when the server says %i', async (status) => {
    await expect(serversWith({ [place]: { status } }).check(place)).rejects.toMatchObject({ code: 'not_found', reason: 'no_such_feed' });
  });

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
  ])('is not for whoever knows no more than the address when the server says %i', async (status, code) => {
    await expect(serversWith({ [place]: { status } }).check(place)).rejects.toMatchObject({ code });
  });

  it('may begin with a byte order mark', async () => {
    expect(await serversWith({ [place]: { body: `\ufeff${calendar}` } }).check(place)).toMatchObject({ name: 'Work, and more' });
  });

  it('may be in another charset, when the server says so', async () => {
    const body = Uint8Array.from(Buffer.from(calendar.replace('Work', 'B\u00fcro'), 'latin1'));
    const { check } = serversWith({ [place]: { body, headers: { 'content-type': 'text/calendar; charset="ISO-8859-1"' } } });

    expect(await check(place)).toMatchObject({ name: 'B\u00fcro, and more' });
  });

  it('may say its name on two lines', async () => {
    const { check } = serversWith({ [place]: { body: calendar.replace('Work\\, and more', 'Work an\r\n d more') } });

    expect(await check(place)).toMatchObject({ name: 'Work and more' });
  });
});

describe('a feed that is elsewhere', () => {
  const moved = (location: string): Answer => ({ status: 302, headers: { location } });

  it('is found there, and stays the feed of the first address', async () => {
    const { check, asked } = serversWith({ [place]: moved('/other/../new.ics'), 'https://calendar.example.com/new.ics': {} });
    const direct = serversWith({ [place]: {} });

    expect((await check(place)).id).toBe((await direct.check(place)).id);
    expect(asked).toHaveLength(2);
  });

  it.each(['http://calendar.example.com/secret/basic.ics', 'file:///etc/passwd', 'data:text/calendar,BEGIN:VCALENDAR', 'https://a:b@c.example/'])(
    'is not looked for at %s',
    async (location) => {
      const { check, asked } = serversWith({ [place]: moved(location) });

      await expect(check(place)).rejects.toMatchObject({ code: 'address_refused', reason: 'leads_elsewhere' });
      expect(asked).toEqual([place]);
    },
  );

  it.each([
    ['in circles', place],
    ['to what is no address', 'https://[nowhere'],
  ])('is given up when it leads %s', async (_where, location) => {
    const { check, asked } = serversWith({ [place]: moved(location) });

    await expect(check(place)).rejects.toMatchObject({ code: 'invalid_response' });
    expect(asked.length).toBeLessThan(6);
  });
});

describe('a server of a feed', () => {
  const clock = { now: () => new Date(), sleep: async () => {} };
  const checkOver = async (send: Parameters<typeof createOutbound>[0]['transport']['send']) => {
    const transport = { send, close: () => Promise.resolve() };
    const outbound = createOutbound({ provider: 'ics', limits: ics.limits, transport, limiter: inProcessRateLimiter(clock), clock });
    const { credentials } = ics.connect({ config: {}, outbound: nowhere, userAimedOutbound: outbound, now: clock.now });
    return credentials.check({ url: place }, 'connection-1').catch((error: unknown) => error);
  };

  it('inside our own network is not called, also not by way of another', async () => {
    const asked: string[] = [];
    const outcome = await checkOver(({ url }) => {
      asked.push(url.hostname);
      if (url.hostname === '169.254.169.254') return Promise.reject(new TransportError('refused', false));
      return Promise.resolve({ status: 302, headers: new Headers({ location: 'https://169.254.169.254/latest' }), body: Buffer.alloc(0) });
    });

    expect([outcome, asked]).toEqual([
      expect.objectContaining({ code: 'address_refused', retryable: false }),
      ['calendar.example.com', '169.254.169.254'],
    ]);
  });

  it('is asked for no more than the beginning when a feed is only tried, however large it is', async () => {
    const wanted: unknown[] = [];
    await checkOver(({ prefixBytes }) => {
      wanted.push(prefixBytes);
      return Promise.resolve({ status: 200, headers: new Headers(), body: Buffer.from(calendar) });
    });

    expect(wanted).toEqual([4_096]);
  });
});
