import { inboundContract } from '@patchbay/capabilities/testing';
import { sign, verify } from '@octokit/webhooks-methods';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { githubFakeWebhooks } from './github.fake-webhooks.js';
import { githubInbound } from './github.inbound.js';
import { github } from './github.provider.js';

const now = new Date('2026-12-01T16:00:00Z');
const delivery = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const secret = "It's a Secret to Everybody";

const receive = (body: string, signature: string, headers: Readonly<Record<string, string>> = {}) =>
  githubInbound(secret).receive(
    {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': delivery,
        'x-hub-signature-256': signature,
        ...headers,
      },
      body: Buffer.from(body),
    },
    now,
  );

const received = async (event: string, payload: object) =>
  receive(JSON.stringify(payload), await sign(secret, JSON.stringify(payload)), { 'x-github-event': event });

inboundContract('github', () => inboundHarness(github, githubFakeWebhooks));

describe('github: inbound webhooks', () => {
  it("computes GitHub's own example", () => {
    const verdict = receive('Hello, World!', 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17');

    // Rightly signed, and no event.
    expect(verdict).toEqual({ kind: 'refused', reason: 'malformed' });
    expect(receive('Hello, World?', 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17')).toEqual({
      kind: 'refused',
      reason: 'signature_wrong',
    });
  });

  it('accepts what the package of GitHub signs, and is signed in the sandbox as it verifies', async () => {
    expect(await received('push', { ref: 'refs/heads/größe' })).toEqual({
      kind: 'notices',
      notices: [{ key: delivery, type: 'push', accountId: null }],
      answer: null,
    });
    const { body, headers } = await githubFakeWebhooks.sign('push', {
      variant: 'right',
      id: '1',
      now,
      url: 'https://patchbay.example.com',
      apiBaseUrl: 'http://127.0.0.1:1',
    });
    expect(await verify(githubFakeWebhooks.environment['GITHUB_WEBHOOK_SECRET'] ?? '', body.toString(), headers['x-hub-signature-256'] ?? '')).toBe(
      true,
    );
  });

  it('answers a ping, but only one that is signed', async () => {
    expect(await received('ping', { zen: 'Design for failure.', hook_id: 1 })).toMatchObject({ kind: 'handshake', answer: { status: 200 } });
    expect(receive('{}', `sha256=${'0'.repeat(64)}`, { 'x-github-event': 'ping' })).toMatchObject({ kind: 'refused' });
  });

  it('ends the connection of who revoked the authorization or removed the app', async () => {
    expect(await received('github_app_authorization', { action: 'revoked', sender: { id: 7 } })).toMatchObject({
      notices: [{ type: 'github_app_authorization.revoked', accountId: '7', endsConnection: true }],
    });
    expect(await received('installation', { action: 'deleted', installation: { id: 1, account: { id: 8 } }, sender: { id: 7 } })).toMatchObject({
      notices: [{ type: 'installation.deleted', accountId: '8', endsConnection: true }],
    });
    expect(await received('installation', { action: 'suspend', installation: { id: 1, account: { id: 8 } } })).toEqual({
      kind: 'notices',
      notices: [{ key: delivery, type: 'installation.suspend', accountId: '8' }],
      answer: null,
    });
  });

  it('ends nothing for an event of another kind whose header was changed', async () => {
    const issue = { action: 'deleted', issue: { id: 3 }, installation: { id: 1 }, sender: { id: 7 } };

    for (const event of ['installation', 'github_app_authorization'])
      expect(await received(event, issue)).toMatchObject({ notices: [{ accountId: null }] });
    expect(JSON.stringify(await received('github_app_authorization', issue))).not.toContain('endsConnection');
  });

  it('does not accept the signature of SHA-1', async () => {
    const verdict = receive('{}', '', { 'x-hub-signature': `sha1=${'0'.repeat(40)}` });

    expect(verdict).toEqual({ kind: 'refused', reason: 'signature_wrong' });
    expect(receive('{}', (await sign(secret, '{}')).replace('sha256=', 'sha1='))).toEqual({ kind: 'refused', reason: 'signature_wrong' });
  });

  it('reads the form that a webhook can be set to', async () => {
    const body = new URLSearchParams({ payload: '{"action":"opened"}' }).toString();
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-github-event': 'issues' };

    expect(receive(body, await sign(secret, body), form)).toMatchObject({ notices: [{ type: 'issues.opened' }] });
  });

  it.each(['', 'not-a-guid', '../../etc', `${delivery}0`])('refuses the delivery id %p', async (id) => {
    expect(receive('{}', await sign(secret, '{}'), { 'x-github-delivery': id })).toEqual({ kind: 'refused', reason: 'malformed' });
  });
});
