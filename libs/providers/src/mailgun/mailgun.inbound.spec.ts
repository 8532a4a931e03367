import { inboundContract } from '@patchbay/capabilities/testing';
import { createHmac } from 'node:crypto';
import { FormData, Response } from 'undici';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { mailgunFakeWebhooks } from './mailgun.fake-webhooks.js';
import { mailgunInbound } from './mailgun.inbound.js';
import { mailgun } from './mailgun.provider.js';

const now = new Date('2026-12-01T16:00:00Z');
const timestamp = String(now.getTime() / 1_000);
const token = 'a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0';
const signatureOf = (key: string, time = timestamp, of = token) => createHmac('sha256', key).update(time).update(of).digest('hex');
const signed = { timestamp, token, signature: signatureOf('key') };

const call = (body: Buffer, contentType = 'application/json') => ({
  method: 'POST' as const,
  path: '',
  query: {},
  headers: { 'content-type': contentType },
  body,
});
const receive = (signature: object, event: object = { event: 'opened' }, at = now) =>
  mailgunInbound('key, other').receive(call(Buffer.from(JSON.stringify({ signature, 'event-data': event }))), at);

inboundContract('mailgun', () => inboundHarness(mailgun, mailgunFakeWebhooks));

describe('mailgun: inbound webhooks', () => {
  it('accepts time and token signed with any of its keys', async () => {
    expect(await receive(signed)).toEqual({
      kind: 'notices',
      notices: [{ key: token, type: 'opened', accountId: null }],
      answer: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' },
    });
    expect(await receive({ ...signed, signature: signatureOf('other') })).toMatchObject({ kind: 'notices' });
    expect(await receive({ ...signed, signature: signatureOf('a third one') })).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('knows a token again whatever is told with it', async () => {
    const keyOf = async (event: object) => JSON.stringify(await receive(signed, event)).includes(`"key":"${token}"`);

    expect([await keyOf({ event: 'delivered' }), await keyOf({ event: 'complained', id: 'forged' })]).toEqual([true, true]);
  });

  it('refuses a signature whose digits were moved between time and token', async () => {
    const moved = { timestamp: timestamp.slice(0, 9), token: `${timestamp.slice(9)}${token}`, signature: signed.signature };
    const movedBack = { timestamp: `${timestamp}1`, token: token.slice(1), signature: signatureOf('key', `${timestamp}1`, token.slice(1)) };

    for (const signature of [moved, movedBack]) expect(await receive(signature)).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('accepts the signature of the main account for what happens at a subaccount', async () => {
    const ofSubaccount = { ...signed, signature: signatureOf('of a subaccount'), 'parent-signature': signatureOf('key') };

    expect(await receive(ofSubaccount)).toMatchObject({ kind: 'notices' });
    expect(await receive({ ...ofSubaccount, 'parent-signature': signatureOf('wrong') })).toMatchObject({ kind: 'refused' });
  });

  it('takes what Mailgun repeats for eight hours, and nothing older or from the future', async () => {
    const after = (hours: number) => receive(signed, { event: 'opened' }, new Date(now.getTime() + hours * 3_600_000));

    expect(await after(8)).toMatchObject({ kind: 'notices' });
    expect(await after(9.1)).toEqual({ kind: 'refused', reason: 'too_old' });
    expect(await after(-0.1)).toEqual({ kind: 'refused', reason: 'from_the_future' });
  });

  it('tells the domain, which is the account', async () => {
    expect(await receive(signed, { event: 'opened', domain: { name: 'mg.example.com' } })).toMatchObject({
      notices: [{ accountId: 'mg.example.com' }],
    });
    expect(await receive(signed, { event: 'opened', domain: 'odd' })).toMatchObject({ notices: [{ accountId: null }] });
  });

  it('reads forms of both kinds, and messages with files', async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...signed, event: 'bounced', domain: 'mg.example.com' })) form.append(name, value);
    form.append('attachment-1', new File(['a'.repeat(10_000)], 'a.txt'));
    const multipart = new Response(form);
    const body = Buffer.from(await multipart.arrayBuffer());
    const urlencoded = Buffer.from(new URLSearchParams({ ...signed, subject: 'Grüße' }).toString());
    const inbound = mailgunInbound('key');

    expect(await inbound.receive(call(body, multipart.headers.get('content-type') ?? ''), now)).toMatchObject({
      notices: [{ key: token, type: 'bounced', accountId: 'mg.example.com' }],
    });
    expect(await inbound.receive(call(urlencoded, 'application/x-www-form-urlencoded'), now)).toMatchObject({ notices: [{ type: 'route' }] });
    for (const contentType of ['multipart/form-data', 'multipart/form-data; boundary=x', 'text/plain', ''])
      expect(await inbound.receive(call(body, contentType), now)).toEqual({ kind: 'refused', reason: 'signature_missing' });
  });

  it('reads a megabyte of a form in the time that it takes', async () => {
    for (const filling of ['--x\r\n', 'a=b&', '\r\n', '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n']) {
      const started = performance.now();
      await mailgunInbound('key').receive(call(Buffer.alloc(1_000_000, filling), 'multipart/form-data; boundary=x'), now);
      await mailgunInbound('key').receive(call(Buffer.alloc(1_000_000, filling), 'application/x-www-form-urlencoded'), now);
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });
});
