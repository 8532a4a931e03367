import { createHmac } from 'node:crypto';
import { fakeSignedAt, type FakeWebhook, type FakeWebhookSender, type FakeWebhookSigning } from '../_kit/fake-webhooks.js';

const secret = 'sandbox-instagram-secret';
const accountId = '17841400000000001';

/** Instagram as the sender of webhooks, and of the two calls in which a person says goodbye. */
export const instagramFakeWebhooks: FakeWebhookSender = {
  provider: 'instagram',
  environment: { INSTAGRAM_CLIENT_SECRET: secret, INSTAGRAM_WEBHOOK_VERIFY_TOKEN: 'sandbox-instagram-verify-token' },
  types: ['comments', 'mentions', 'story_insights', 'messages', 'deauthorize', 'data_deletion'],
  signsTime: false,
  sign: (type, signing) => {
    if (type === 'deauthorize' || type === 'data_deletion') return goodbyeOf(type, signing);
    const { variant, id, body = Buffer.from(JSON.stringify(payloadOf(type, id))) } = signing;
    const signature = createHmac('sha256', keyOf(signing)).update(body).digest('hex');
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: { 'content-type': 'application/json', ...(variant === 'unsigned' ? {} : { 'x-hub-signature-256': `sha256=${signature}` }) },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    };
  },
};

const keyOf = ({ variant }: FakeWebhookSigning): string => (variant === 'wrong_signature' ? 'another-secret' : secret);

const payloadOf = (type: string, id: string): object => {
  const shared = { id: accountId, time: 1_796_140_798 };
  const told =
    type === 'messages'
      ? { messaging: [{ sender: { id: '1' }, recipient: { id: accountId }, timestamp: 1_796_140_797_000, message: { mid: id, text: 'Hello' } }] }
      : { changes: [{ field: type, value: { id, text: 'Gr\u00fc\u00dfe', media: { id: '17900000000000001', media_product_type: 'FEED' } } }] };
  return { object: 'instagram', entry: [{ ...shared, ...told }] };
};

const goodbyeOf = (type: string, signing: FakeWebhookSigning): FakeWebhook => {
  const { variant, id } = signing;
  const said = { algorithm: 'HMAC-SHA256', issued_at: Math.floor(fakeSignedAt(signing).getTime() / 1_000), user_id: id };
  const content = Buffer.from(JSON.stringify(said)).toString('base64url');
  const signature = createHmac('sha256', keyOf(signing)).update(content).digest('base64url');
  const request = variant === 'tampered' ? `${signature}.${content}A` : variant === 'unsigned' ? content : `${signature}.${content}`;
  return {
    method: 'POST',
    path: type.replace('_', '-'),
    query: {},
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: signing.body ?? Buffer.from(new URLSearchParams({ signed_request: request }).toString()),
  };
};
