import { ada, addEndpoint, admin, callRaw, connectBoth, grace, stack } from './whole-stack.js';

interface Operation {
  readonly method: string;
  readonly path: string;
  /** Null for what needs no credentials. */
  readonly roles: readonly string[] | null;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: unknown; readonly description?: string }>>>>;
}

const schema = await callRaw('GET', '/api/schema/');
const operations: readonly Operation[] = Object.entries((schema.body as unknown as OpenApi).paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { security, description = '' }]) => ({
    method: method.toUpperCase(),
    path,
    roles: security === undefined ? null : (/^Roles: (.*)\.$/.exec(description)?.[1]?.split(', ') ?? []),
  })),
);
const nobody = '0198f2a4-0000-7000-8000-00000000dead';
const filled = (path: string, id = nobody): string => path.replace('{id}', id).replace('{provider}', 'google');
const named = ({ method, path }: Operation): string => `${method} ${path}`;
const body = ({ method }: Operation): string | undefined => (method === 'GET' || method === 'DELETE' ? undefined : '{}');
const tokens: Readonly<Record<string, string>> = { user: ada.token, admin: admin.token, service: stack.serviceApiKey };

const guarded = operations.filter(({ roles }) => roles !== null).map((operation) => [named(operation), operation] as const);
const forbidden = operations.flatMap((operation) =>
  Object.keys(tokens)
    .filter((role) => operation.roles !== null && !operation.roles.includes(role))
    .map((role) => [role, named(operation), operation] as const),
);

describe('access', () => {
  it('is described for every route, each with its roles', () => {
    expect(operations.length).toBeGreaterThan(25);
    expect(guarded.filter(([, { roles }]) => roles?.length === 0)).toEqual([]);
    expect(operations.filter(({ roles }) => roles === null).map(named)).toEqual(['GET /api/v1/auth/jwks/']);
  });

  it.each(guarded)('%s knows no strangers', async (_, operation) => {
    for (const token of [undefined, 'nonsense']) {
      const answer = await callRaw(operation.method, filled(operation.path), { token, body: body(operation) });
      expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
    }
  });

  it.each(forbidden)('a %s may not %s', async (role, _, operation) => {
    const answer = await callRaw(operation.method, filled(operation.path), { token: tokens[role], body: body(operation) });

    expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
  });

  describe("another person's things", () => {
    let ids: Readonly<Record<string, string>>;
    const whole = JSON.stringify({ name: 'E', webhook_url: `${stack.sandboxUrl}/receiver/e`, events: ['*'] });
    const owned = operations.filter(({ path, roles }) => path.includes('{id}') && roles?.includes('user'));

    beforeAll(async () => {
      const { calendar, video } = await connectBoth(ada);
      const { id } = await addEndpoint(ada);
      ids = { calendar, video, connections: calendar, webhooks: id };
    }, 60_000);

    it.each(owned.map((operation) => [named(operation), operation] as const))('%s does not see them', async (_, operation) => {
      const kind = Object.keys(ids).find((name) => operation.path.includes(`/${name}/`)) ?? '';
      const call = { body: operation.method === 'PUT' ? whole : body(operation) };
      const asOther = await callRaw(operation.method, filled(operation.path, ids[kind]), { ...call, token: grace.token });
      const asNobody = await callRaw(operation.method, filled(operation.path, nobody), { ...call, token: grace.token });

      expect(asOther.status).toBe(404);
      // Whether it is another's or nobody's must not show.
      expect(asOther.body['code']).toBe(asNobody.body['code']);
    });

    it('is left as it was', async () => {
      for (const path of [`webhooks/${ids['webhooks']}`, `calendar/${ids['calendar']}`, `video/${ids['video']}`]) {
        const { status, body: thing } = await callRaw('GET', `/api/v1/integrations/${path}/`, { token: ada.token });
        expect([status, thing['is_active']]).toEqual([200, true]);
      }
    });

    it('does not show in lists', async () => {
      for (const list of ['webhooks', 'calendar', 'video']) {
        const { body: page } = await callRaw('GET', `/api/v1/integrations/${list}/`, { token: grace.token });
        expect(JSON.stringify(page)).not.toContain(ids[list]);
      }
    });
  });
});
