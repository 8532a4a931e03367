import { errorCatalog, problem, routeCatalog, type RouteContract } from '@patchbay/contracts';
import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of every route. Shapes come from the contracts alone: there is no second copy to drift from. https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routeCatalog) {
    const path = `${route.path.replace(/:(\w+)/g, '{$1}')}/`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Patchbay',
      version,
      description: 'Every path answers with and without its trailing slash.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Wherever the document was read from: behind a proxy, or as localhost and as 127.0.0.1, the same page works.
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An access token of a person, or an API key of a service.' } },
      schemas: { Problem: jsonSchema(problem, 'output') },
    },
  };
}

function operation(route: RouteContract): Json {
  const input = jsonSchema(route.request.input, 'input');
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const hasBody = route.method !== 'GET' && route.method !== 'DELETE';
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[^a-zA-Z0-9]+(\w)/g, (_match, letter: string) => letter.toUpperCase())}`,
    tags: [route.tag],
    summary: route.summary,
    ...(route.access === 'public' ? {} : { security: [{ bearer: [] }], description: `Roles: ${route.access.join(', ')}.` }),
    parameters: [
      ...parameters(input, inPath, 'path'),
      ...(hasBody ? [] : parameters(input, queryKeys(input, inPath), 'query')),
      ...headerParameters(route),
    ],
    ...(hasBody
      ? {
          requestBody: {
            required: bodySchema(input, inPath)['required'] !== undefined,
            content: { 'application/json': { schema: bodySchema(input, inPath) } },
          },
        }
      : {}),
    responses: { ...success(route), ...failures(route) },
  };
}

const headerParameters = (route: RouteContract): readonly Json[] =>
  Object.entries(route.headers ?? {}).map(([name, key]) => ({
    name,
    in: 'header',
    required: false,
    description: `Fills \`${key}\` when the body does not.`,
    schema: { type: 'string' },
  }));

function parameters(input: Json, names: readonly string[], place: 'path' | 'query'): readonly Json[] {
  const properties = propertiesOf(input);
  const required = new Set((input['required'] as readonly string[] | undefined) ?? []);
  return names.map((name) => ({ name, in: place, required: place === 'path' || required.has(name), schema: properties[name] ?? { type: 'string' } }));
}

const propertiesOf = (schema: Json): Record<string, Json> => (schema['properties'] as Record<string, Json> | undefined) ?? {};
const queryKeys = (input: Json, inPath: readonly string[]): string[] => Object.keys(propertiesOf(input)).filter((name) => !inPath.includes(name));

function bodySchema(input: Json, inPath: readonly string[]): Json {
  if (inPath.length === 0 || input['properties'] === undefined) return input;
  const properties = Object.fromEntries(Object.entries(propertiesOf(input)).filter(([name]) => !inPath.includes(name)));
  const required = ((input['required'] as readonly string[] | undefined) ?? []).filter((name) => !inPath.includes(name));
  const { required: _dropped, ...rest } = input;
  return { ...rest, properties, ...(required.length > 0 ? { required } : {}) };
}

function success(route: RouteContract): Json {
  const status = String(route.status ?? 200);
  if (route.status === 204) return { [status]: { description: 'Done' } };
  return { [status]: { description: 'Done', content: { 'application/json': { schema: jsonSchema(route.request.output, 'output') } } } };
}

/** Failures of the route's own request, beside those that any call can have. */
function failures(route: RouteContract): Json {
  const always = ['request_invalid', 'rate_limited', 'service_unavailable', 'deadline_exceeded'] as const;
  const guarded = route.access === 'public' ? [] : (['unauthenticated', 'forbidden'] as const);
  const byStatus = new Map<number, string[]>();
  for (const code of [...always, ...guarded, ...route.request.errors]) {
    const { status } = errorCatalog[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
