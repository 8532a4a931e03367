import { inboundContract } from '@patchbay/capabilities/testing';
import { createHmac } from 'node:crypto';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { agoraFakeWebhooks } from './agora.fake-webhooks.js';
import { agoraInbound } from './agora.inbound.js';
import { agora } from './agora.provider.js';

inboundContract('agora', () => inboundHarness(agora, agoraFakeWebhooks));

describe('notifications of Agora', () => {
  // The example of Agora's guide. https://docs.agora.io/cn/Video/signature_verify
  const example = {
    secret: 'secret',
    body: '{"eventType":10,"noticeId":"4eb720f0-8da7-11e9-a43e-53f411c2761f","notifyMs":1560408533119,"payload":{"a":"1","b":2},"productId":1}',
    signature: '5a3bb6a6d9fad2ea9ae3fb707a14c9d7f3136df1',
    signatureV2: 'de96da5acf03b0021ac3b4fa2225e7ae6f3533a30d50bb02c08ea4fa748bda24',
  };
  const sentAt = 1_560_408_533_119;
  const receive = (headers: Readonly<Record<string, string>>, body = example.body, now = new Date(sentAt)) =>
    agoraInbound(example.secret).receive({ method: 'POST', path: '', query: {}, headers, body: Buffer.from(body) }, now);
  const signed = (content: object, now?: Date) => {
    const body = JSON.stringify(content);
    return receive({ 'agora-signature-v2': createHmac('sha256', example.secret).update(body).digest('hex') }, body, now);
  };

  it("are accepted as Agora's own example is signed, and answered with JSON", () => {
    expect(receive({ 'agora-signature-v2': example.signatureV2 })).toEqual({
      kind: 'notices',
      notices: [{ key: '4eb720f0-8da7-11e9-a43e-53f411c2761f', type: '1.10', accountId: null }],
      answer: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' },
    });
  });

  it('are refused with nothing but the older signature', () => {
    expect(receive({ 'agora-signature': example.signature })).toEqual({ kind: 'refused', reason: 'signature_missing' });
    expect(receive({ 'agora-signature': example.signature, 'agora-signature-v2': example.signature })).toEqual({
      kind: 'refused',
      reason: 'signature_wrong',
    });
  });

  it('are accepted while Agora may still be trying, and not for longer', () => {
    const at = (minutes: number) => receive({ 'agora-signature-v2': example.signatureV2 }, example.body, new Date(sentAt + minutes * 60_000));

    expect(at(29)).toMatchObject({ kind: 'notices' });
    expect(at(31)).toEqual({ kind: 'refused', reason: 'too_old' });
    expect(at(-6)).toEqual({ kind: 'refused', reason: 'from_the_future' });
  });

  it('that only try the address out are answered and not kept', () => {
    const trial = { noticeId: 'n', productId: 1, eventType: 101, notifyMs: 1, payload: { channelName: 'test_webhook' } };

    expect(signed(trial)).toMatchObject({ kind: 'handshake', answer: { status: 200, body: '{}' } });
    expect(receive({}, JSON.stringify(trial))).toMatchObject({ kind: 'refused' });
  });

  it('without an id, or without a time, are refused', () => {
    expect(signed({ productId: 1, eventType: 101, notifyMs: sentAt, payload: {} })).toEqual({ kind: 'refused', reason: 'malformed' });
    expect(signed({ noticeId: 'n', productId: 1, eventType: 101, payload: {} })).toEqual({ kind: 'refused', reason: 'malformed' });
  });
});
