import { createHmac } from 'node:crypto';
import { inboundUnder, signedBy, signedNow, verdictOf } from './testing/sign-everything.js';
import { fakeWebhookSenders } from './testing/webhook-senders.js';
import type { FakeWebhook, FakeWebhookSender } from './_kit/fake-webhooks.js';

type Sender = readonly [string, FakeWebhookSender];
const senders: readonly Sender[] = fakeWebhookSenders.map((sender) => [sender.provider, sender]);

/** In which headers each provider proves that it is itself. Those without prove it in the body. */
const proofHeaders: Readonly<Record<string, readonly string[]>> = {
  stripe: ['stripe-signature'],
  // Of the certificate's address just the name is read where a stand-in is configured: paypal.webhook-keys.spec.ts has the real one.
  paypal: ['paypal-transmission-sig', 'paypal-transmission-id', 'paypal-transmission-time', 'paypal-auth-algo'],
  zoom: ['x-zm-signature', 'x-zm-request-timestamp'],
  google: ['x-goog-channel-token', 'x-goog-channel-id'],
  youtube: ['x-hub-signature'],
  outlook: [],
  instagram: ['x-hub-signature-256'],
  github: ['x-hub-signature-256'],
  discord: ['x-signature-ed25519', 'x-signature-timestamp'],
  sendgrid: ['x-twilio-email-event-webhook-signature', 'x-twilio-email-event-webhook-timestamp'],
  mailgun: [],
  webex: ['x-spark-signature'],
  agora: ['agora-signature-v2'],
};
/** Where in a JSON body the others prove it. */
const proofInBody: Readonly<Record<string, { readonly find: RegExp }>> = {
  outlook: { find: /"clientState":"([^"]*)"/ },
  mailgun: { find: /"signature":"([^"]*)"/ },
};
/** Providers that sign no body: Google and Graph sign nothing, Mailgun a time and a token. */
const signsNoBody: ReadonlySet<string> = new Set(['google', 'outlook', 'mailgun']);

/** Everything that is not the right value. */
const wrongValues = (right: string): readonly string[] => [
  '',
  ' ',
  'none',
  'null',
  'undefined',
  'v1',
  'v1,',
  'v1=',
  'v0=',
  'sha1=',
  'sha256=',
  't=,v1=',
  '=',
  '*',
  '\u0000',
  right.slice(0, -1),
  right.slice(1),
  `${right}0`,
  `0${right}`,
  `${right}=`,
  `${right}, ${right}`,
  `, ${right}`,
  `wrong, ${right}`,
  `${right} ${right}`,
  'é'.repeat(right.length),
  'é'.repeat(Math.ceil(right.length / 2)),
  '0'.repeat(right.length),
  right.split('').reverse().join(''),
];

const withHeader = (call: FakeWebhook, name: string, value: string | undefined): FakeWebhook => {
  const { [name]: _before, ...others } = call.headers;
  return { ...call, headers: value === undefined ? others : { ...others, [name]: value } };
};
const hmac = (algorithm: string, secret: string, body: Buffer): string => createHmac(algorithm, secret).update(body).digest('hex');
const secretOf = ({ environment }: FakeWebhookSender): string => Object.values(environment)[0]?.split(',')[0] ?? '';

describe.each(senders)('a webhook of %s', (provider, sender) => {
  it('is taken when it is signed rightly, else nothing here means anything', async () => {
    expect(await verdictOf(provider, await signedBy(sender))).toMatchObject({ kind: 'notices' });
    expect(Object.keys(proofHeaders)).toContain(provider);
    expect((proofHeaders[provider]?.length ?? 0) > 0).toBe(proofInBody[provider] === undefined);
  });

  it('is refused without any of what proves the sender, and with anything else in its place', async () => {
    const signed = await signedBy(sender);
    // Stripe adds a second signature for test mode, which proves nothing.
    const call = provider === 'stripe' ? withHeader(signed, 'stripe-signature', signed.headers['stripe-signature']?.replace(/,v0=.*/, '')) : signed;

    for (const name of proofHeaders[provider] ?? []) {
      const right = call.headers[name] ?? '';
      expect([name, right]).not.toEqual([name, '']);
      for (const value of [undefined, ...wrongValues(right)])
        expect([name, value, (await verdictOf(provider, withHeader(call, name, value))).kind]).toEqual([name, value, 'refused']);
    }
  });

  it('is refused when its body proves nothing', async () => {
    const { find } = proofInBody[provider] ?? {};
    if (find === undefined) return expect(proofHeaders[provider]).not.toEqual([]);
    const call = await signedBy(sender);
    const text = call.body.toString('utf8');
    const [whole = '', right = ''] = find.exec(text) ?? [];
    const written = [...wrongValues(right).map((value) => JSON.stringify(value)), 'null', '1', 'true', '{}', `[${JSON.stringify(right)}]`];

    expect(right).not.toBe('');
    for (const value of written) {
      const body = Buffer.from(text.replace(whole, `${whole.split(':')[0]}:${value}`));
      expect([value, (await verdictOf(provider, { ...call, body })).kind]).toEqual([value, 'refused']);
    }
    expect((await verdictOf(provider, { ...call, body: Buffer.from(text.replace(`${whole},`, '').replace(`,${whole}`, '')) })).kind).toBe('refused');
  });

  it.each(['', ' ', ',', ' , '])('is not read at all, or refused, when its secret is set to %p', async (empty) => {
    // What Meta asks with is no signature.
    for (const name of Object.keys(sender.environment).filter((one) => !one.endsWith('_VERIFY_TOKEN'))) {
      const outcome = async (): Promise<string> => {
        const inbound = inboundUnder(provider, { INSTAGRAM_CLIENT_ID: 'sandbox', ...sender.environment, [name]: empty });
        return inbound === undefined ? 'not set up' : (await inbound.receive(await signedBy(sender), signedNow)).kind;
      };
      expect([name, await outcome().catch(() => 'start refused')]).toEqual([name, expect.stringMatching(/^(not set up|start refused|refused)$/)]);
    }
  });

  it('is refused by every other provider', async () => {
    const call = await signedBy(sender);

    for (const [other] of senders.filter(([name]) => name !== provider))
      expect([other, (await verdictOf(other, call)).kind]).toEqual([other, 'refused']);
  });

  it('is verified over its bytes, however odd, and over no other spelling of the same', async () => {
    if (signsNoBody.has(provider)) return expect((proofInBody[provider] ?? proofHeaders[provider]) !== undefined).toBe(true);
    const bodies = [
      '{"id":"\\u0041\\u00fc","a":1}',
      '{"id":"a"}\n',
      '{"id":"a","id":"b"}',
      '\ufeff{"id":"a"}',
      '{\r\n  "id": "a"\r\n}\r\n',
      '{"id": 1.0, "big": 12345678901234567890}',
      '{"b":1,"a":2}  ',
    ].map((text) => Buffer.from(text));
    const latin1 = Buffer.from('{"id":"café"}', 'latin1');
    const spellings = (body: Buffer): readonly Buffer[] => {
      const text = body.toString('utf8');
      const parsed = JSON.stringify(JSON.parse(text.replace(/^\ufeff/, '')));
      return [parsed, text.trim(), text.replace(/\r/g, ''), text.replace(/^\ufeff/, ''), `${text} `, text.replace('\\u0041', 'A')].map((one) =>
        Buffer.from(one),
      );
    };

    for (const body of [...bodies, latin1]) {
      const call = await signedBy(sender, { body });
      expect([body.toString('latin1'), await verdictOf(provider, call)]).not.toEqual([
        expect.anything(),
        { kind: 'refused', reason: 'signature_wrong' },
      ]);
      for (const other of spellings(body).filter((one) => !one.equals(body)))
        expect([other.toString('latin1'), await verdictOf(provider, { ...call, body: other })]).toEqual([
          other.toString('latin1'),
          { kind: 'refused', reason: 'signature_wrong' },
        ]);
    }
  });

  it('tells nothing else because of what is not signed', async () => {
    const call = await signedBy(sender);
    const right = await verdictOf(provider, call);
    const claims = ['app_deauthorized', 'installation', 'github_app_authorization', 'account.application.deauthorized', 'deauthorize'];
    const forged = claims.flatMap((claim) => [
      { ...call, query: { type: claim, event: claim, event_type: claim, action: 'deleted' } },
      { ...call, path: claim },
      ...['x-event-type', 'x-webhook-type', 'event', 'type', 'x-event-key', 'webhook-type'].map((name) => withHeader(call, name, claim)),
    ]);

    for (const one of forged) {
      const verdict = await verdictOf(provider, one);
      expect(verdict.kind === 'notices' ? verdict : right).toEqual(right);
    }
  });
});

describe('a weaker signature', () => {
  const sha1 = (sender: FakeWebhookSender, body: Buffer) => hmac('sha1', secretOf(sender), body);
  const find = (provider: string): FakeWebhookSender => {
    const sender = fakeWebhookSenders.find((one) => one.provider === provider);
    if (sender === undefined) throw new Error(`no sender ${provider}`);
    return sender;
  };

  it.each([
    ['github', 'x-hub-signature-256', (mac: string) => ({ 'x-hub-signature-256': `sha1=${mac}`, 'x-hub-signature': `sha1=${mac}` })],
    ['github', 'x-hub-signature-256', (mac: string) => ({ 'x-hub-signature': `sha1=${mac}` })],
    ['instagram', 'x-hub-signature-256', (mac: string) => ({ 'x-hub-signature-256': `sha1=${mac}`, 'x-hub-signature': `sha1=${mac}` })],
    ['instagram', 'x-hub-signature-256', (mac: string) => ({ 'x-hub-signature': `sha1=${mac}` })],
    ['agora', 'agora-signature-v2', (mac: string) => ({ 'agora-signature': mac })],
    ['agora', 'agora-signature-v2', (mac: string) => ({ 'agora-signature-v2': mac })],
  ] as const)('of %s is no substitute for %s', async (provider, name, weak) => {
    const call = await signedBy(find(provider));
    const headers = { ...withHeader(call, name, undefined).headers, ...weak(sha1(find(provider), call.body)) };

    expect(await verdictOf(provider, { ...call, headers })).toMatchObject({ kind: 'refused' });
  });

  it.each(['v0', 'v1a', 'v2', 'V1', ''])('of Stripe is no substitute: %p', async (scheme) => {
    const call = await signedBy(find('stripe'));
    const header = (call.headers['stripe-signature'] ?? '').replace(/,v0=.*/, '').replace('v1=', `${scheme}=`);

    expect(await verdictOf('stripe', withHeader(call, 'stripe-signature', header))).toMatchObject({ kind: 'refused' });
  });

  it.each(['md5', 'sha224', 'sha512-256'])('of YouTube and Webex by %s is refused', async (algorithm) => {
    for (const [provider, name, prefix] of [
      ['youtube', 'x-hub-signature', `${algorithm}=`],
      ['webex', 'x-spark-signature', ''],
    ] as const) {
      const call = await signedBy(find(provider));
      const mac = hmac(algorithm, secretOf(find(provider)), call.body);
      // What has the length of another algorithm is taken for that one.
      expect(await verdictOf(provider, withHeader(call, name, `${prefix}${mac}`))).toMatchObject({ kind: 'refused' });
    }
  });

  it('of GitHub cannot make an end of a permission out of another event', async () => {
    const call = await signedBy(find('github'), { body: Buffer.from('{"action":"created","sender":{"id":1},"installation":{"id":2}}') });

    for (const event of ['installation', 'github_app_authorization', 'push']) {
      const verdict = await verdictOf('github', withHeader(call, 'x-github-event', event));
      expect(verdict).toMatchObject({ kind: 'notices', notices: [{ accountId: null }] });
      expect(JSON.stringify(verdict)).not.toContain('endsConnection');
    }
  });
});

describe('a time that is signed rightly', () => {
  const seconds = String(signedNow.getTime() / 1_000);
  const odd = ['', ' ', 'NaN', 'Infinity', '1e9', `${Number(seconds) / 1e9}e9`, `-${seconds}`, `+${seconds}`, `0x${Number(seconds).toString(16)}`];
  const odder = [
    `${seconds}.0`,
    ` ${seconds}`,
    `${seconds} `,
    `${seconds}, ${seconds}`,
    `${seconds}.1`,
    `${seconds}_0`,
    '١٧٩٦١٣٩٢٠٠',
    `${seconds}000000`,
    'now',
  ];
  const body = Buffer.from('{"id":"evt_1","type":"invoice.paid","event":"meeting.ended","event_ts":1,"payload":{}}');
  const mac = (secret: string, ...parts: readonly (string | Buffer)[]) =>
    parts.reduce((running, part) => running.update(part), createHmac('sha256', secret)).digest('hex');
  const sender = (provider: string) => fakeWebhookSenders.find((one) => one.provider === provider) as FakeWebhookSender;
  const signers: Readonly<Record<string, (time: string) => FakeWebhook>> = {
    stripe: (time) => ({
      method: 'POST',
      path: '',
      query: {},
      headers: { 'stripe-signature': `t=${time},v1=${mac(secretOf(sender('stripe')), `${time}.`, body)}` },
      body,
    }),
    zoom: (time) => ({
      method: 'POST',
      path: '',
      query: {},
      headers: { 'x-zm-request-timestamp': time, 'x-zm-signature': `v0=${mac(secretOf(sender('zoom')), `v0:${time}:`, body)}` },
      body,
    }),
    mailgun: (time) => ({
      method: 'POST',
      path: '',
      query: {},
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(
        JSON.stringify({
          signature: { timestamp: time, token: 'token', signature: mac(secretOf(sender('mailgun')), time, 'token') },
          'event-data': { event: 'opened' },
        }),
      ),
    }),
  };

  it.each(Object.keys(signers))('is taken by %s when it is of now, and refused in every other spelling', async (provider) => {
    const signed = signers[provider] as (time: string) => FakeWebhook;

    expect(await verdictOf(provider, signed(seconds))).toMatchObject({ kind: 'notices' });
    for (const time of [...odd, ...odder]) expect([time, (await verdictOf(provider, signed(time))).kind]).toEqual([time, 'refused']);
  });

  it.each(['zoom', 'discord', 'sendgrid'])('that is none, before 1970 or far away is refused by %s', async (provider) => {
    for (const ms of [Number.NaN, -1_000, -signedNow.getTime(), 8.64e15, 0])
      expect([ms, (await verdictOf(provider, await signedBy(sender(provider), { now: new Date(ms) }))).kind]).toEqual([ms, 'refused']);
  });

  it.each(['discord', 'sendgrid'])('cannot take a part of the body with it, nor leave one there, at %s', async (provider) => {
    const call = await signedBy(sender(provider));
    const [name = ''] = Object.keys(call.headers).filter((header) => header.endsWith('timestamp'));
    const time = call.headers[name] ?? '';

    for (const moved of [1, 2, 5]) {
      const longer = { ...withHeader(call, name, `${time}${call.body.subarray(0, moved).toString('utf8')}`), body: call.body.subarray(moved) };
      const shorter = { ...withHeader(call, name, time.slice(0, -moved)), body: Buffer.concat([Buffer.from(time.slice(-moved)), call.body]) };
      for (const one of [longer, shorter]) expect((await verdictOf(provider, one)).kind).toBe('refused');
    }
  });
});
