import { getAccessToken, listConnections, providerPermissionEnded, type Connection } from '@patchbay/contracts';
import { insertOutboxRows, outboxParameters, outboxRow } from '@patchbay/database';
import { createInstagramFake, instagramFakeClient, startFake, type ProviderFake, type RunningFake } from '@patchbay/providers/testing';
import { waitFor } from '@patchbay/testing';
import { randomUUID } from 'node:crypto';
import { startAuthStack, aUser, type AuthStack, type TestUser } from '../testing/auth-stack.js';
import { connectAccount } from '../testing/consent.js';

describe('a permission that ended at the provider', () => {
  let stack: AuthStack;
  let instagram: RunningFake<ProviderFake>;

  beforeAll(async () => {
    instagram = await startFake(createInstagramFake());
    stack = await startAuthStack({
      INSTAGRAM_CLIENT_ID: instagramFakeClient.clientId,
      INSTAGRAM_CLIENT_SECRET: instagramFakeClient.clientSecret,
      INSTAGRAM_AUTH_BASE_URL: instagram.url,
      INSTAGRAM_API_BASE_URL: instagram.url,
    });
  }, 60_000);
  afterAll(async () => {
    await stack.stop();
    await instagram.stop();
  });

  const accountOf = async ({ id }: Connection): Promise<string> =>
    (await stack.rows<{ account: string }>('SELECT provider_account_id AS account FROM connections WHERE id = $1', [id]))[0]?.account ?? '';
  const statusOf = async ({ id }: Connection, user: TestUser): Promise<string | undefined> =>
    (await stack.ask(listConnections, { limit: 50 }, user)).items.find((one) => one.id === id)?.status;

  /** Waits until auth has taken it, whatever it did about it. */
  const tell = async (provider: string, accountId: string, endedAt = new Date()): Promise<void> => {
    const data = { received_id: randomUUID(), provider, provider_account_id: accountId, ended_at: endedAt.toISOString() };
    const row = outboxRow(providerPermissionEnded, data);
    await stack.rows(insertOutboxRows, outboxParameters([row]));
    await waitFor(async () => ((await stack.rows('SELECT 1 FROM inbox WHERE event_id = $1', [row.id])).length > 0 ? true : undefined), 'the event');
  };
  const toldOf = async ({ id }: Connection, type: string) =>
    (await stack.announced(type)).filter(
      ({ data }) => data['connection_id'] === id || (data['details'] as { connection_id?: string } | undefined)?.connection_id === id,
    );

  it('ends the connection of that account at that provider, tells of it, and leaves others alone', async () => {
    const [user, other] = [aUser(), aUser()];
    const ended = await connectAccount(stack, user, { provider: 'zoom' });
    const calendar = await connectAccount(stack, user, { provider: 'google' });
    const others = await connectAccount(stack, other, { provider: 'zoom', email: 'paula@example.com' });

    await tell('zoom', await accountOf(ended));

    expect([await statusOf(ended, user), await statusOf(calendar, user), await statusOf(others, other)]).toEqual([
      'needs_reauth',
      'active',
      'active',
    ]);
    await expect(stack.ask(getAccessToken, { connection_id: ended.id })).rejects.toMatchObject({ code: 'connection_needs_reauth' });
    expect((await toldOf(ended, 'integration_disconnected')).map(({ data }) => data['reason'])).toEqual(['refused_by_provider']);
    expect((await toldOf(ended, 'activity_recorded')).map(({ data }) => data['message'])).toContain(
      'The permission was withdrawn at Zoom; the account must be connected again.',
    );
  });

  it('does nothing when it is told again', async () => {
    const user = aUser();
    const connection = await connectAccount(stack, user, { provider: 'zoom', email: 'again@example.com' });
    await tell('zoom', await accountOf(connection));

    await tell('zoom', await accountOf(connection));

    expect(await toldOf(connection, 'integration_disconnected')).toHaveLength(1);
  });

  it('does not end what was connected afterwards', async () => {
    const user = aUser();
    const before = new Date(Date.now() - 60_000);
    const connection = await connectAccount(stack, user, { provider: 'zoom', email: 'back@example.com' });

    await tell('zoom', await accountOf(connection), before);

    expect(await statusOf(connection, user)).toBe('active');
    expect(await toldOf(connection, 'integration_disconnected')).toEqual([]);
  });

  it('is found by the id that Meta says when a person leaves Instagram, which is of this app only', async () => {
    const [user, other] = [aUser(), aUser()];
    const ended = await connectAccount(stack, user, { provider: 'instagram' });
    const stays = await connectAccount(stack, other, { provider: 'instagram', email: 'paula@example.com' });
    const [row] = await stack.rows<{ aliases: string[] }>('SELECT provider_account_aliases AS aliases FROM connections WHERE id = $1', [ended.id]);

    await tell('instagram', row?.aliases[0] ?? '');

    expect(row?.aliases).toHaveLength(1);
    expect(row?.aliases).not.toContain(await accountOf(ended));
    expect([await statusOf(ended, user), await statusOf(stays, other)]).toEqual(['needs_reauth', 'active']);
  });

  it('leaves no token behind, and the account can be connected again', async () => {
    const user = aUser();
    const connection = await connectAccount(stack, user, { provider: 'zoom', email: 'gone@example.com' });
    const grants = () => stack.rows('SELECT 1 FROM grants WHERE connection_id = $1', [connection.id]);
    expect(await grants()).toHaveLength(1);

    await tell('zoom', await accountOf(connection));

    expect(await grants()).toEqual([]);
    await expect(stack.ask(getAccessToken, { connection_id: connection.id })).rejects.toMatchObject({ code: 'connection_needs_reauth' });
    const again = await connectAccount(stack, user, { provider: 'zoom', email: 'gone@example.com' });
    expect([again.id, await statusOf(again, user), (await grants()).length]).toEqual([connection.id, 'active', 1]);
  });

  it('of an account that nobody connected is no trouble', async () => {
    await tell('zoom', 'nobody');
    await tell('nowhere', 'nobody');

    expect(await stack.rows('SELECT 1 FROM dead_letters')).toEqual([]);
  });
});
