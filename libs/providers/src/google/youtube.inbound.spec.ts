import type { InboundCall } from '@patchbay/capabilities';
import { inboundContract } from '@patchbay/capabilities/testing';
import { createHmac } from 'node:crypto';
import { channelToken } from '../_kit/channel-token.js';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { fakeYoutubeChannel, youtubeFakeWebhooks } from './youtube.fake-webhooks.js';
import { youtubeInbound } from './youtube.inbound.js';
import { youtube } from './youtube.provider.js';

const secret = youtubeFakeWebhooks.environment['YOUTUBE_WEBHOOK_SECRET'] ?? '';
const now = new Date('2026-12-01T16:00:00Z');
const token = channelToken(secret, { provider: 'youtube', id: fakeYoutubeChannel });
const topic = `https://www.youtube.com/xml/feeds/videos.xml?channel_id=${fakeYoutubeChannel}`;
const asks = (query: Readonly<Record<string, string>>, path = token): InboundCall => ({
  method: 'GET',
  path,
  query: { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.challenge': 'c-42', 'hub.lease_seconds': '432000', ...query },
  headers: {},
  body: Buffer.alloc(0),
});
const agreed = { status: 200, body: 'c-42' };

inboundContract('youtube', () =>
  inboundHarness(youtube, youtubeFakeWebhooks, {
    handshakes: [
      { name: 'subscribe', call: asks({}), answer: agreed },
      { name: 'subscribe, with a slash behind the address', call: asks({}, `${token}/`), answer: agreed },
      { name: 'subscribe, with a token of its own', call: asks({ 'hub.verify_token': token }, ''), answer: agreed },
      { name: 'unsubscribe', call: asks({ 'hub.mode': 'unsubscribe' }), answer: agreed },
      { name: 'denied', call: asks({ 'hub.mode': 'denied', 'hub.reason': '<b>no</b>' }), answer: { status: 200, body: '' } },
    ],
  }),
);

describe('webhooks of YouTube', () => {
  const receive = (call: InboundCall, secrets = secret) => youtubeInbound(secrets).receive(call, now);
  const right = () => youtubeFakeWebhooks.sign('entry', { variant: 'right', id: 'video-1', now, url: '', apiBaseUrl: '' });

  it('are known by the video and the time at which it was changed', async () => {
    const notices = {
      notices: [{ key: expect.stringMatching(/^[\w-]{11}:2026-12-01T15:59:58\.007\+00:00$/), type: 'entry', accountId: fakeYoutubeChannel }],
    };

    expect(receive(await right())).toMatchObject(notices);
  });

  it.each(['sha256', 'sha384', 'sha512'])('may be signed with %s', async (algorithm) => {
    const { headers, ...call } = await right();
    const signed = (key: string) => `${algorithm}=${createHmac(algorithm, key).update(call.body).digest('hex')}`;

    expect(receive({ ...call, headers: { ...headers, 'x-hub-signature': signed(secret) } })).toMatchObject({ kind: 'notices' });
    expect(receive({ ...call, headers: { ...headers, 'x-hub-signature': signed('another') } })).toMatchObject({ kind: 'refused' });
  });

  it.each(['md5=', 'none=', 'sha1=', '=', 'sha1'])('signed as %p are refused', async (signature) => {
    expect(receive({ ...(await right()), headers: { 'x-hub-signature': signature } })).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('of subscriptions under an older secret are accepted as long as it is listed', async () => {
    const call = await right();

    expect(receive(call, `a-newer-secret-of-ours,${secret}`)).toMatchObject({ kind: 'notices' });
    expect(receive(call, 'a-newer-secret-of-ours')).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('are subscribed to and ended by nobody but us', () => {
    const other = `https://www.youtube.com/xml/feeds/videos.xml?channel_id=UC${'x'.repeat(22)}`;

    expect(receive(asks({ 'hub.mode': 'unsubscribe' }, ''))).toEqual({ kind: 'refused', reason: 'signature_missing' });
    expect(receive(asks({ 'hub.mode': 'unsubscribe' }, 'a'.repeat(64)))).toEqual({ kind: 'refused', reason: 'signature_wrong' });
    expect(receive(asks({ 'hub.topic': other }))).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it.each([
    'https://example.com/feed',
    `https://www.youtube.com.example.com/feeds/videos.xml?channel_id=${fakeYoutubeChannel}`,
    `${topic}&hub.mode=unsubscribe`,
    '',
  ])('are not subscribed to at the topic %p', (wrong) => {
    expect(receive(asks({ 'hub.topic': wrong }))).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('echo a challenge as text and never as a page', () => {
    const verdict = receive(asks({ 'hub.challenge': '<script>' }));

    expect(verdict).toMatchObject({ answer: { headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } } });
    expect(receive(asks({ 'hub.challenge': 'x'.repeat(1_001) }))).toMatchObject({ kind: 'refused' });
  });
});
