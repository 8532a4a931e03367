import type { PatchbayClient } from '@patchbay/api-client';
import {
  checkConnection,
  connectCalendar,
  connectWithCredentials,
  disconnectConnection,
  getConnection,
  listExpiringConnections,
  listProviders,
  type Connection,
} from '@patchbay/contracts';
import { credentialsToType } from './sandbox-credentials.js';
import { ada, callRaw, clientOf, sandbox } from './whole-stack.js';

const email = 'ben.bookings@example.com';
const client: PatchbayClient = clientOf(ada.token);
const { items: providers } = await client.call(listProviders, {});
const ids = providers.filter(({ connect }) => connect.method === 'credentials').map(({ id }) => id);

const toType = (provider: string) => credentialsToType(provider, email);
const connect = async (provider: string): Promise<Connection> =>
  client.call(connectWithCredentials, { provider, credentials: await toType(provider) });

it('every provider without OAuth can be tried in the sandbox', () => {
  expect([...ids].sort()).toEqual(['apple', 'azure_blob', 'caldav', 'gcs', 'ics', 'mailgun', 'paypal', 's3', 'sendgrid', 'stripe']);
});

describe.each(ids)('%s', (provider) => {
  let id = '';

  it('connects with what is typed, and works', async () => {
    const connection = await connect(provider);
    ({ id } = connection);

    expect(connection).toMatchObject({ provider, status: 'active', last_error: null });
    expect(await client.call(checkConnection, { id })).toEqual(connection);
  });

  it('says when the password or key was changed, in the connection and in the forecast', async () => {
    await sandbox.revokeGrant(provider, email);

    const broken = await client.call(checkConnection, { id });
    const { items } = await client.call(listExpiringConnections, { days: 1, limit: 200 });
    const forecast = items.filter(({ connection_id: of }) => of === id).map(({ reason }) => reason);

    // A feed whose address was taken back answers as one that is missing for a moment: its calendar tells when that lasts.
    if (provider === 'ics') expect([broken.status, broken.last_error, forecast]).toEqual(['active', expect.stringMatching(/there is nothing/), []]);
    else expect([broken.status, broken.last_error, forecast]).toEqual(['needs_reauth', expect.stringMatching(/connected again/), ['reauth_needed']]);
  });

  it('is connected again under the id it had', async () => {
    expect(await connect(provider)).toMatchObject({ id, status: 'active', last_error: null });
  });

  it('refuses what is not the right password or key, and shows none of it', async () => {
    const right = await toType(provider);
    await sandbox.revokeGrant(provider, email);

    const { status, body } = await callRaw('POST', '/api/v1/integrations/connections/', {
      token: ada.token,
      body: JSON.stringify({ provider, credentials: right }),
    });

    expect([status, body['code']]).toEqual([400, 'credentials_refused']);
    expect(Object.values(right).filter((value) => value.length > 12 && JSON.stringify(body).includes(value))).toEqual([]);
  });

  it('is disconnected', async () => {
    await client.call(disconnectConnection, { id });

    await expect(client.call(getConnection, { id })).rejects.toMatchObject({ status: 404 });
  });
});

describe.each(['apple', 'caldav', 'ics'])('a calendar account at %s', (provider) => {
  it('is connected among the calendars, once however often', async () => {
    const fields = await toType(provider);
    const first = await client.call(connectCalendar, { provider, ...fields });
    const again = await callRaw('POST', '/api/v1/integrations/calendar/', { token: ada.token, body: JSON.stringify({ provider, ...fields }) });

    expect(first).toMatchObject({ provider, type: 'calendar', status: 'active' });
    expect([again.status, again.body['id']]).toEqual([201, first.id]);
    await client.call(disconnectConnection, { id: first.id });
  });

  it('is not connected with what is refused', async () => {
    const right = await toType(provider);
    await sandbox.revokeGrant(provider, email);

    const { status, body } = await callRaw('POST', '/api/v1/integrations/calendar/', {
      token: ada.token,
      body: JSON.stringify({ provider, ...right }),
    });

    expect([status, body['code']]).toEqual([400, 'credentials_refused']);
  });
});
