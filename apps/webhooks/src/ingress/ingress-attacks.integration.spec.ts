import { randomUUID } from 'node:crypto';
import { listReceivedWebhooks, receiveProviderWebhook, type OutputOf } from '@patchbay/contracts';
import { fakeWebhookSenders, specIngressUrl, type FakeWebhook, type FakeWebhookSender, type FakeWebhookSigning } from '@patchbay/providers/testing';
import { register } from 'prom-client';
import { until } from '../testing/receiver.js';
import { startWebhooks, type TestWebhooks } from '../testing/start-webhooks.js';

type Answer = OutputOf<typeof receiveProviderWebhook>;

const senders = fakeWebhookSenders.map((sender) => [sender.provider, sender] as const);
const stripe = fakeWebhookSenders.find(({ provider }) => provider === 'stripe') as FakeWebhookSender;

describe('what is not signed as its provider signs', () => {
  let webhooks: TestWebhooks;

  beforeAll(async () => {
    // Nothing listens there: whoever needs a key of PayPal's cannot get it.
    const everything = { INSTAGRAM_CLIENT_ID: 'sandbox', PAYPAL_API_BASE_URL: 'http://127.0.0.1:9/paypal' };
    webhooks = await startWebhooks(Object.assign(everything, ...fakeWebhookSenders.map(({ environment }) => environment)) as Record<string, string>);
  }, 60_000);
  afterAll(() => webhooks.stop(), 30_000);

  const signed = async (sender: FakeWebhookSender, changes: Partial<FakeWebhookSigning> = {}): Promise<FakeWebhook> =>
    sender.sign(sender.types[0] ?? '', {
      variant: 'right',
      id: randomUUID(),
      now: new Date(),
      url: specIngressUrl(sender.provider),
      apiBaseUrl: 'http://127.0.0.1:9/paypal',
      ...changes,
    });
  const send = (provider: string, { body, ...rest }: FakeWebhook): Promise<Answer> =>
    webhooks.ask(receiveProviderWebhook, { provider, ...rest, body_base64: body.toString('base64') });
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'accepted',
      (error: { code: string }) => error.code,
    );
  const rows = async (): Promise<readonly number[]> => {
    const { rows: counts } = await webhooks.sql.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM received_webhooks UNION ALL SELECT count(*)::int FROM received_bodies
       UNION ALL SELECT count(*)::int FROM outbox WHERE subject LIKE 'event.provider_%'`,
    );
    return counts.map(({ n }) => n);
  };
  const alterations = async (): Promise<number> => {
    const metrics = await register.getSingleMetricAsString('patchbay_received_webhooks_total');
    return Number(/outcome="altered_repeat"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  };
  const newestOf = async (provider: string) => (await webhooks.ask(listReceivedWebhooks, { provider, limit: 1 })).items[0];

  it.each(senders)('is refused and leaves no row: %s', async (provider, sender) => {
    const before = await rows();
    const right = await signed(sender);
    const { signsTime } = sender;
    const variants = ['wrong_signature', 'tampered', 'unsigned', ...(signsTime ? (['old', 'future'] as const) : [])] as const;
    const wrong = await Promise.all(variants.map((variant) => signed(sender, { variant })));
    const emptied = Object.fromEntries(Object.keys(right.headers).map((name) => [name, '']));
    const doubled = Object.fromEntries(Object.entries(right.headers).map(([name, value]) => [name, `${value}, ${value}`]));
    const calls = [...wrong, { ...right, headers: {}, body: Buffer.from('{}') }, { ...right, headers: emptied, body: Buffer.from('{}') }];
    if (!['outlook', 'mailgun'].includes(provider)) calls.push({ ...right, headers: doubled });

    for (const call of calls) {
      // Without PayPal's key nothing of PayPal's can be told from a forgery.
      const expected = provider === 'paypal' ? /^(webhook_signature_invalid|service_unavailable)$/ : /^webhook_signature_invalid$/;
      expect(await codeOf(send(provider, call))).toMatch(expected);
    }
    expect(await rows()).toEqual(before);
  });

  it('is refused when it was signed for another provider, and leaves no row', async () => {
    const before = await rows();

    for (const [provider, sender] of senders) {
      const call = await signed(sender);
      const others = senders.map(([other]) => other).filter((other) => other !== provider);
      expect([provider, new Set(await Promise.all(others.map((other) => codeOf(send(other, call)))))]).toEqual([
        provider,
        new Set(['webhook_signature_invalid']),
      ]);
    }
    expect(await rows()).toEqual(before);
  });

  it('cannot put another body under an id that is known: the first stays, and nothing is announced again', async () => {
    const id = randomUUID();
    const bodyOf = (type: string) =>
      Buffer.from(JSON.stringify({ id: `evt_${id}`, object: 'event', type, data: { object: { amount: type.length } } }));
    await send('stripe', await signed(stripe, { body: bodyOf('invoice.paid') }));
    const first = await until(
      () => newestOf('stripe'),
      (one) => one?.status === 'announced',
    );
    const before = await rows();

    expect(await codeOf(send('stripe', await signed(stripe, { body: bodyOf('charge.refunded') })))).toBe('accepted');

    expect(await rows()).toEqual(before);
    expect(await newestOf('stripe')).toEqual({ ...first, received_count: 2 });
    expect(first?.type).toBe('invoice.paid');
    await until(alterations, (count) => count === 1);
    await send('stripe', await signed(stripe, { body: bodyOf('invoice.paid') }));
    await send('stripe', await signed(stripe, { body: bodyOf('invoice.void') }));
    await until(alterations, (count) => count > 1);
    expect(await alterations()).toBe(2);
  });

  it('cannot be repeated: what was taken once does nothing more, and after five minutes is refused', async () => {
    const now = new Date();
    const call = await signed(stripe, { now });
    await send('stripe', call);
    const before = await rows();

    expect(await codeOf(send('stripe', call))).toBe('accepted');
    for (const minutes of [-6, 6]) {
      const later = await signed(stripe, { now: new Date(now.getTime() + minutes * 60_000) });
      expect(await codeOf(send('stripe', later))).toBe('webhook_signature_invalid');
    }
    expect(await rows()).toEqual(before);
  });
});
