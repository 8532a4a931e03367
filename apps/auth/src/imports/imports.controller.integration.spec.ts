import { randomBytes } from 'node:crypto';
import {
  disconnectConnection,
  getAccessToken,
  getConnection,
  importConnections,
  listConnections,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { aUser, redirectUri, startAuthStack, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { consent } from '../testing/consent.js';
import { fernetToken } from '../testing/fernet-token.js';
import { request } from 'undici';
import { zoomFakeClient } from '@patchbay/providers/testing';

type Item = InputOf<typeof importConnections>['items'][number];
type Outcome = OutputOf<typeof importConnections>['items'][number];

const [fernetKey, olderKey] = [randomBytes(32), randomBytes(32)];
const hourMs = 60 * 60_000;

describe('importing connections', () => {
  let stack: AuthStack;

  beforeAll(async () => {
    stack = await startAuthStack({ SOCIAL_MEDIA_ENCRYPTION_KEY: [fernetKey, olderKey].map((key) => key.toString('base64url')).join(', ') });
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.clock.aheadMs = 0;
  });

  const admin = aUser('admin');
  const inAnHour = (): string => new Date(Date.now() + stack.clock.aheadMs + hourMs).toISOString();
  /** Tokens that another system got from the pretend Zoom, which then knows them. */
  const tokensOf = async (email: string): Promise<{ access_token: string; refresh_token: string }> => {
    const url = new URL(`${stack.zoom.url}/oauth/authorize`);
    const parameters = { response_type: 'code', client_id: zoomFakeClient.clientId, redirect_uri: redirectUri, state: 's' };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const { code = '' } = await consent(url.href, { email });
    const answer = await request(`${stack.zoom.url}/oauth/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${zoomFakeClient.clientId}:${zoomFakeClient.clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }).toString(),
    });
    const { access_token, refresh_token } = (await answer.body.json()) as { access_token: string; refresh_token: string };
    return { access_token, refresh_token };
  };
  const anItem = (user: TestUser, changes: Partial<Item> = {}): Item => ({
    user_id: user.user_id,
    provider: 'zoom',
    integration_type: 'video',
    provider_account_id: `account of ${user.user_id}`,
    provider_email: 'moved@example.com',
    scopes: ['meeting:write'],
    access_token: 'plain-access',
    refresh_token: 'plain-refresh',
    token_expires_at: inAnHour(),
    ...changes,
  });
  const bring = async (items: readonly Item[], { encryption = 'none', isDryRun = false, by = admin }: Partial<Options> = {}) =>
    (await stack.ask(importConnections, { encryption, is_dry_run: isDryRun, items: [...items] }, by)).items;
  const bringOne = async (item: Item, options: Partial<Options> = {}): Promise<Outcome> => {
    const [outcome] = await bring([item], options);
    if (outcome === undefined) throw new Error('unreachable: every item is answered');
    return outcome;
  };
  const listOf = async (user: TestUser) => (await stack.ask(listConnections, { limit: 50 }, user)).items;

  it('makes a connection of the user whose token works and is refreshed like any other', async () => {
    const user = aUser();
    const tokens = await tokensOf('imported@example.com');
    const { status, connection_id: id } = await bringOne(anItem(user, tokens));
    const first = await stack.ask(getAccessToken, { connection_id: id ?? '' });
    stack.clock.aheadMs = hourMs;
    const second = await stack.ask(getAccessToken, { connection_id: id ?? '' });

    expect(status).toBe('imported');
    expect(await listOf(user)).toMatchObject([{ id, provider: 'zoom', type: 'video', provider_email: 'moved@example.com', status: 'active' }]);
    expect(first.access_token).toBe(tokens.access_token);
    expect(second.access_token).not.toBe(first.access_token);
    const told = (await stack.announced()).filter(({ data }) => data['connection_id'] === id).map(({ type }) => type);
    expect(told).toEqual(['integration_connected', 'token_refreshed']);
  });

  it.each([
    ['the first key', fernetKey],
    ['the second key', olderKey],
  ])('opens Fernet tokens under %s', async (_, key) => {
    const user = aUser();
    const item = anItem(user, { access_token: fernetToken('an access token', key), refresh_token: fernetToken('a refresh token', key) });
    const { connection_id: id } = await bringOne(item, { encryption: 'fernet' });

    expect((await stack.ask(getAccessToken, { connection_id: id ?? '' })).access_token).toBe('an access token');
  });

  it('changes nothing the second time', async () => {
    const item = anItem(aUser());
    const first = await bringOne(item);
    const events = (await stack.announced()).length;

    expect(await bringOne(item)).toEqual({ ...first, status: 'unchanged' });
    expect((await stack.announced()).length).toBe(events);
  });

  it('takes tokens that were fetched later and leaves those that were fetched earlier', async () => {
    const user = aUser();
    const later = new Date(Date.now() + 2 * hourMs).toISOString();
    const { connection_id: id } = await bringOne(anItem(user));
    const updated = await bringOne(anItem(user, { access_token: 'younger', token_expires_at: later }));
    const older = await bringOne(anItem(user, { access_token: 'older' }));
    const unknown = await bringOne(anItem(user, { access_token: 'of unknown age', token_expires_at: null }));

    expect([updated, older, unknown].map(({ status, connection_id }) => [status, connection_id])).toEqual([
      ['updated', id],
      ['unchanged', id],
      ['unchanged', id],
    ]);
    expect((await stack.ask(getAccessToken, { connection_id: id ?? '' })).access_token).toBe('younger');
  });

  it('does not bring back what its owner has disconnected', async () => {
    const user = aUser();
    const { connection_id: id } = await bringOne(anItem(user));
    await stack.ask(disconnectConnection, { id: id ?? '' }, user);
    const again = await bringOne(anItem(user, { token_expires_at: new Date(Date.now() + 5 * hourMs).toISOString() }));

    expect(again).toMatchObject({ status: 'unchanged', connection_id: id });
    expect(await listOf(user)).toEqual([]);
  });

  it('only says what would happen in a dry run', async () => {
    const [known, stranger] = [aUser(), aUser()];
    const { connection_id: id } = await bringOne(anItem(known));
    const outcomes = await bring([anItem(stranger), anItem(known)], { isDryRun: true });

    expect(outcomes.map(({ status, connection_id }) => [status, connection_id])).toEqual([
      ['imported', null],
      ['unchanged', id],
    ]);
    expect(await listOf(stranger)).toEqual([]);
  });

  it('says for each item why it failed, shows no token, and imports the others', async () => {
    const user = aUser();
    const sealed = (text: string): string => fernetToken(text, fernetKey);
    const good = { access_token: sealed('a'), refresh_token: null };
    const outcomes = await bring(
      [
        anItem(user, { ...good, provider: 'nowhere' }),
        anItem(user, { ...good, integration_type: 'payments' }),
        anItem(user, { ...good, access_token: 'plain text' }),
        anItem(user, { ...good, access_token: fernetToken('x', randomBytes(32)) }),
        anItem(user, { ...good, access_token: sealed('') }),
        anItem(user, { ...good, refresh_token: sealed('r').replace(/.{3}$/, 'AA=') }),
        anItem(user, good),
      ],
      { encryption: 'fernet' },
    );

    expect(outcomes.map(({ index, status, code }) => [index, status, code])).toEqual([
      [0, 'failed', 'provider_unknown'],
      [1, 'failed', 'integration_type_unsupported'],
      [2, 'failed', 'token_unreadable'],
      [3, 'failed', 'token_unreadable'],
      [4, 'failed', 'token_unreadable'],
      [5, 'failed', 'token_unreadable'],
      [6, 'imported', null],
    ]);
    expect(JSON.stringify(outcomes)).not.toMatch(/gAAAA|plain text/);
    expect(stack.logged.join('')).not.toMatch(/gAAAA|plain text/);
  });

  it('gives the connection to nobody but its user, in the tenant of who imports it', async () => {
    const user = aUser();
    const elsewhere = { ...admin, tenant_id: 'other' };
    const { connection_id: id } = await bringOne(anItem(user), { by: elsewhere });

    expect((await stack.ask(getConnection, { id: id ?? '' }, { ...user, tenant_id: 'other' })).id).toBe(id);
    expect(await listOf(user)).toEqual([]);
  });

  it('takes five hundred at once', async () => {
    const items = Array.from({ length: 500 }, () => anItem(aUser()));

    expect(new Set((await bring(items)).map(({ status }) => status))).toEqual(new Set(['imported']));
    expect(new Set((await bring(items)).map(({ status }) => status))).toEqual(new Set(['unchanged']));
  }, 60_000);

  it('starts with a Fernet key of another system beside its master keys, and without one says that it is missing', async () => {
    const bare = await startAuthStack();
    const item = anItem(aUser(), { access_token: fernetToken('a', fernetKey), refresh_token: null });
    const { items } = await bare.ask(importConnections, { encryption: 'fernet', is_dry_run: false, items: [item] }, admin);
    await bare.stop();

    expect(items).toMatchObject([{ status: 'failed', code: 'token_unreadable', message: 'SOCIAL_MEDIA_ENCRYPTION_KEY is not set.' }]);
  }, 60_000);
});

interface Options {
  readonly encryption: 'none' | 'fernet';
  readonly isDryRun: boolean;
  readonly by: TestUser;
}
