import { authenticateApiKey, createAdmin, getMe } from '@patchbay/contracts';
import { callerOf, signIn, startSignInStack, type SignInStack } from '../testing/sign-in-stack.js';

describe('administrators', () => {
  let stack: SignInStack;

  beforeAll(async () => {
    stack = await startSignInStack();
  }, 60_000);
  afterAll(() => stack.stop());

  it('are made with a key that works at once and is kept as a hash only', async () => {
    const { user, is_new: isNew, key } = await stack.ask(createAdmin, { email: 'root@example.com', name: 'Root' });

    expect(user).toMatchObject({ email: 'root@example.com', email_verified: true, name: 'Root', role: 'admin' });
    expect(isNew).toBe(true);
    expect(await stack.ask(authenticateApiKey, { key })).toMatchObject({ caller: { role: 'admin' }, scopes: null, expires_at: null });
    const [dump] = await stack.rows<{ all: string }>(`SELECT string_agg(k::text, '') AS all FROM api_keys k`);
    expect(dump?.all).not.toContain(key);
  });

  it('sign in with the account that has their address', async () => {
    const { user } = await stack.ask(createAdmin, { email: 'signing.admin@example.com' });

    const tokens = await signIn(stack, 'google', 'Signing.Admin@example.com');

    expect(tokens.user).toMatchObject({ id: user.id, role: 'admin' });
  });

  it('are made of users who have the address verified, and keep what they are called', async () => {
    const tokens = await signIn(stack, 'google', 'promoted.person@example.com');

    const { user, is_new: isNew } = await stack.ask(createAdmin, { email: 'promoted.person@example.com' });

    expect(isNew).toBe(false);
    expect(user).toEqual({ ...tokens.user, role: 'admin' });
    expect((await stack.ask(getMe, {}, callerOf(tokens))).role).toBe('admin');
  });

  it('are not made of users whose address nobody vouches for', async () => {
    const attacker = await signIn(stack, 'discord', 'unverified.admin@example.com');

    const { user, is_new: isNew } = await stack.ask(createAdmin, { email: 'unverified.admin@example.com' });

    expect(isNew).toBe(true);
    expect(user.id).not.toBe(attacker.user.id);
  });

  it('are one, although they are made twice at once', async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => stack.ask(createAdmin, { email: 'twice@example.com' })));

    expect(new Set(made.map(({ user }) => user.id)).size).toBe(1);
    expect(made.filter(({ is_new: isNew }) => isNew)).toHaveLength(1);
  });
});
