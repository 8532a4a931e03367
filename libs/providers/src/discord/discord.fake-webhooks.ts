import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { fakePerson } from '../_kit/fake-connection.js';
import { fakeAccountIdOf } from '../_kit/fake-oauth-provider.js';
import { fakeSignedAt, type FakeWebhookSender } from '../_kit/fake-webhooks.js';

/** A key that is always the same, so that the sandbox and Patchbay know it of each other without a file. */
const keyOf = (seed: string): KeyObject =>
  createPrivateKey({
    // An Ed25519 key in PKCS #8 is this and 32 bytes of anything. https://www.rfc-editor.org/rfc/rfc8410#section-7
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), createHash('sha256').update(seed).digest()]),
    format: 'der',
    type: 'pkcs8',
  });

const key = keyOf('discord sandbox');

/** As the developer portal shows it: 32 bytes in hex. */
const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');

const events: readonly string[] = ['APPLICATION_AUTHORIZED', 'APPLICATION_DEAUTHORIZED', 'ENTITLEMENT_CREATE'];
const interactions: Readonly<Record<string, number>> = {
  PING: 1,
  APPLICATION_COMMAND: 2,
  MESSAGE_COMPONENT: 3,
  APPLICATION_COMMAND_AUTOCOMPLETE: 4,
  MODAL_SUBMIT: 5,
};

/** Discord as the sender of webhook events and interactions. `PING` asks as the interactions endpoint is asked, `WEBHOOK_PING` as that for events. */
export const discordFakeWebhooks: FakeWebhookSender = {
  provider: 'discord',
  environment: { DISCORD_PUBLIC_KEY: publicKey },
  types: [...events, ...Object.keys(interactions).filter((name) => name !== 'PING')],
  signsTime: true,
  sign: (type, signing) => {
    const { variant, id, body = Buffer.from(JSON.stringify(bodyOf(type, id))) } = signing;
    const time = String(Math.floor(fakeSignedAt(signing).getTime() / 1_000));
    const signature = sign(null, Buffer.concat([Buffer.from(time), body]), variant === 'wrong_signature' ? keyOf('somebody else') : key);
    return {
      method: 'POST',
      path: '',
      query: {},
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Discord-Webhook/1.0 (+https://discord.com)',
        'x-signature-timestamp': time,
        ...(variant !== 'unsigned' && { 'x-signature-ed25519': signature.toString('hex') }),
      },
      body: variant === 'tampered' ? Buffer.concat([body, Buffer.from(' ')]) : body,
    };
  },
};

const applicationId = '1234560123453231555';
/** A person of the sandbox: what ends a permission ends hers. */
const user = { id: fakeAccountIdOf('discord', fakePerson), username: 'olivia.organiser', global_name: 'Olivia Organiser', discriminator: '0' };

const snowflakeOf = (id: string): string => createHash('sha256').update(id).digest().readBigUInt64BE().toString();

const bodyOf = (type: string, id: string): object => {
  const kind = interactions[type];
  const app = { version: 1, application_id: applicationId };
  if (kind !== undefined) return { ...app, type: kind, id: snowflakeOf(id), token: `token-of-${id}`, member: { user, roles: [] }, locale: 'de' };
  if (!events.includes(type)) return { ...app, type: 0 };
  // Events have no id; it is the moment that tells two apart.
  const timestamp = new Date(Date.UTC(2026, 0, 15, 9) + Number(BigInt(snowflakeOf(id)) % 86_400_000n)).toISOString();
  return { ...app, type: 1, event: { type, timestamp, data: { user, ...(type === 'APPLICATION_AUTHORIZED' && { scopes: ['identify'] }) } } };
};
