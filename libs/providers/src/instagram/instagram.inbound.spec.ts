import type { InboundCall } from '@patchbay/capabilities';
import { inboundContract } from '@patchbay/capabilities/testing';
import { sign } from '@octokit/webhooks-methods';
import { createHmac } from 'node:crypto';
import { inboundHarness, type FakeWebhookVariant } from '../_kit/fake-webhooks.js';
import { instagramFakeWebhooks } from './instagram.fake-webhooks.js';
import { instagramInbound } from './instagram.inbound.js';
import { instagram } from './instagram.provider.js';
import { readSignedRequest } from './instagram.signed-request.js';

const now = new Date('2026-12-01T16:00:00Z');
const appSecret = instagramFakeWebhooks.environment['INSTAGRAM_CLIENT_SECRET'] ?? '';
const verifyToken = 'sandbox-instagram-verify-token';
const asks = (query: Readonly<Record<string, string>>, path = ''): InboundCall => ({
  method: 'GET',
  path,
  query,
  headers: { host: 'patchbay.example.com' },
  body: Buffer.alloc(0),
});
const subscribes = { 'hub.mode': 'subscribe', 'hub.verify_token': verifyToken, 'hub.challenge': '1158201444' };

inboundContract('instagram', () =>
  inboundHarness(instagram, instagramFakeWebhooks, {
    handshakes: [{ name: 'subscribe', call: asks(subscribes), answer: { status: 200, body: '1158201444' } }],
  }),
);

const options = { appSecret, verifyToken, dataDeletionUrl: undefined };
const receive = (call: InboundCall, given: Partial<Parameters<typeof instagramInbound>[0]> = {}) =>
  instagramInbound({ ...options, ...given }).receive(call, now);
const signed = (content: object): InboundCall => {
  const body = Buffer.from(JSON.stringify(content));
  const headers = { 'x-hub-signature-256': `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}` };
  return { method: 'POST', path: '', query: {}, headers, body };
};

describe('webhooks of Instagram', () => {
  const change = { field: 'comments', value: { id: 'comment-1' } };

  it('are accepted as somebody else signs by the same scheme', async () => {
    const { headers, ...call } = signed({ object: 'instagram', entry: [{ id: 'account-1', time: 1, changes: [change] }] });
    const signature = await sign(appSecret, call.body.toString('utf8'));

    expect(receive({ ...call, headers: { ...headers, 'x-hub-signature-256': signature } })).toMatchObject({ kind: 'notices' });
  });

  it('may tell several things at once, each of which is one notice', () => {
    const entries = [
      { id: 'account-1', time: 1, changes: [change, { field: 'mentions', value: {} }] },
      { id: 'account-2', time: 1, messaging: [{ message: { mid: 'm' } }] },
      { id: 'account-3', time: 1, field: 'comments', value: { id: 'comment-2' } },
    ];

    expect(receive(signed({ object: 'instagram', entry: entries }))).toMatchObject({
      notices: [
        { type: 'comments', accountId: 'account-1' },
        { type: 'mentions', accountId: 'account-1' },
        { type: 'messages', accountId: 'account-2' },
        { type: 'comments', accountId: 'account-3' },
      ],
    });
  });

  it('are known again in another company', () => {
    const keysOf = (...changes: readonly object[]) => {
      const verdict = receive(signed({ object: 'instagram', entry: [{ id: 'account-1', time: 1, changes }] }));
      return 'notices' in verdict ? verdict.notices.map(({ key }) => key) : [];
    };

    expect(keysOf({ field: 'mentions', value: {} }, change)).toContain(keysOf(change)[0]);
  });

  it('of other products of Meta are refused', () => {
    expect(receive(signed({ object: 'page', entry: [{ id: 'page-1', changes: [change] }] }))).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('are subscribed to by whoever knows the verify token, and by nobody where there is none', () => {
    expect(receive(asks({ ...subscribes, 'hub.verify_token': 'a guess' }))).toEqual({ kind: 'refused', reason: 'signature_wrong' });
    expect(receive(asks({ ...subscribes, 'hub.verify_token': '' }))).toEqual({ kind: 'refused', reason: 'signature_wrong' });
    expect(receive(asks({ ...subscribes, 'hub.mode': 'list' }))).toEqual({ kind: 'refused', reason: 'malformed' });
    expect(receive(asks(subscribes), { verifyToken: undefined })).toEqual({ kind: 'refused', reason: 'signature_missing' });
  });
});

describe('a person who says goodbye at Instagram', () => {
  const goodbye = async (type: string, variant: FakeWebhookVariant = 'right') => {
    const call = await instagramFakeWebhooks.sign(type, { variant, id: '218471', now, url: '', apiBaseUrl: '' });
    return { ...call, headers: { ...call.headers, host: 'patchbay.example.com' } };
  };
  const answerOf = (verdict: ReturnType<typeof receive>): Record<string, string> =>
    'kind' in verdict && verdict.kind === 'notices' ? JSON.parse(verdict.answer?.body ?? 'null') : {};

  it('ends the connection', async () => {
    expect(receive(await goodbye('deauthorize'))).toMatchObject({
      notices: [{ type: 'deauthorize', accountId: '218471', endsConnection: true }],
      answer: { status: 200 },
    });
  });

  it('gets a code and an address that tells what became of the request', async () => {
    const verdict = receive(await goodbye('data_deletion'));
    const { url = '', confirmation_code: code = '' } = answerOf(verdict);

    expect(verdict).toMatchObject({ notices: [{ type: 'data_deletion', accountId: '218471', endsConnection: true }] });
    expect(code).toMatch(/^[0-9a-z]{32}$/);
    expect(url).toBe(`https://patchbay.example.com/api/v1/ingress/instagram/data-deletion/?code=${code}`);
    expect(receive(asks({ code }, 'data-deletion/'))).toMatchObject({
      kind: 'handshake',
      answer: { status: 200, body: expect.stringContaining(code) },
    });
    expect(answerOf(receive(await goodbye('data_deletion')))).toEqual({ url, confirmation_code: code });
  });

  it("is sent to the operator's own page where there is one", async () => {
    const { url = '' } = answerOf(receive(await goodbye('data_deletion'), { dataDeletionUrl: 'https://example.com/deleted?lang=en' }));

    expect(url).toMatch(/^https:\/\/example\.com\/deleted\?lang=en&code=[0-9a-z]{32}$/);
  });

  it.each(['', 'a'.repeat(32), '<script>'])('is told nothing about the code %p, which nobody was given', (code) => {
    expect(receive(asks({ code }, 'data-deletion'))).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it.each(['deauthorize', 'data_deletion'])('is not believed by %s when somebody else said it', async (type) => {
    for (const variant of ['wrong_signature', 'tampered', 'unsigned', 'future'] as const) {
      expect([variant, await receive(await goodbye(type, variant))]).toMatchObject([variant, { kind: 'refused' }]);
    }
  });

  it("is not believed in a webhook's place, nor a webhook in hers", async () => {
    const call = await goodbye('deauthorize');

    expect(receive({ ...call, path: '' })).toMatchObject({ kind: 'refused' });
    expect(receive({ ...signed({ object: 'instagram', entry: [{ id: 'a', changes: [] }] }), path: 'deauthorize' })).toMatchObject({
      kind: 'refused',
    });
    expect(receive({ ...call, method: 'GET' })).toMatchObject({ kind: 'refused' });
  });
});

describe('a signed request', () => {
  const request = (text: string) => Buffer.from(`signed_request=${text}`);
  const of = (content: object) => {
    const text = Buffer.from(JSON.stringify(content)).toString('base64url');
    return request(`${createHmac('sha256', 'secret').update(text).digest('base64url')}.${text}`);
  };

  it("is checked as in Facebook's own example, which names nobody", () => {
    // The example of Facebook's first guides: {"algorithm":"HMAC-SHA256","0":"payload"}, signed with `secret`.
    const example = 'vlXgu64BQGFSQrY0ZcJBZASMvYvTHu9GQ0YM9rjPSso.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsIjAiOiJwYXlsb2FkIn0';

    expect(readSignedRequest(request(example), 'secret', now)).toBe('malformed');
    expect(readSignedRequest(request(example), 'another', now)).toBe('signature_wrong');
  });

  it('names its person as text or as a number', () => {
    const issuedAt = now.getTime() / 1_000;

    expect(readSignedRequest(of({ algorithm: 'HMAC-SHA256', user_id: 218471, issued_at: issuedAt }), 'secret', now)).toEqual({
      userId: '218471',
      issuedAt,
    });
  });

  it('is believed for as long as Meta tries', () => {
    const at = (hours: number) => of({ algorithm: 'HMAC-SHA256', user_id: '1', issued_at: now.getTime() / 1_000 - hours * 3_600 });

    expect(readSignedRequest(at(35), 'secret', now)).toMatchObject({ userId: '1' });
    expect(readSignedRequest(at(37), 'secret', now)).toBe('too_old');
    expect(readSignedRequest(at(-1), 'secret', now)).toBe('from_the_future');
  });

  it.each(['none', 'HMAC-SHA1', ''])('of the algorithm %p is refused', (algorithm) => {
    expect(readSignedRequest(of({ algorithm, user_id: '1' }), 'secret', now)).toBe('malformed');
  });

  it.each(['', '.', 'a', 'a.b.c', '%00.%00', 'é.é'])('is not %p', (text) => {
    expect(readSignedRequest(request(text), 'secret', now)).toMatch(/^signature_(missing|wrong)$/);
  });
});
