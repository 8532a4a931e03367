import type { InboundCall } from '@patchbay/capabilities';
import { inboundContract } from '@patchbay/capabilities/testing';
import { createHmac } from 'node:crypto';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { zoomFakeWebhooks } from './zoom.fake-webhooks.js';
import { zoomInbound } from './zoom.inbound.js';
import { zoom } from './zoom.provider.js';

const secret = zoomFakeWebhooks.environment['ZOOM_WEBHOOK_SECRET_TOKEN'] ?? '';
const now = new Date('2026-12-01T16:00:00Z');
const signed = (content: object, timestamp = String(now.getTime() / 1_000)): InboundCall => {
  const body = Buffer.from(JSON.stringify(content));
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return { method: 'POST', path: '', query: {}, headers: { 'x-zm-signature': `v0=${mac}`, 'x-zm-request-timestamp': timestamp }, body };
};
const question = (plainToken: string) => ({ event: 'endpoint.url_validation', event_ts: 1, payload: { plainToken } });
const receive = (call: InboundCall) => zoomInbound(secret).receive(call, now);

inboundContract('zoom', () =>
  inboundHarness(zoom, zoomFakeWebhooks, {
    handshakes: [
      {
        name: 'url validation',
        call: signed(question('qgg8vlvZRS6UYooatFL8Aw')),
        answer: {
          status: 200,
          body: JSON.stringify({
            plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
            encryptedToken: createHmac('sha256', secret).update('qgg8vlvZRS6UYooatFL8Aw').digest('hex'),
          }),
        },
      },
    ],
  }),
);

describe('webhooks of Zoom', () => {
  it('sign nothing for a stranger who asks as Zoom does when it validates an address', () => {
    const { headers, ...call } = signed(question('qgg8vlvZRS6UYooatFL8Aw'));

    expect(receive({ ...call, headers: {} })).toEqual({ kind: 'refused', reason: 'signature_missing' });
    expect(receive({ ...call, headers: { ...headers, 'x-zm-signature': `v0=${'0'.repeat(64)}` } })).toEqual({
      kind: 'refused',
      reason: 'signature_wrong',
    });
  });

  it('are never made by answering a question that is a notice in disguise', () => {
    const disguised = `v0:${now.getTime() / 1_000}:{"event":"app_deauthorized","payload":{"user_id":"somebody"}}`;

    expect(receive(signed(question(disguised)))).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('end the connection of the person who removed the app, and no other one', () => {
    const removed = signed({ event: 'app_deauthorized', event_ts: 5, payload: { user_id: 'z9jkdsfsdfjhdkfjQ', account_id: 'EabCDEFghiLHMA' } });
    const ended = signed({ event: 'meeting.ended', event_ts: 5, payload: { object: { host_id: 'z8yAAAAA8bbbQ', uuid: 'abc==' } } });

    expect(receive(removed)).toMatchObject({ notices: [{ type: 'app_deauthorized', accountId: 'z9jkdsfsdfjhdkfjQ', endsConnection: true }] });
    expect(receive(ended)).toMatchObject({ notices: [{ type: 'meeting.ended', accountId: 'z8yAAAAA8bbbQ' }] });
    expect(receive(ended)).not.toMatchObject({ notices: [{ endsConnection: true }] });
  });

  it.each(['1e9', '-5', '+1796140800', '0x6b0e', '1796140800.0', ' 1796140800'])('with the time %p are refused', (timestamp) => {
    expect(receive(signed({ event: 'meeting.started', payload: {} }, timestamp))).toMatchObject({ kind: 'refused' });
  });
});
