import { defineProvider, inboundToleranceMs, type InboundCall, type InboundVerdict } from '@patchbay/capabilities';
import { inboundContract } from '@patchbay/capabilities/testing';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { fakeSignedAt, inboundHarness, type FakeWebhookSender } from './fake-webhooks.js';

const secret = 'the secret of Example Corp';
const signatureOf = (key: string, time: string, body: Buffer): Buffer => createHmac('sha256', key).update(`${time}.`).update(body).digest();

const notice = z.object({ id: z.string().min(1).max(100), kind: z.string().min(1).max(100) });

const receive = (key: string, { headers, body }: InboundCall, now: Date): InboundVerdict => {
  const { 'example-time': time = '', 'example-signature': signature = '' } = headers;
  const expected = signatureOf(key, time, body);
  const given = Buffer.from(signature, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { kind: 'refused', reason: 'signature_wrong' };
  if (!(Math.abs(now.getTime() - Number(time)) <= inboundToleranceMs)) return { kind: 'refused', reason: 'too_old' };
  try {
    const { id, kind } = notice.parse(JSON.parse(body.toString('utf8')));
    return { kind: 'notices', notices: [{ key: id, type: kind, accountId: null }], answer: null };
  } catch {
    return { kind: 'refused', reason: 'malformed' };
  }
};

const exampleCorp = defineProvider({
  id: 'example_corp',
  displayName: 'Example Corp',
  setupGuide: new URL('https://example.com'),
  config: z.object({ EXAMPLE_CORP_CLIENT_ID: z.string(), EXAMPLE_CORP_WEBHOOK_SECRET: z.string().optional() }),
  credentials: ['EXAMPLE_CORP_CLIENT_ID'],
  limits: { provider: { limit: 1, perMs: 1 }, account: { limit: 1, perMs: 1 } },
  types: [],
  capabilities: [],
  connect: () => ({}),
  inboundWebhooks: {
    variables: ['EXAMPLE_CORP_WEBHOOK_SECRET'],
    secrets: { headers: ['example-signature'], fields: [] },
    connect: ({ config }) => ({ receive: (call, now) => receive(config.EXAMPLE_CORP_WEBHOOK_SECRET, call, now) }),
  },
});

const exampleCorpFakeWebhooks: FakeWebhookSender = {
  provider: 'example_corp',
  environment: { EXAMPLE_CORP_WEBHOOK_SECRET: secret },
  types: ['thing.made', 'thing.broken'],
  signsTime: true,
  sign: (type, { variant, id, now, body = Buffer.from(JSON.stringify({ id, kind: type })) }) => {
    const time = String(fakeSignedAt({ variant, now }).getTime());
    const signature = signatureOf(variant === 'wrong_signature' ? `not ${secret}` : secret, time, body).toString('base64');
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json',
        'example-time': time,
        ...(variant === 'unsigned' ? {} : { 'example-signature': signature }),
      },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    };
  },
};

inboundContract('example_corp', () => inboundHarness(exampleCorp, exampleCorpFakeWebhooks));
