import { inboundContract } from '@patchbay/capabilities/testing';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { sendgridFakeWebhooks } from './sendgrid.fake-webhooks.js';
import { sendgridInbound } from './sendgrid.inbound.js';
import { sendgrid } from './sendgrid.provider.js';

const now = new Date('2026-12-01T16:00:00Z');
const fakeKey = sendgridFakeWebhooks.environment['SENDGRID_WEBHOOK_PUBLIC_KEY'] ?? '';
const fakeSigning = { variant: 'right', id: '1', now, url: 'https://patchbay.example.com', apiBaseUrl: 'http://127.0.0.1:1' } as const;

// Published with SendGrid's own packages: https://github.com/sendgrid/sendgrid-nodejs/blob/main/packages/eventwebhook/src/eventwebhook.spec.js
const published = {
  key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
  signature: 'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
  timestamp: '1600112502',
  body: `${JSON.stringify([
    {
      email: 'hello@world.com',
      event: 'dropped',
      reason: 'Bounced Address',
      sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
      sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
      'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
      timestamp: 1600112492,
    },
  ])}\r\n`,
};

const receivePublished = ({ body = published.body, timestamp = published.timestamp, keys = published.key, at = new Date(1_600_112_502_000) } = {}) =>
  sendgridInbound(keys).receive(
    {
      method: 'POST',
      path: '',
      query: {},
      headers: { 'x-twilio-email-event-webhook-signature': published.signature, 'x-twilio-email-event-webhook-timestamp': timestamp },
      body: Buffer.from(body),
    },
    at,
  );

const received = async (items: readonly unknown[]) =>
  sendgridInbound(fakeKey).receive(await sendgridFakeWebhooks.sign('open', { ...fakeSigning, body: Buffer.from(JSON.stringify(items)) }), now);

inboundContract('sendgrid', () => inboundHarness(sendgrid, sendgridFakeWebhooks));

describe('sendgrid: inbound webhooks', () => {
  it("accepts SendGrid's own example, with the line break at its end", () => {
    expect(receivePublished()).toEqual({
      kind: 'notices',
      notices: [{ key: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA', type: 'dropped', accountId: null }],
      answer: null,
    });
    expect(receivePublished({ keys: `${fakeKey}, ${published.key}` })).toMatchObject({ kind: 'notices' });
    for (const wrong of [{ body: published.body.trim() }, { timestamp: '1600112503' }, { keys: fakeKey }])
      expect(receivePublished(wrong)).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('is signed in the sandbox as the package of SendGrid verifies', async () => {
    const { body, headers } = await sendgridFakeWebhooks.sign('bounce', fakeSigning);
    const official = new EventWebhook();
    const { 'x-twilio-email-event-webhook-signature': signature = '', 'x-twilio-email-event-webhook-timestamp': time = '' } = headers;

    expect(official.verifySignature(official.convertPublicKeyToECDSA(fakeKey), body, signature, time)).toBe(true);
  });

  it('takes what SendGrid repeats for a day, and nothing older or from the future', () => {
    const after = (hours: number) => receivePublished({ at: new Date(1_600_112_502_000 + hours * 3_600_000) });

    expect(after(24)).toMatchObject({ kind: 'notices' });
    expect(after(26)).toEqual({ kind: 'refused', reason: 'too_old' });
    expect(after(-0.1)).toEqual({ kind: 'refused', reason: 'from_the_future' });
  });

  it('tells each event of a batch, and leaves out what is none', async () => {
    const verdict = await received([{ event: 'open', sg_event_id: 'a' }, null, { event: 'click', sg_event_id: 'b' }, { sg_event_id: 'c' }]);

    expect(verdict).toMatchObject({
      notices: [
        { key: 'a', type: 'open' },
        { key: 'b', type: 'click' },
      ],
    });
  });

  it('knows an event without an id by what it says', async () => {
    const event = { event: 'open', email: 'a@example.com', timestamp: 1 };

    expect(await received([event, event, { ...event, timestamp: 2 }])).toMatchObject({
      notices: [{ key: expect.stringMatching(/^[0-9a-f]{40}$/) }, { type: 'open' }, { type: 'open' }],
    });
    expect(await received([event])).toEqual(await received([event]));
  });

  it('says before the start that a key is none', () => {
    expect(sendgrid.config.safeParse({ SENDGRID_WEBHOOK_PUBLIC_KEY: 'SG.not.akey' }).error?.issues[0]?.path).toEqual(['SENDGRID_WEBHOOK_PUBLIC_KEY']);
    expect(sendgrid.config.safeParse({ SENDGRID_WEBHOOK_PUBLIC_KEY: `${fakeKey},${published.key}` }).success).toBe(true);
  });
});
