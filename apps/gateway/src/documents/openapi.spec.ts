import { routeCatalog } from '@patchbay/contracts';
import { openApiDocument } from './openapi.js';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: { readonly properties?: object } } } };
  readonly responses: Readonly<Record<string, unknown>>;
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

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '');

    expect(references.length).toBeGreaterThan(0);
    expect(references.filter((name) => !Object.hasOwn(document.components.schemas, name))).toEqual([]);
  });
});
