import { fakeWebhookSenders } from '@patchbay/providers/testing';
import { request } from 'undici';
import { freshId, admin, callRaw, stack } from './whole-stack.js';

interface Sent {
  readonly status: number | null;
  readonly body: string;
}

interface Received {
  readonly id: string;
  readonly provider: string;
  readonly type: string;
  readonly received_count: number;
  readonly replayed_at: string | null;
}

const wish = async (provider: string, body: object): Promise<Sent> => {
  const answer = await request(`${stack.sandboxUrl}/control/providers/${provider}/send-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.statusCode).toBe(200);
  return (await answer.body.json()) as Sent;
};

const received = async (query: string): Promise<readonly Received[]> => {
  const { status, body } = await callRaw('GET', `/api/v1/admin/received-webhooks/?${query}`, { token: admin.token });
  expect(status).toBe(200);
  return body['items'] as readonly Received[];
};

describe.each(fakeWebhookSenders.map((sender) => [sender.provider, sender] as const))('webhooks of %s', (provider, { types, signsTime }) => {
  it('come in from end to end, each kind of them, and are shown', async () => {
    const since = new Date().toISOString();
    for (const type of types) {
      const { status, body } = await wish(provider, { type });
      expect([type, [200, 202, 204].includes(status ?? 0), body]).toEqual([type, true, body]);
    }

    const shown = await received(`provider=${provider}&since=${since}&limit=100`);
    expect(shown.length).toBeGreaterThanOrEqual(types.length);
  });

  it('count once when they come twice', async () => {
    const id = freshId('twice');
    const since = new Date().toISOString();
    for (let time = 0; time < 2; time += 1) await wish(provider, { id });

    const shown = await received(`provider=${provider}&since=${since}&limit=100`);
    expect(shown.map((one) => one.received_count)).toEqual(shown.map(() => 2));
    expect(shown.length).toBeGreaterThan(0);
  });

  it.each(['wrong_signature', 'tampered', 'unsigned', ...(signsTime ? (['old', 'future'] as const) : [])] as const)(
    'that are %s leave nothing',
    async (variant) => {
      const since = new Date().toISOString();

      const sent = await wish(provider, { variant });

      expect([sent.status, sent.body]).toEqual([401, expect.stringContaining('webhook_signature_invalid')]);
      expect(await received(`provider=${provider}&since=${since}`)).toEqual([]);
    },
  );
});

describe('webhooks of providers', () => {
  it('at the path of Stripe that frontends know are answered as they know it', async () => {
    const url = `${stack.gatewayUrl}/webhooks/stripe`;

    expect(await wish('stripe', { url })).toMatchObject({ status: 200, body: '{"status": "success"}' });
    expect(await wish('stripe', { url, variant: 'wrong_signature' })).toMatchObject({ status: 400, body: '{"error": "Invalid signature"}' });
  });

  it('are announced once more when an administrator asks', async () => {
    await wish('github', {});
    const [one] = await received('provider=github&limit=1');
    const path = `/api/v1/admin/received-webhooks/${one?.id}/`;

    const { status, body } = await callRaw('POST', `${path}replay/`, { token: admin.token, body: '{}' });
    const whole = await callRaw('GET', path, { token: admin.token });

    expect([status, body['replayed_at']]).toEqual([200, expect.any(String)]);
    expect(whole.body).toMatchObject({ id: one?.id, provider: 'github', body: expect.any(String), headers: expect.any(Object) });
    expect(JSON.stringify(whole.body['headers'])).not.toMatch(/signature/i);
  });
});
