import { routeCatalog } from '@patchbay/contracts';
import { openApiDocument } from './openapi.js';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: { readonly properties?: object } } } };
  readonly description?: string;
  readonly responses: Readonly<Record<string, { readonly description: string; readonly headers?: object; readonly content?: object }>>;
}

const document = openApiDocument('1.2.3') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('the OpenAPI document', () => {
  it('has every route of the catalogue, each with an id of its own', () => {
    expect(operations).toHaveLength(routeCatalog.length);
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(routeCatalog.length);
  });

  it('declares every parameter that a path names', () => {
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path' && parameter.required).map(({ name }) => name);
      expect({ path, declared }).toEqual({ path, declared: named });
    }
  });

  it('does not ask in the body for what stands in the path', () => {
    const { requestBody } = document.paths['/api/v1/integrations/webhooks/{id}/']?.['put'] ?? {};

    expect(Object.keys(requestBody?.content['application/json'].schema.properties ?? {})).not.toContain('id');
  });

  it('says of every guarded route that it can refuse a stranger', () => {
    const guarded = operations.filter(({ operation }) => operation.security !== undefined);

    expect(guarded.length).toBe(routeCatalog.filter((route) => route.access !== 'public').length);
    expect(guarded.filter(({ operation }) => operation.responses['401'] === undefined)).toEqual([]);
  });

  it('takes a Bearer or a cookie for every guarded route, and nothing, too, where credentials are optional', () => {
    const { get: me } = document.paths['/api/v1/auth/me/'] ?? {};
    const { post: finish } = document.paths['/api/integrations/oauth/{provider}/callback/'] ?? {};

    expect(me?.security).toEqual([{ bearer: [] }, { cookie: [] }]);
    expect(finish?.security).toEqual([{}, { bearer: [] }, { cookie: [] }]);
  });

  it('names roles and scopes in lines that programs can read', () => {
    const { get: me } = document.paths['/api/v1/auth/me/'] ?? {};

    expect(me?.description).toBe('Roles: user, admin.\n\nScope of API keys: `auth:read`.');
    expect(
      operations.filter(
        ({ operation }) => operation.security !== undefined && !/^Scope of API keys: `\w+:(read|write)`\.$/m.test(operation.description ?? ''),
      ),
    ).toEqual([]);
  });

  it('says of every change by cookies that an origin may be refused', () => {
    const changing = operations.filter(({ method, operation }) => method !== 'get' && operation.security !== undefined);

    expect(changing.filter(({ operation }) => operation.responses['403']?.description.includes('origin_not_allowed') !== true)).toEqual([]);
  });

  it('shows the cookies of a route, and never what only the browser may know', () => {
    const { get: start } = document.paths['/api/integrations/oauth/{provider}/auth-url/'] ?? {};
    const { post: finish } = document.paths['/api/integrations/oauth/{provider}/callback/'] ?? {};
    const cookies = finish?.parameters.filter((parameter) => parameter.in === 'cookie').map(({ name }) => name);

    expect(start?.responses['200']?.headers).toHaveProperty('Set-Cookie');
    expect(cookies).toEqual(['patchbay_flow']);
    expect(JSON.stringify([start?.responses, finish?.requestBody, finish?.parameters.filter((parameter) => parameter.in !== 'cookie')])).not.toMatch(
      /flow_binding|"origin"|user_agent|user-agent/,
    );
  });

  it('does not ask for what a path stands for, nor insists on what a cookie can bring', () => {
    const { post: drive } = document.paths['/api/integrations/google-drive/oauth-callback/'] ?? {};
    const { post: refresh } = document.paths['/api/v1/auth/refresh/'] ?? {};

    expect(Object.keys(drive?.requestBody?.content['application/json'].schema.properties ?? {})).not.toContain('provider');
    expect(refresh?.requestBody).toMatchObject({ required: false });
  });

  it('offers live answers as server-sent events', () => {
    const { get: progress } = document.paths['/api/v1/admin/key-rotations/auth/'] ?? {};

    expect(Object.keys(progress?.responses['200']?.content ?? {})).toEqual(['application/json', 'text/event-stream']);
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '');

    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((name) => !Object.hasOwn(document.components.schemas, name))).toEqual([]);
  });
});
