import { waitFor } from '@patchbay/testing';
import { ada, addEndpoint, admin, callRaw, connectBoth, grace, signIn, stack } from './whole-stack.js';

interface Operation {
  readonly method: string;
  readonly path: string;
  /** Null for what needs no credentials; `optional` where strangers may call, too. */
  readonly roles: readonly string[] | 'optional' | null;
  /** What an API key must be allowed. */
  readonly scope: string | undefined;
  /** For callers that sign bytes: our credentials mean nothing there. */
  readonly isRaw: boolean;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

interface Described {
  readonly security?: readonly object[];
  readonly description?: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

const schema = await callRaw('GET', '/api/schema/');
const operations: readonly Operation[] = Object.entries((schema.body as unknown as OpenApi).paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { security, description = '', responses }]) => ({
    method: method.toUpperCase(),
    path,
    roles: rolesOf(security, description),
    scope: /^Scope of API keys: `(.*)`\.$/m.exec(description)?.[1],
    isRaw: responses['200']?.content?.['*/*'] !== undefined,
  })),
);
const nobody = '0198f2a4-0000-7000-8000-00000000dead';
const filled = (path: string, id = nobody, job = nobody): string =>
  path
    .replace('{job_id}', job)
    // Of everything below a resource there is none by that name.
    .replace(/\{(?:\w+_)?id\}/g, id)
    .replace('{provider}', 'google')
    .replace('{path}', 'below');
const named = ({ method, path }: Operation): string => `${method} ${path}`;
const body = ({ method }: Operation): string | undefined => (method === 'GET' || method === 'DELETE' ? undefined : '{}');
const rows = (chosen: readonly Operation[]) => chosen.map((operation) => [named(operation), operation] as const);
const tokens: Readonly<Record<string, string>> = { user: ada.token, admin: admin.token, service: stack.serviceApiKey };

const guarded = operations.filter(({ roles }) => roles !== null && roles !== 'optional');
const optional = operations.filter(({ roles }) => roles === 'optional');
const raw = operations.filter(({ isRaw }) => isRaw);
const changing = operations.filter(({ method, isRaw }) => method !== 'GET' && !isRaw);
const forbidden = operations.flatMap((operation) =>
  Object.keys(tokens)
    .filter((role) => Array.isArray(operation.roles) && !operation.roles.includes(role))
    .map((role) => [role, named(operation), operation] as const),
);

function rolesOf(security: readonly object[] | undefined, description: string): Operation['roles'] {
  if (security === undefined) return null;
  if (security.some((alternative) => Object.keys(alternative).length === 0)) return 'optional';
  return /^Roles: (.*)\.$/m.exec(description)?.[1]?.split(', ') ?? [];
}

describe('access', () => {
  it('is described for every route, each with its roles and its scope', () => {
    expect(operations.length).toBeGreaterThan(50);
    expect(guarded.filter(({ roles }) => roles?.length === 0)).toEqual([]);
    expect([...guarded, ...optional].filter(({ scope }) => scope === undefined)).toEqual([]);
  });

  // Whoever opens a route to strangers says so here.
  it('is open to strangers in a few places only', () => {
    expect(operations.filter(({ roles }) => roles === null).map(named)).toEqual([
      'GET /api/v1/auth/jwks/',
      'POST /api/v1/auth/refresh/',
      'POST /api/v1/auth/logout/',
      'POST /api/v1/ingress/{provider}/',
      'GET /api/v1/ingress/{provider}/',
      'POST /api/v1/ingress/{provider}/{path}/',
      'GET /api/v1/ingress/{provider}/{path}/',
      'POST /api/social-media/webhooks/{provider}/',
      'GET /api/social-media/webhooks/{provider}/',
      'POST /api/v1/integrations/agora/callback/',
      'POST /webhooks/stripe/',
    ]);
    expect(optional.map(named)).toEqual(['GET /api/integrations/oauth/{provider}/auth-url/', 'POST /api/integrations/oauth/{provider}/callback/']);
  });

  it.each(rows(guarded))('%s knows no strangers', async (_, operation) => {
    for (const call of [{}, { token: 'nonsense' }, { headers: { cookie: 'patchbay_access=nonsense', origin: stack.gatewayUrl } }]) {
      const answer = await callRaw(operation.method, filled(operation.path), { ...call, body: body(operation) });
      expect([answer.status, answer.body['code']]).toEqual([401, 'unauthenticated']);
    }
  });

  it.each(rows(raw))('%s asks for a signature, and no credentials of ours stand in for one', async (_, operation) => {
    for (const token of [undefined, ada.token, admin.token, stack.serviceApiKey]) {
      const answer = await callRaw(operation.method, filled(operation.path), { token, body: body(operation) });
      expect([400, 401]).toContain(answer.status);
      expect(answer.body['code'] ?? answer.body['error']).toMatch(/^(webhook_signature_invalid|Invalid signature)$/);
    }
  });

  it.each(rows(optional))('%s takes strangers, but no false credentials', async (_, operation) => {
    const path = filled(operation.path);
    const asStranger = await callRaw(operation.method, path, { body: body(operation) });
    const withFalse = await callRaw(operation.method, path, { token: 'nonsense', body: body(operation) });

    expect([asStranger.status, asStranger.body['code']]).toEqual([400, 'request_invalid']);
    expect([withFalse.status, withFalse.body['code']]).toEqual([401, 'unauthenticated']);
  });

  it.each(forbidden)('a %s may not %s', async (role, _, operation) => {
    const answer = await callRaw(operation.method, filled(operation.path), { token: tokens[role], body: body(operation) });

    expect([answer.status, answer.body['code']]).toEqual([403, 'forbidden']);
  });

  it.each(rows(changing))('%s obeys no cookies of a page it does not know', async (_, operation) => {
    const role = Array.isArray(operation.roles) && !operation.roles.includes('user') ? 'admin' : 'user';
    const cookie = `patchbay_access=${tokens[role]}; patchbay_refresh=r; patchbay_flow=f`;
    for (const origin of [{}, { origin: 'https://evil.example' }]) {
      const answer = await callRaw(operation.method, filled(operation.path), { headers: { cookie, ...origin }, body: body(operation) });
      expect([answer.status, answer.body['code']]).toEqual([403, 'origin_not_allowed']);
    }
  });

  describe('of an API key without the scope', () => {
    const keys: Record<string, string> = {};

    beforeAll(async () => {
      for (const role of ['admin', 'service'])
        for (const scope of ['auth:read', 'webhooks:write']) {
          const made = await callRaw('POST', '/api/v1/auth/api-keys/', {
            token: admin.token,
            body: JSON.stringify({ name: `${role} with ${scope} alone`, role, scopes: [scope] }),
          });
          keys[`${role} ${scope}`] = String(made.body['key']);
        }
    });

    it.each(rows([...guarded, ...optional]))('%s is refused', async (_, operation) => {
      const role = Array.isArray(operation.roles) && !operation.roles.includes('admin') ? 'service' : 'admin';
      const another = operation.scope === 'auth:read' ? 'webhooks:write' : 'auth:read';
      const token = keys[`${role} ${another}`];
      const answer = await callRaw(operation.method, filled(operation.path), { token, body: body(operation) });

      expect([answer.status, answer.body['code'], answer.body['details']]).toEqual([403, 'api_key_scope_missing', { scope: operation.scope }]);
    });
  });

  describe("another person's things", () => {
    let ids: Readonly<Record<string, string>>;
    let job: string;
    let signedIn: string;
    const kinds = ['calendar', 'conflicts', 'tasks', 'video', 'connections', 'webhooks', 'deliveries', 'sessions', 'identities'];
    const isOfOne = ({ path }: Operation): boolean => /\{(?:task_)?id\}/.test(path);
    const kindOf = ({ path }: Operation): string => /([^/]*)\/\{(?:task_)?id\}/.exec(path)?.[1] ?? '';
    const whole = JSON.stringify({ name: 'E', webhook_url: `${stack.sandboxUrl}/receiver/e`, events: ['*'] });
    const owned = operations.filter((operation) => isOfOne(operation) && Array.isArray(operation.roles) && operation.roles.includes('user'));
    const firstOf = async (list: string): Promise<string> => {
      const { body: page } = await callRaw('GET', `/api/v1/auth/${list}/`, { token: signedIn });
      const [first] = page['items'] as readonly { readonly id: string }[];
      return first?.id ?? '';
    };

    /** Something that happened to an account of hers went to her endpoint. */
    const firstDeliveryOf = async (endpoint: string): Promise<string> => {
      await connectBoth(ada);
      return waitFor(async () => {
        const { body: page } = await callRaw('GET', `/api/v1/integrations/webhooks/${endpoint}/deliveries/`, { token: ada.token });
        return (page['items'] as readonly { readonly id: string }[])[0]?.id;
      }, 'a delivery');
    };
    const firstTaskOf = async (calendar: string): Promise<string> => {
      const { body: task } = await callRaw('POST', `/api/v1/integrations/calendar/${calendar}/refresh/`, { token: ada.token, body: '{}' });
      return String(task['task_id']);
    };
    const times = { start_time: '2027-03-01T10:00:00Z', end_time: '2027-03-01T11:00:00Z' };
    const bodies: Readonly<Record<string, object>> = {
      '/{id}/events/': { title: 'Consultation', ...times },
      '/{id}/events/batch/': { operations: [{ operation: 'delete', event_id: 'e' }] },
      '/conflicts/{id}/resolve/': { action: 'keep_both' },
      '/acl/': { email: 'colleague@example.com', role: 'reader' },
    };
    /** Two times that she blocked, of which one is in the other. */
    const firstConflict = async (): Promise<string> => {
      const block = JSON.stringify({ title: 'Focus', start_time: '2031-03-01T10:00:00Z', end_time: '2031-03-01T11:00:00Z', time_zone: 'UTC' });
      for (let count = 0; count < 2; count += 1) await callRaw('POST', '/api/v1/integrations/calendar/blocks/', { token: ada.token, body: block });
      const between = 'from=2031-03-01T00:00:00Z&to=2031-03-02T00:00:00Z';
      return waitFor(async () => {
        const { body: page } = await callRaw('GET', `/api/v1/integrations/calendar/conflicts/?${between}`, { token: ada.token });
        return (page['items'] as readonly { readonly id: string }[])[0]?.id;
      }, 'a conflict');
    };
    /** What must be in the query. */
    const withQuery = ({ method, path }: Operation, filledPath: string): string =>
      method === 'GET' && path.endsWith('/{id}/events/') ? `${filledPath}?from=${times.start_time}&to=${times.end_time}` : filledPath;
    /** What must be in the body for anything to be looked up at all. */
    const sufficient = (operation: Operation): string | undefined => {
      if (operation.method === 'PUT') return whole;
      const found = Object.entries(bodies).find(([end]) => operation.method === 'POST' && operation.path.endsWith(end));
      if (found !== undefined) return JSON.stringify(found[1]);
      if (operation.path.endsWith('/recover/')) return JSON.stringify({ since: '2026-01-01T00:00:00Z' });
      if (operation.path.endsWith('/replay/')) return JSON.stringify({ from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' });
      return body(operation);
    };

    beforeAll(async () => {
      const { calendar, video } = await connectBoth(ada);
      const { id } = await addEndpoint(ada);
      signedIn = String((await signIn('github', 'olivia.organiser@example.com')).body['access_token']);
      const deliveries = await firstDeliveryOf(id);
      const range = JSON.stringify({ from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' });
      const begun = await callRaw('POST', `/api/v1/integrations/webhooks/${id}/replay/`, { token: ada.token, body: range });
      job = String(begun.body['id']);
      const [sessions, identities] = [await firstOf('sessions'), await firstOf('identities')];
      const tasks = await firstTaskOf(calendar);
      const conflicts = await firstConflict();
      ids = { calendar, conflicts, tasks, video, connections: calendar, webhooks: id, deliveries, sessions, identities };
    }, 60_000);

    it('are there, one of every kind', () => {
      expect([...new Set(owned.map(kindOf))].sort()).toEqual([...kinds].sort());
      expect(kinds.filter((kind) => !/^[0-9a-f-]{36}$/.test(ids[kind] ?? ''))).toEqual([]);
      expect(job).toMatch(/^[0-9a-f-]{36}$/);
      expect(owned.filter(({ path }) => path.includes('{job_id}')).length).toBeGreaterThan(2);
    });

    it.each(rows(owned))('%s does not see them', async (_, operation) => {
      const call = { body: sufficient(operation), token: grace.token };
      const asOther = await callRaw(operation.method, withQuery(operation, filled(operation.path, ids[kindOf(operation)], job)), call);
      const asNobody = await callRaw(operation.method, withQuery(operation, filled(operation.path, nobody)), call);

      expect(asOther.status).toBe(404);
      // Whether it is another's or nobody's must not show.
      expect(asOther.body['code']).toBe(asNobody.body['code']);
    });

    it('cannot be connected again', async () => {
      const start = { provider: 'google', integration_type: 'calendar', redirect_uri: 'http://localhost:3000/', connection_id: ids['connections'] };
      const answer = await callRaw('POST', '/api/v1/integrations/oauth/initiate/', { token: grace.token, body: JSON.stringify(start) });

      expect([answer.status, answer.body['code']]).toEqual([404, 'connection_not_found']);
    });

    it('are left as they were', async () => {
      for (const path of [`webhooks/${ids['webhooks']}`, `calendar/${ids['calendar']}`, `video/${ids['video']}`]) {
        const { status, body: thing } = await callRaw('GET', `/api/v1/integrations/${path}/`, { token: ada.token });
        expect([status, thing['is_active']]).toEqual([200, true]);
      }
      const { body: connection } = await callRaw('GET', `/api/v1/integrations/connections/${ids['connections']}/`, { token: ada.token });

      expect(connection['status']).toBe('active');
      expect([await firstOf('sessions'), await firstOf('identities')]).toEqual([ids['sessions'], ids['identities']]);
    });

    it('do not show in lists', async () => {
      for (const list of [
        'integrations/webhooks',
        'integrations/calendar',
        'integrations/video',
        'integrations/connections',
        'auth/sessions',
        'auth/identities',
      ]) {
        const { body: page } = await callRaw('GET', `/api/v1/${list}/`, { token: grace.token });
        expect(page['items']).toBeInstanceOf(Array);
        expect(JSON.stringify(page)).not.toContain(ids[list.split('/')[1] ?? '']);
      }
    });
  });
});
