import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createApiKey, createWebhookEndpoint, deleteWebhookEndpoint, listActivity, publishEvents, startKeyRotation } from '@patchbay/contracts';
import { runJourney } from '@patchbay/local-stack';
import { dumpDatabase, PlantedSecrets, waitFor, type Leak } from '@patchbay/testing';
import { ada, admin, callRaw, clientOf, connectBoth, freshId, product, sandbox, signIn, stack } from './whole-stack.js';

const dataDir = dirname(stack.pidsFile);
const secrets = new PlantedSecrets();

/** What the pretend Google and Zoom begin their tokens with: whichever of them comes out is found. */
const beginnings = {
  google: 'ya29.a0',
  zoom: 'eyJzdiI6IjAwMDAwMSJ9.',
  'refresh of zoom': 'eyJzdiI6IjAwMDAwMiJ9.',
  outlook: 'eyJ0eXAiOiJKV1QiLCJub25jZSI6.',
};

/** Every log row of every process so far. PostgreSQL, NATS and the sandbox are not ours to keep silent. */
const logs = (): readonly (readonly [string, string])[] =>
  readdirSync(join(dataDir, 'logs'))
    .filter((file) => !/^(postgres|nats|sandbox)/.test(file))
    .map((file) => [`log ${file}`, readFileSync(join(dataDir, 'logs', file), 'utf8')] as const);

async function leaks(): Promise<readonly Leak[]> {
  const places = [...logs(), ...(await dumpDatabase(stack.databaseUrl))];
  // A customer's own headers are answered to that customer, so that an endpoint that was read can be sent back whole.
  const answers = told.flatMap((text) => secrets.search('an answer', text, ['webhook header']));
  return [...places.flatMap(([where, text]) => secrets.search(where, text)), ...answers];
}

const told: string[] = [];
const booking = (userId: string, id: string) => ({
  type: 'booking_created',
  data: {
    booking_id: id,
    organizer: { user_id: userId },
    attendees: [{ email: 'guest@example.com' }],
    title: 'Canary',
    start_time: '2027-05-01T10:00:00Z',
    end_time: '2027-05-01T11:00:00Z',
    time_zone: 'Europe/Berlin',
  },
});

describe('planted secrets', () => {
  beforeAll(async () => {
    const { tokenMasterKeys } = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as { readonly tokenMasterKeys: string };
    secrets.plant('master key', tokenMasterKeys.split(':').at(-1));
    secrets.plant('service api key', stack.serviceApiKey);
    for (const { token } of stack.users) secrets.plant('access token', token);
    for (const [of, beginning] of Object.entries(beginnings)) secrets.plant(`token of ${of}`, beginning);
    const { key } = await clientOf(admin.token).call(createApiKey, { name: freshId('canary'), role: 'service' });
    secrets.plant('api key', key);
    await callRaw('GET', '/api/v1/auth/me/', { token: `${key}x` });
    const { body } = await signIn('google', `${freshId('canary')}@example.com`);
    for (const name of ['access_token', 'refresh_token']) secrets.plant('session token', String(body[name]));

    const ids = await connectBoth(ada);
    const endpoint = await addCanaryEndpoint();
    await runJourney({ ...stack, userToken: ada.token, log: () => undefined });
    await failAtProviders();
    for (const path of [
      `integrations/calendar/${ids.calendar}`,
      `integrations/video/${ids.video}`,
      `integrations/webhooks/${endpoint}`,
      'integrations/logs',
    ])
      told.push(JSON.stringify(await callRaw('GET', `/api/v1/${path}/`, { token: ada.token })));
    await clientOf(ada.token).call(deleteWebhookEndpoint, { id: endpoint });
    for (const service of ['auth', 'webhooks'] as const) await clientOf(admin.token).call(startKeyRotation(service), {});
  }, 120_000);

  async function addCanaryEndpoint(): Promise<string> {
    const [secret, header] = [`whsec_${randomBytes(32).toString('base64')}`, `Bearer ${randomBytes(24).toString('hex')}`];
    secrets.plant('webhook secret', secret.slice('whsec_'.length));
    secrets.plant('webhook header', header);
    const { id } = await clientOf(ada.token).call(createWebhookEndpoint, {
      name: 'Canary',
      webhook_url: `${stack.sandboxUrl}/receiver/${freshId('canary')}`,
      events: ['*'],
      secret_key: secret,
      headers: { authorization: header },
    });
    return id;
  }

  /** Providers fail in several ways while a booking is on its way. */
  async function failAtProviders(): Promise<void> {
    for (const provider of ['google', 'zoom']) await sandbox.addFault({ provider, status: 500, count: 2 });
    const { id: userId } = ada;
    const name = freshId('canary');
    await product.call(publishEvents, booking(userId, name));
    await waitFor(async () => {
      const { items } = await clientOf(ada.token).call(listActivity, { booking: name, limit: 50 });
      return items.some(({ log_type: type }) => type === 'calendar_event_created') ? true : undefined;
    }, 'the booking to get over it');
    await sandbox.clearFaults();
  }

  it('come out nowhere: not in any log, table or answer', async () => {
    expect(logs().length).toBeGreaterThan(4);
    expect(await leaks()).toEqual([]);
  }, 60_000);

  it('would be found', async () => {
    told.push(`so it is ${stack.serviceApiKey}`);

    expect(await leaks()).toEqual([{ kind: 'service api key', where: 'an answer' }]);
  }, 60_000);
});
