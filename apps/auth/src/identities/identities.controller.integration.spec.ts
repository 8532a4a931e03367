import { listConnections, listIdentities, unlinkIdentity, type Identity } from '@patchbay/contracts';
import { aUser, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { callerOf, link, signIn, startSignInStack, type SignInStack } from '../testing/sign-in-stack.js';

describe('identities', () => {
  let stack: SignInStack;
  let serial = 0;

  beforeAll(async () => {
    stack = await startSignInStack();
  }, 60_000);
  afterAll(() => stack.stop());
  afterEach(() => stack.discord.faults.clear());

  const someone = (): string => `identity.${(serial += 1)}@example.com`;
  const listOf = async (user: TestUser): Promise<readonly Identity[]> => (await stack.ask(listIdentities, { limit: 50 }, user)).items;
  const unlink = (user: TestUser, identity: Identity | undefined): Promise<null> => stack.ask(unlinkIdentity, { id: identity?.id ?? '' }, user);
  const grantsAtDiscord = (email: string): number => stack.discord.fake.accounts().find((account) => account.email === email)?.grants ?? 0;

  it('refuses strangers', async () => {
    expect(await codeOf(stack.ask(listIdentities, { limit: 50 }))).toBe('forbidden');
    expect(await codeOf(stack.ask(unlinkIdentity, { id: aUser().user_id }))).toBe('forbidden');
  });

  it('shows people the accounts they sign in with, newest first, page by page', async () => {
    const email = someone();
    const user = callerOf(await signIn(stack, 'google', email));
    await link(stack, user, { provider: 'microsoft', email });

    const first = await stack.ask(listIdentities, { limit: 1 }, user);
    const second = await stack.ask(listIdentities, { limit: 1, cursor: first.next_cursor ?? '' }, user);

    expect(first.items).toEqual([expect.objectContaining({ provider: 'microsoft', email, email_verified: false })]);
    expect(second).toMatchObject({ items: [{ provider: 'google', email, email_verified: true }], next_cursor: null });
  });

  it('signs nobody in any more with an account that was unlinked, and revokes its permission', async () => {
    const user = callerOf(await signIn(stack, 'google', someone()));
    const email = someone();
    await link(stack, user, { provider: 'discord', email });
    expect(grantsAtDiscord(email)).toBe(1);

    await unlink(user, (await listOf(user))[0]);

    expect((await listOf(user)).map(({ provider }) => provider)).toEqual(['google']);
    expect(grantsAtDiscord(email)).toBe(0);
    expect((await stack.ask(listConnections, { limit: 50 }, user)).items).toEqual([]);
    expect((await signIn(stack, 'discord', email)).user.id).not.toBe(user.user_id);
    const told = (await stack.announced('activity_recorded')).filter(({ data }) => data['user_id'] === user.user_id);
    expect(told.map(({ data }) => data['log_type'])).toContain('identity_unlinked');
  });

  it('unlinks although the provider cannot revoke now', async () => {
    const user = callerOf(await signIn(stack, 'google', someone()));
    await link(stack, user, { provider: 'discord', email: someone() });
    stack.discord.faults.down();

    await unlink(user, (await listOf(user))[0]);

    expect(await listOf(user)).toHaveLength(1);
  }, 30_000);

  it('leaves the last one', async () => {
    const user = callerOf(await signIn(stack, 'google', someone()));

    expect(await codeOf(unlink(user, (await listOf(user))[0]))).toBe('identity_last');
    expect(await listOf(user)).toHaveLength(1);
  });

  it('leaves one also when both are unlinked at the same moment', async () => {
    const user = callerOf(await signIn(stack, 'google', someone()));
    await link(stack, user, { provider: 'discord', email: someone() });
    const both = await listOf(user);

    const outcomes = await Promise.all(both.map((identity) => codeOf(unlink(user, identity))));

    expect(outcomes.sort()).toEqual(['identity_last', 'no failure']);
    expect(await listOf(user)).toHaveLength(1);
  });

  it('knows nothing of other people’s', async () => {
    const mine = callerOf(await signIn(stack, 'google', someone()));
    await link(stack, mine, { provider: 'discord', email: someone() });
    const other = callerOf(await signIn(stack, 'google', someone()));

    expect(await codeOf(unlink(other, (await listOf(mine))[0]))).toBe('identity_not_found');
    expect(await listOf(mine)).toHaveLength(2);
  });

  it('gives an account that was unlinked to whoever links it next', async () => {
    const [one, other] = [callerOf(await signIn(stack, 'google', someone())), callerOf(await signIn(stack, 'google', someone()))];
    const account = { provider: 'github', email: someone() } as const;
    await link(stack, one, account);
    await unlink(one, (await listOf(one))[0]);

    await link(stack, other, account);

    expect((await listOf(other)).map(({ provider }) => provider)).toEqual(['github', 'google']);
  });

  it('gives an account that two people link at the same moment to one of them', async () => {
    const users = [callerOf(await signIn(stack, 'google', someone())), callerOf(await signIn(stack, 'google', someone()))];
    const account = { provider: 'github', email: someone() } as const;

    const outcomes = await Promise.all(users.map((user) => codeOf(link(stack, user, account))));

    expect(outcomes.sort()).toEqual(['identity_taken', 'no failure']);
  });
});
