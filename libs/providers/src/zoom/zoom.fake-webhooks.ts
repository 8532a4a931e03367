import { createHmac } from 'node:crypto';
import { fakeSignedAt, type FakeWebhookSender } from '../_kit/fake-webhooks.js';

const secret = 'sandbox-zoom-webhook-secret';

/** Zoom as the sender of webhooks. */
export const zoomFakeWebhooks: FakeWebhookSender = {
  provider: 'zoom',
  environment: { ZOOM_WEBHOOK_SECRET_TOKEN: secret },
  types: ['meeting.started', 'meeting.ended', 'meeting.deleted', 'recording.completed', 'app_deauthorized'],
  signsTime: true,
  sign: (type, { variant, id, now, body = Buffer.from(JSON.stringify(payloadOf(type, id))) }) => {
    const timestamp = String(Math.floor(fakeSignedAt({ variant, now }).getTime() / 1_000));
    const mac = createHmac('sha256', variant === 'wrong_signature' ? 'another-secret' : secret)
      .update(`v0:${timestamp}:`)
      .update(body);
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-zm-request-timestamp': timestamp,
        ...(variant === 'unsigned' ? {} : { 'x-zm-signature': `v0=${mac.digest('hex')}` }),
      },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    };
  },
};

const eventAt = Date.parse('2026-12-01T15:59:58Z');

const payloadOf = (type: string, id: string): object =>
  type === 'app_deauthorized'
    ? {
        event: type,
        event_ts: eventAt,
        payload: {
          account_id: 'EabCDEFghiLHMA',
          user_id: `user-${id}`,
          signature: '827edc3452044f0bc86bdd5684afb7d1e6becfa1a767f24df1b287853cf73000',
          deauthorization_time: new Date(eventAt).toISOString(),
          client_id: 'sandbox-zoom-client',
        },
      }
    : {
        event: type,
        event_ts: eventAt,
        payload: { account_id: 'EabCDEFghiLHMA', object: { uuid: id, id: '91234567890', host_id: 'z8yAAAAA8bbbQ', topic: 'A meeting' } },
      };
