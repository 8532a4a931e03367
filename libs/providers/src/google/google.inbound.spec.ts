import type { InboundCall } from '@patchbay/capabilities';
import { inboundContract } from '@patchbay/capabilities/testing';
import { channelToken } from '../_kit/channel-token.js';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { googleFakeWebhooks } from './google.fake-webhooks.js';
import { googleInbound } from './google.inbound.js';
import { google } from './google.provider.js';

const secret = googleFakeWebhooks.environment['GOOGLE_WEBHOOK_SECRET'] ?? '';
const now = new Date('2026-12-01T16:00:00Z');
const id = 'channel-1';
const call = (headers: Readonly<Record<string, string>>): InboundCall => ({
  method: 'POST',
  path: '',
  query: {},
  headers: { 'x-goog-channel-id': id, 'x-goog-message-number': '7', 'x-goog-resource-state': 'exists', ...headers },
  body: Buffer.alloc(0),
});
const token = (secrets: string) => ({ 'x-goog-channel-token': channelToken(secrets, { provider: 'google', id }) });

inboundContract('google', () =>
  inboundHarness(google, googleFakeWebhooks, {
    handshakes: [{ name: 'sync', call: call({ ...token(secret), 'x-goog-resource-state': 'sync' }), answer: { status: 200, body: '' } }],
  }),
);

describe('push notices of Google', () => {
  const receive = (headers: Readonly<Record<string, string>>, secrets = secret) => googleInbound(secrets).receive(call(headers), now);

  it('are known by their channel and number', () => {
    const notices = [{ key: 'channel-1:7', type: 'exists', accountId: null, channelId: 'channel-1' }];

    expect(receive(token(secret))).toEqual({ kind: 'notices', notices, answer: null });
  });

  it('are not taken for one channel with the token of another', () => {
    expect(receive({ ...token(secret), 'x-goog-channel-id': 'channel-2' })).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('do not open a channel for a stranger either', () => {
    expect(receive({ 'x-goog-resource-state': 'sync' })).toEqual({ kind: 'refused', reason: 'signature_missing' });
    expect(receive({ 'x-goog-resource-state': 'sync', 'x-goog-channel-token': '' })).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('of channels that were opened under an older secret are accepted as long as it is listed', () => {
    const older = token('an-older-secret-of-ours');

    expect(receive(older, `${secret},an-older-secret-of-ours`)).toMatchObject({ kind: 'notices' });
    expect(receive(older)).toEqual({ kind: 'refused', reason: 'signature_wrong' });
    expect(token(`${secret},an-older-secret-of-ours`)).toEqual(token(secret));
  });

  it.each(['seven', '-1', '1e3', ''])('with the number %p are refused', (number) => {
    expect(receive({ ...token(secret), 'x-goog-message-number': number })).toEqual({ kind: 'refused', reason: 'malformed' });
  });
});

describe('GOOGLE_WEBHOOK_SECRET', () => {
  it.each(['short', 'long enough but with spaces', 'a-secret-that-is-long-enough,short', ','])('may not be %p', (secrets) => {
    expect(google.config.partial().safeParse({ GOOGLE_WEBHOOK_SECRET: secrets }).success).toBe(false);
  });
});
