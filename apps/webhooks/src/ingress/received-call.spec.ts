import type { InboundCall, InboundNotice } from '@patchbay/capabilities';
import { providerPermissionEnded, providerPushReceived, providerWebhookReceived, type EventOf } from '@patchbay/contracts';
import { toReceivedCall, type ReceivedNotice } from './received-call.js';

const at = new Date('2026-12-01T16:00:00Z');
const notice: InboundNotice = { key: 'evt_1', type: 'invoice.paid', accountId: 'acct_1' };

const callOf = (changes: Partial<InboundCall> = {}): InboundCall => ({
  method: 'POST',
  path: '',
  query: {},
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{}'),
  ...changes,
});
const received = (call: Partial<InboundCall>, ...notices: readonly Partial<InboundNotice>[]) =>
  toReceivedCall({
    provider: 'stripe',
    call: callOf(call),
    told: notices.map((changes) => ({ ...notice, ...changes })),
    receivedAt: at,
    secretHeaders: [],
  });
const dataOf = (one: ReceivedNotice | undefined): EventOf<typeof providerWebhookReceived>['data'] =>
  (JSON.parse(one?.events[0]?.payload ?? '{}') as EventOf<typeof providerWebhookReceived>).data;

describe('a received call', () => {
  it('keeps its body once, however many things it tells', () => {
    const { body, notices } = received({}, { key: 'a' }, { key: 'b' });

    expect(notices.map(({ key, bodyId }) => [key, bodyId])).toEqual([
      ['a', body.id],
      ['b', body.id],
    ]);
    expect(new Set(notices.map(({ id }) => id)).size).toBe(2);
  });

  it('carries its body on the bus as long as that is little, all events of the call together', () => {
    const body = Buffer.alloc(40_000, 'x');

    expect(dataOf(received({ body }, {}).notices[0]).body).toBe(body.toString());
    expect(received({ body }, { key: 'a' }, { key: 'b' }).notices.map((one) => dataOf(one).body)).toEqual([null, null]);
    expect(dataOf(received({ body: Buffer.alloc(64 * 1_024 + 1, 'x') }, {}).notices[0]).body).toBeNull();
  });

  it.each([
    ['bytes that are no text', Buffer.from([0xff, 0xfe])],
    ['a NUL', Buffer.from('a\u0000b')],
    ['a byte order mark', Buffer.from('\ufeff{}')],
  ])('never carries another body than the one that came: %s', (_what, body) => {
    const { body: carried } = dataOf(received({ body }, {}).notices[0]);

    expect(carried === null || Buffer.from(carried, 'utf8').equals(body)).toBe(true);
  });

  it.each([
    'authorization',
    'cookie',
    'stripe-signature',
    'x-hub-signature-256',
    'paypal-transmission-sig',
    'x-goog-channel-token',
    'x-signature-ed25519',
    'x-api-key',
    'x-webhook-secret',
  ])('does not keep %s', (name) => {
    expect(received({ headers: { [name]: 'CANARY', host: 'kept' } }, {}).body.headers).toEqual({ host: 'kept' });
  });

  it('knows a key that no index takes by its hash', () => {
    const keyOf = (key: string) => received({}, { key }).notices[0]?.key;
    const long = 'k'.repeat(3_000);

    expect(keyOf(long)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(keyOf(long)).toBe(keyOf(long));
    expect(keyOf(`${long}x`)).not.toBe(keyOf(long));
    expect(keyOf('a\u0000')).toMatch(/^sha256:/);
    expect(keyOf('evt_1')).toBe('evt_1');
  });

  it('makes words of a provider fit to be kept', () => {
    const [one] = received({}, { type: `a\u0000\ud83d${'t'.repeat(500)}`, accountId: 'b\u0000c' }).notices;

    expect([one?.type.length, one?.type.startsWith('a\ufffdt'), one?.accountId]).toEqual([199, true, 'bc']);
  });

  it('tells what was said on a channel of ours beside the notice itself', () => {
    const told = (more: Partial<InboundNotice>) =>
      received({}, more).notices[0]?.events.map(({ payload }) => JSON.parse(payload) as { readonly type: string; readonly data: object }) ?? [];
    const channelId = '0198f2a4-0000-7000-8000-00000000c0de';

    expect(told({ channelId })).toMatchObject([
      { type: providerWebhookReceived.type },
      { type: providerPushReceived.type, data: { provider: 'stripe', channel_id: channelId, news: 'changed' } },
    ]);
    expect(told({ channelId, channelNews: 'ended' })[1]).toMatchObject({ data: { news: 'ended' } });
    expect(told({})).toHaveLength(1);
  });

  it('tells of an ended permission only where the provider says whose it was', () => {
    const subjects = (accountId: string | null) =>
      received({}, { endsConnection: true, accountId }).notices[0]?.events.map(({ subject }) => subject) ?? [];

    expect(subjects('u_1').map((subject) => subject.split('.')[1])).toEqual([providerWebhookReceived.type, providerPermissionEnded.type]);
    expect(subjects(null)).toHaveLength(1);
  });
});
