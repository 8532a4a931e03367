import {
  getAccessToken,
  listConnections,
  listIdentities,
  listSessions,
  routeCatalog,
  type Connection,
  type InputOf,
  type RequestContract,
} from '@patchbay/contracts';
import { v4 as uuidv4 } from 'uuid';
import { aUser, type TestUser } from '../testing/auth-stack.js';
import { codeOf } from '../testing/code-of.js';
import { connectAccount } from '../testing/consent.js';
import { callerOf, signIn, startSignInStack, type SignInStack } from '../testing/sign-in-stack.js';

/** Every request about one thing of a person that `auth` answers. */
const about = [
  ...new Map(
    routeCatalog
      .filter(
        ({ path, access, request }) => path.includes(':id') && Array.isArray(access) && access.includes('user') && request.name.startsWith('auth.'),
      )
      .map(({ path, request }) => [request.name, { path, request }]),
  ).values(),
];
const who = ['another user', 'the same user id in another tenant', 'an admin of another tenant', 'a tenant that looks like a pattern'] as const;

describe("a stranger's hands on connections, sessions and identities", () => {
  let stack: SignInStack;
  let owner: TestUser;
  let connection: Connection;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    stack = await startSignInStack();
    owner = callerOf(await signIn(stack, 'google', 'owner@example.com'));
    connection = await connectAccount(stack, owner, { provider: 'zoom', email: 'owner@example.com' });
    const [[session], [identity]] = await Promise.all([
      stack.ask(listSessions, { limit: 50 }, owner).then(({ items }) => items),
      stack.ask(listIdentities, { limit: 50 }, owner).then(({ items }) => items),
    ]);
    Object.assign(ids, {
      connections: connection.id,
      calendar: connection.id,
      video: connection.id,
      sessions: session?.id,
      identities: identity?.id,
    });
  }, 60_000);
  afterAll(() => stack.stop());

  const callerNamed = (name: (typeof who)[number]): TestUser =>
    ({
      'another user': aUser(),
      'the same user id in another tenant': { ...owner, tenant_id: 'another' },
      'an admin of another tenant': { ...aUser('admin'), tenant_id: 'another' },
      'a tenant that looks like a pattern': { ...owner, tenant_id: '%' },
    })[name];
  const idOf = (path: string): string => ids[path.split('/')[path.split('/').indexOf(':id') - 1] ?? ''] ?? '';
  const ask = (request: RequestContract, id: string, name: (typeof who)[number]) =>
    codeOf(stack.ask(request, { id } as InputOf<RequestContract>, callerNamed(name)));

  const cases = about.flatMap(({ path, request }) => who.map((name) => [request.name, name, request, path] as const));

  it('are tried on every kind of thing', () => {
    expect(new Set(about.map(({ path }) => idOf(path)))).toEqual(new Set(Object.values(ids)));
    expect(Object.values(ids).filter((id) => !/^[0-9a-f-]{36}$/.test(id))).toEqual([]);
  });

  it.each(cases)('%s finds nothing for %s', async (_request, name, request, path) => {
    const code = await ask(request, idOf(path), name);

    expect(code).toMatch(/_not_found$/);
    // Whether it is another's or nobody's must not show.
    expect(code).toBe(await ask(request, uuidv4(), name));
  });

  it.each(who)('come out of every list empty for %s', async (name) => {
    const caller = callerNamed(name);
    const lists = await Promise.all([listConnections, listSessions, listIdentities].map((list) => stack.ask(list, { limit: 50 }, caller)));

    expect(lists.map(({ items }) => items)).toEqual([[], [], []]);
  });

  it('leave everything as it was', async () => {
    expect((await stack.ask(listConnections, { limit: 50 }, owner)).items).toContainEqual(connection);
    expect((await stack.ask(listSessions, { limit: 50 }, owner)).items.map(({ id }) => id)).toEqual([ids['sessions']]);
    expect((await stack.ask(listIdentities, { limit: 50 }, owner)).items.map(({ id }) => id)).toEqual([ids['identities']]);
    expect((await stack.ask(getAccessToken, { connection_id: connection.id })).access_token).toBeTruthy();
  });
});
