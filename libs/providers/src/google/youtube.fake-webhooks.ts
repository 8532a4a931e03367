import { createHash, createHmac } from 'node:crypto';
import type { FakeWebhookSender } from '../_kit/fake-webhooks.js';

const secret = 'sandbox-youtube-webhook-secret';
/** Whose videos the fake tells of. */
export const fakeYoutubeChannel = 'UCsandbox-patchbay-chan0';

/** Google's hub as the sender of YouTube's notices. */
export const youtubeFakeWebhooks: FakeWebhookSender = {
  provider: 'youtube',
  environment: { YOUTUBE_WEBHOOK_SECRET: secret },
  types: ['entry', 'deleted-entry'],
  signsTime: false,
  sign: (type, { variant, id, body = Buffer.from(feedOf(type, id)) }) => ({
    method: 'POST',
    path: '',
    query: {},
    headers: {
      'content-type': 'application/atom+xml',
      link: `<https://www.youtube.com/xml/feeds/videos.xml?channel_id=${fakeYoutubeChannel}>; rel=self, <http://pubsubhubbub.appspot.com/>; rel=hub`,
      ...(variant === 'unsigned' ? {} : { 'x-hub-signature': signatureOf(variant === 'wrong_signature' ? 'another-secret' : secret, body) }),
    },
    body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
  }),
};

const signatureOf = (key: string, body: Buffer): string => `sha1=${createHmac('sha1', key).update(body).digest('hex')}`;

const feedOf = (type: string, id: string): string => {
  const videoId = createHash('sha256').update(id).digest('base64url').slice(0, 11);
  return type === 'deleted-entry'
    ? `<?xml version="1.0" encoding="UTF-8"?><feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">
<at:deleted-entry ref="yt:video:${videoId}" when="2026-12-01T15:59:58+00:00">
<link href="https://www.youtube.com/watch?v=${videoId}"/>
<at:by><name>Sandbox</name><uri>https://www.youtube.com/channel/${fakeYoutubeChannel}</uri></at:by>
</at:deleted-entry></feed>`
    : `<?xml version='1.0' encoding='UTF-8'?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
<link rel="hub" href="https://pubsubhubbub.appspot.com"/><link rel="self" href="https://www.youtube.com/xml/feeds/videos.xml?channel_id=${fakeYoutubeChannel}"/>
<title>YouTube video feed</title><updated>2026-12-01T15:59:59.552394234+00:00</updated>
<entry><id>yt:video:${videoId}</id><yt:videoId>${videoId}</yt:videoId><yt:channelId>${fakeYoutubeChannel}</yt:channelId>
<title>A video &lt;entry&gt;</title><link rel="alternate" href="https://www.youtube.com/watch?v=${videoId}"/>
<author><name>Sandbox</name><uri>https://www.youtube.com/channel/${fakeYoutubeChannel}</uri></author>
<published>2026-12-01T15:00:00+00:00</published><updated>2026-12-01T15:59:58.007+00:00</updated></entry></feed>`;
};
