import type { PatchbayClient } from '@patchbay/api-client';
import {
  checkConnection,
  disconnectConnection,
  finishConnection,
  getConnection,
  listConnections,
  listExpiringConnections,
  listProviders,
  startConnection,
  type Connection,
  type InputOf,
  type IntegrationType,
} from '@patchbay/contracts';
import { clientOf, freshId, grace, sandbox } from './whole-stack.js';

const redirectUri = 'http://localhost:3000/callback';
const client: PatchbayClient = clientOf(grace.token);
const { items: providers } = await client.call(listProviders, {});
const ways = providers
  .filter(({ is_configured: isConfigured, connect }) => isConfigured && connect.method === 'oauth')
  .flatMap(({ id, types }) => types.map((type) => [id, type] as const));

/** Their tokens cannot be renewed once they are dead: GitHub's OAuth apps have no refresh tokens, and Instagram renews a living token only. */
const cannotRenew = ['github', 'instagram'];
/** They offer no way to give a permission back but the person's own settings. */
const cannotRevoke = ['outlook', 'microsoft_teams', 'onedrive', 'microsoft', 'webex', 'instagram'];

interface Person {
  readonly provider: string;
  readonly type: IntegrationType;
  readonly email: string;
}

/** Connects an account as a person with a browser would. Answers the connection, and which fake the consent page belongs to. */
async function connect(
  { provider, type, email }: Person,
  connectionId?: string,
): Promise<{ readonly connection: Connection; readonly fake: string }> {
  const again: Partial<InputOf<typeof startConnection>> = connectionId === undefined ? {} : { connection_id: connectionId };
  const flow = { provider, integration_type: type, redirect_uri: redirectUri };
  const { auth_url: authUrl } = await client.call(startConnection, { ...flow, ...again });
  const { searchParams: returned } = await sandbox.consent(authUrl, email);
  const [code, state, iss] = ['code', 'state', 'iss'].map((name) => returned.get(name) ?? undefined);
  const connection = await client.call(finishConnection, { provider, integration_type: type, code, state: state ?? '', iss });
  return { connection, fake: new URL(authUrl).pathname.split('/')[1] ?? '' };
}

const warningsOf = async (id: string): Promise<readonly string[]> => {
  const { items } = await client.call(listExpiringConnections, { days: 1, limit: 200 });
  return items.filter(({ connection_id: of }) => of === id).map(({ reason }) => reason);
};

describe('the providers of the sandbox', () => {
  it('are all that OAuth connects', () => {
    expect(ways.map(([id]) => id).sort()).toEqual(
      [
        ...['discord', 'dropbox', 'github', 'google', 'google_drive', 'google_meet', 'google_sign_in', 'instagram', 'microsoft'],
        ...['microsoft_teams', 'onedrive', 'outlook', 'webex', 'youtube', 'zoom'],
      ].sort(),
    );
  });

  it('say in words what they ask for', () => {
    const silent = providers.filter(
      ({ connect: { method }, permissions }) => method === 'oauth' && permissions.some(({ in_words: words }) => words.length === 0),
    );

    expect(silent.map(({ id }) => id)).toEqual([]);
  });
});

describe.each(ways)('%s for %s', (provider, type) => {
  const person: Person = { provider, type, email: `${freshId(provider.replaceAll('_', '-'))}@example.com` };
  let id = '';
  let fake = '';

  it('connects', async () => {
    const { connection, fake: of } = await connect(person);
    ({ id } = connection);
    fake = of;

    expect(connection).toMatchObject({ provider, type, status: 'active', last_error: null });
    expect(connection.permissions.length).toBeGreaterThan(0);
    expect(await client.call(getConnection, { id })).toEqual(connection);
    expect((await client.call(listConnections, { limit: 200 })).items.map((item) => item.id)).toContain(id);
    expect(await sandbox.grantsOf(fake, person.email)).toBe(1);
  });

  it('works, and gets a new token when the old one has ended', async () => {
    expect(await client.call(checkConnection, { id })).toMatchObject({ id, status: 'active' });
    await sandbox.expireTokens(fake);

    const { status } = await client.call(checkConnection, { id });

    expect(status).toBe(cannotRenew.includes(provider) ? 'needs_reauth' : 'active');
  });

  it('says when it broke, in the connection and in the forecast', async () => {
    await sandbox.revokeGrant(fake, person.email);

    const broken = await client.call(checkConnection, { id });

    expect(broken).toMatchObject({ status: 'needs_reauth', last_error: expect.stringMatching(/connected again/) });
    expect(await warningsOf(id)).toEqual(['reauth_needed']);
  });

  it('is connected again under the id it had', async () => {
    const { connection } = await connect(person, id);

    expect(connection).toMatchObject({ id, status: 'active', last_error: null });
    expect(await warningsOf(id)).not.toContain('reauth_needed');
  });

  it('is not taken for another account', async () => {
    const other = { ...person, email: `${freshId('somebody-else')}@example.com` };

    await expect(connect(other, id)).rejects.toMatchObject({ code: 'connection_account_differs', status: 409 });
  });

  it('is disconnected, and its permission given back where the provider lets us', async () => {
    await client.call(disconnectConnection, { id });

    await expect(client.call(getConnection, { id })).rejects.toMatchObject({ status: 404 });
    expect(await sandbox.grantsOf(fake, person.email)).toBe(cannotRevoke.includes(provider) ? 1 : 0);
  });
});
