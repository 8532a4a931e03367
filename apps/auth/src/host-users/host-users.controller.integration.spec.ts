import { authenticateHostUser, getMe, type InputOf } from '@patchbay/contracts';
import { v4 as uuidv4 } from 'uuid';
import { codeOf } from '../testing/code-of.js';
import { signIn, startSignInStack, type SignInStack } from '../testing/sign-in-stack.js';

type HostUser = InputOf<typeof authenticateHostUser>;

describe('users of a host product', () => {
  let stack: SignInStack;
  let serial = 0;

  beforeAll(async () => {
    stack = await startSignInStack();
  }, 60_000);
  afterAll(() => stack.stop());

  const aHostUser = (about: Partial<HostUser> = {}): HostUser => ({
    issuer: 'https://accounts.example.com',
    subject: `subject-${(serial += 1)}`,
    role: 'user',
    tenant_id: 'default',
    ...about,
  });
  const authenticate = async (user: HostUser) => {
    const { caller } = await stack.ask(authenticateHostUser, user);
    return { ...caller, user_id: caller.user_id ?? '' };
  };
  const anEmail = (): string => `host.${(serial += 1)}@example.com`;

  it('are made when they are new, under an id that follows from issuer and subject', async () => {
    const told = aHostUser({ email: anEmail(), name: 'Hanna', role: 'admin' });

    const caller = await authenticate(told);

    expect(caller).toEqual({ tenant_id: 'default', user_id: caller.user_id, role: 'admin' });
    expect(await stack.ask(getMe, {}, caller)).toMatchObject({ email: told.email, email_verified: true, name: 'Hanna', role: 'admin' });
    expect((await authenticate(told)).user_id).toBe(caller.user_id);
    expect((await authenticate({ ...told, issuer: 'https://other.example.com', email: undefined })).user_id).not.toBe(caller.user_id);
  });

  it('keep an id that is a UUID', async () => {
    const subject = uuidv4();

    expect((await authenticate(aHostUser({ subject }))).user_id).toBe(subject);
  });

  it('are one although they come several times at once', async () => {
    const told = aHostUser({ email: anEmail() });

    const callers = await Promise.all(Array.from({ length: 10 }, () => authenticate(told)));

    expect(new Set(callers.map(({ user_id: id }) => id)).size).toBe(1);
    expect(await stack.rows(`SELECT 1 FROM users WHERE email = $1`, [told.email])).toHaveLength(1);
  });

  it('change with what the host says, and keep what it does not mention', async () => {
    const told = aHostUser({ email: anEmail(), name: 'Hanna' });
    await authenticate(told);
    const email = anEmail();

    const caller = await authenticate({ ...told, email, name: undefined, role: 'admin' });

    expect(await stack.ask(getMe, {}, caller)).toMatchObject({ email, name: 'Hanna', role: 'admin' });
  });

  it('do not take over an address that somebody else has verified', async () => {
    const email = anEmail();
    const owner = await signIn(stack, 'google', email);

    const caller = await authenticate(aHostUser({ email }));

    expect(caller.user_id).not.toBe(owner.user.id);
    expect(await stack.ask(getMe, {}, caller)).toMatchObject({ email, email_verified: false });
  });

  it('cannot name the id of somebody who signs in here', async () => {
    const email = anEmail();
    const victim = await signIn(stack, 'google', email);

    expect(await codeOf(authenticate(aHostUser({ subject: victim.user.id, email: anEmail(), role: 'admin' })))).toBe('unauthenticated');
    expect(await stack.ask(getMe, {}, { user_id: victim.user.id, role: 'user', tenant_id: 'default' })).toMatchObject({ email, role: 'user' });
  });

  it('are strangers to another issuer, even under the same id', async () => {
    const subject = uuidv4();
    await authenticate(aHostUser({ subject }));

    expect(await codeOf(authenticate(aHostUser({ subject, issuer: 'https://other.example.com' })))).toBe('unauthenticated');
  });

  it('of one tenant are strangers to the other', async () => {
    const subject = uuidv4();
    await authenticate(aHostUser({ subject }));

    expect(await codeOf(authenticate(aHostUser({ subject, tenant_id: 'another' })))).toBe('unauthenticated');
  });
});
