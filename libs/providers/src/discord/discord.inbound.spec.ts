import { inboundContract } from '@patchbay/capabilities/testing';
import { verifyKey } from 'discord-interactions';
import nacl from 'tweetnacl';
import { inboundHarness } from '../_kit/fake-webhooks.js';
import { discordFakeWebhooks } from './discord.fake-webhooks.js';
import { discordInbound } from './discord.inbound.js';
import { discord } from './discord.provider.js';

const now = new Date('2026-12-01T16:00:00Z');
const seconds = now.getTime() / 1_000;
const pair = nacl.sign.keyPair();
const inbound = discordInbound(Buffer.from(pair.publicKey).toString('hex'));

/** Signed as in the example of Discord's documents. */
const receive = (payload: object, time = String(seconds)) => {
  const body = Buffer.from(JSON.stringify(payload));
  const signature = Buffer.from(nacl.sign.detached(Buffer.concat([Buffer.from(time), body]), pair.secretKey)).toString('hex');
  const headers = { 'x-signature-ed25519': signature, 'x-signature-timestamp': time };
  return inbound.receive({ method: 'POST', path: '', query: {}, headers, body }, now);
};

const fakeSigning = { variant: 'right', id: '1', now, url: 'https://patchbay.example.com', apiBaseUrl: 'http://127.0.0.1:1' } as const;
const ping = async (type: string) => discordFakeWebhooks.sign(type, fakeSigning);

inboundContract('discord', async () =>
  inboundHarness(discord, discordFakeWebhooks, {
    handshakes: [
      { name: 'the interactions endpoint', call: await ping('PING'), answer: { status: 200, body: '{"type":1}' } },
      { name: 'the webhook events URL', call: await ping('WEBHOOK_PING'), answer: { status: 204, body: '' } },
    ],
  }),
);

describe('discord: inbound webhooks', () => {
  it('is signed in the sandbox as the package of Discord verifies', async () => {
    const { body, headers } = await ping('APPLICATION_DEAUTHORIZED');
    const { DISCORD_PUBLIC_KEY = '' } = discordFakeWebhooks.environment;

    expect(await verifyKey(body, headers['x-signature-ed25519'] ?? '', headers['x-signature-timestamp'] ?? '', DISCORD_PUBLIC_KEY)).toBe(true);
  });

  it('ends the connection of a person who deauthorized the app', () => {
    const event = { type: 'APPLICATION_DEAUTHORIZED', timestamp: '2026-12-01T15:59:59', data: { user: { id: '42' } } };

    expect(receive({ version: 1, application_id: '1', type: 1, event })).toMatchObject({
      notices: [{ type: 'APPLICATION_DEAUTHORIZED', accountId: '42', endsConnection: true }],
      answer: { status: 204, headers: { 'content-type': 'application/json' }, body: '' },
    });
    expect(receive({ version: 1, application_id: '1', type: 1, event: { ...event, type: 'APPLICATION_AUTHORIZED' } })).toMatchObject({
      notices: [{ key: expect.stringMatching(/^[0-9a-f]{40}$/), type: 'APPLICATION_AUTHORIZED', accountId: '42' }],
    });
  });

  it.each([
    [2, 'APPLICATION_COMMAND', { type: 5 }],
    [3, 'MESSAGE_COMPONENT', { type: 6 }],
    [4, 'APPLICATION_COMMAND_AUTOCOMPLETE', { type: 8, data: { choices: [] } }],
    [5, 'MODAL_SUBMIT', { type: 5 }],
  ])('answers an interaction of type %i within its time', (type, name, answer) => {
    const told = { id: '9', application_id: '1', type, token: 't', version: 1 };

    expect(receive({ ...told, member: { user: { id: '42' } } })).toEqual({
      kind: 'notices',
      notices: [{ key: '9', type: name, accountId: '42' }],
      answer: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(answer) },
    });
    expect(receive({ ...told, user: { id: '43' } })).toMatchObject({ notices: [{ accountId: '43' }] });
  });

  it('refuses what is neither', () => {
    for (const payload of [
      { type: 1 },
      { type: 1, application_id: '1' },
      { id: '9', type: 6, token: 't' },
      { type: 2, application_id: '1', event: {} },
    ])
      expect(receive(payload)).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it('waits as long as Discord repeats, and no longer', () => {
    const told = { version: 1, application_id: '1', type: 0 };

    expect(receive(told, String(seconds - 900))).toMatchObject({ kind: 'handshake' });
    expect(receive(told, String(seconds - 901))).toEqual({ kind: 'refused', reason: 'too_old' });
    expect(receive(told, String(seconds + 301))).toEqual({ kind: 'refused', reason: 'from_the_future' });
    expect(receive(told, `${seconds}.5`)).toEqual({ kind: 'refused', reason: 'malformed' });
  });
});
