import { accessCookie, errorCatalog, problem, routeCatalog, scopeOf, type RouteContract } from '@patchbay/contracts';
import { z } from 'zod';
import { saidByBrowser } from '../routes/read-input.js';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of every route. Shapes come from the contracts alone: there is no second copy to drift from. https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routeCatalog) {
    const path = `${route.path.replace(/:(\w+)/g, '{$1}').replace('*', '{path}')}/`;
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
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token of a person (ours, or of the host product), or an API key of a service.',
        },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: accessCookie.name,
          description: 'The access token of a browser. What changes something needs an `Origin` that the operator allows.',
        },
      },
      schemas: { Problem: jsonSchema(problem, 'output') },
    },
  };
}

function operation(route: RouteContract): Json {
  return route.isRaw === true ? rawOperation(route) : jsonOperation(route);
}

/** Bytes in, and the answer that the caller wants: neither has a shape of ours. */
function rawOperation(route: RouteContract): Json {
  const inPath = [...route.path.replace('*', ':path').matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const anything = { content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  return {
    operationId: operationIdOf(route),
    tags: [route.tag],
    summary: route.summary,
    description: 'Verified over the bytes that were sent, as the provider signs them. Answered as the provider wants it.',
    parameters: inPath.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(route.method === 'GET' ? {} : { requestBody: { required: false, ...anything } }),
    responses: { '200': { description: 'Taken, or who is there', ...anything }, ...failures(route) },
  };
}

const operationIdOf = ({ method, path }: RouteContract): string =>
  `${method.toLowerCase()}${path.replace('*', 'below').replace(/[^a-zA-Z0-9]+(\w)/g, (_match, letter: string) => letter.toUpperCase())}`;

function jsonOperation(route: RouteContract): Json {
  const input = withoutKeys(jsonSchema(route.request.input, 'input'), keysNobodySends(route));
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const body = bodySchema(route, input, inPath);
  const hasBody = route.method !== 'GET' && route.method !== 'DELETE';
  return {
    operationId: operationIdOf(route),
    tags: [route.tag],
    summary: route.summary,
    ...security(route),
    parameters: [
      ...parameters(input, inPath, 'path'),
      ...(hasBody ? [] : parameters(input, queryKeys(input, inPath), 'query')),
      ...headerParameters(route),
      ...cookieParameters(route),
    ],
    ...(hasBody
      ? {
          requestBody: {
            required: body['required'] !== undefined,
            content: { 'application/json': { schema: body } },
          },
        }
      : {}),
    responses: { ...success(route), ...failures(route) },
  };
}

/** Who may call, in a form that programs can read, too: the access test goes over all routes by these lines. */
function security(route: RouteContract): Json {
  if (route.access === 'public') return {};
  const anyone = route.access === 'optional';
  const roles = route.access === 'optional' ? 'Credentials are optional; those that are sent must be good.' : `Roles: ${route.access.join(', ')}.`;
  return {
    security: [...(anyone ? [{}] : []), { bearer: [] }, { cookie: [] }],
    description: `${roles}\n\nScope of API keys: \`${scopeOf(route)}\`.`,
  };
}

const headerParameters = (route: RouteContract): readonly Json[] =>
  Object.entries(route.headers ?? {})
    .filter(([, key]) => !saidByBrowser.has(key))
    .map(([name, key]) => ({
      name,
      in: 'header',
      required: false,
      description: `Fills \`${key}\` when the body does not.`,
      schema: { type: 'string' },
    }));

const cookieParameters = (route: RouteContract): readonly Json[] =>
  Object.entries(route.cookies?.reads ?? {}).map(([name, key]) => ({
    name,
    in: 'cookie',
    required: false,
    description: saidByBrowser.has(key) ? 'Comes with the browser that began.' : `Fills \`${key}\` when the body does not.`,
    schema: { type: 'string' },
  }));

/** What the path stands for, and what only a browser says about itself. */
const keysNobodySends = (route: RouteContract): readonly string[] => {
  const filled = [...Object.values(route.headers ?? {}), ...Object.values(route.cookies?.reads ?? {})];
  return [...Object.keys(route.fixed ?? {}), ...filled.filter((key) => saidByBrowser.has(key))];
};

function parameters(input: Json, names: readonly string[], place: 'path' | 'query'): readonly Json[] {
  const properties = propertiesOf(input);
  const required = new Set((input['required'] as readonly string[] | undefined) ?? []);
  return names.map((name) => ({ name, in: place, required: place === 'path' || required.has(name), schema: properties[name] ?? { type: 'string' } }));
}

const propertiesOf = (schema: Json): Record<string, Json> => (schema['properties'] as Record<string, Json> | undefined) ?? {};
const queryKeys = (input: Json, inPath: readonly string[]): string[] => Object.keys(propertiesOf(input)).filter((name) => !inPath.includes(name));

/** A key that a cookie can fill need not be in the body. */
function bodySchema(route: RouteContract, input: Json, inPath: readonly string[]): Json {
  const body = withoutKeys(input, inPath);
  const fromCookies = Object.values(route.cookies?.reads ?? {});
  const required = ((body['required'] as readonly string[] | undefined) ?? []).filter((name) => !fromCookies.includes(name));
  return withRequired(body, required);
}

function withoutKeys(schema: Json, keys: readonly string[]): Json {
  if (keys.length === 0 || schema['properties'] === undefined) return schema;
  const properties = Object.fromEntries(Object.entries(propertiesOf(schema)).filter(([name]) => !keys.includes(name)));
  const required = ((schema['required'] as readonly string[] | undefined) ?? []).filter((name) => !keys.includes(name));
  return withRequired({ ...schema, properties }, required);
}

function withRequired(schema: Json, required: readonly string[]): Json {
  const { required: _replaced, ...rest } = schema;
  return required.length > 0 ? { ...rest, required } : rest;
}

function success(route: RouteContract): Json {
  const status = String(route.status ?? 200);
  const { sets = [], clears = [] } = route.cookies ?? {};
  const named = [...new Set([...sets, ...clears].map(({ name }) => name))];
  const headers = named.length > 0 && {
    headers: { 'Set-Cookie': { description: `For browsers: ${named.join(', ')}.`, schema: { type: 'string' } } },
  };
  if (route.status === 204) return { [status]: { description: 'Done', ...headers } };
  const hidden = sets.filter(({ isHidden }) => isHidden === true).map(({ key }) => key);
  const schema = withoutKeys(jsonSchema(route.request.output, 'output'), hidden);
  const events = route.liveWhile !== undefined && {
    'text/event-stream': {
      schema: { type: 'string', description: `\`progress\` with the answer whenever it changed, while it is ${route.liveWhile.join(' or ')}.` },
    },
  };
  return { [status]: { description: 'Done', ...headers, content: { 'application/json': { schema }, ...events } } };
}

/** Failures of the route's own request, beside those that any call can have. */
function failures(route: RouteContract): Json {
  const always = ['request_invalid', 'rate_limited', 'service_unavailable', 'deadline_exceeded'] as const;
  const isGuarded = route.access !== 'public';
  const guarded = isGuarded ? (['unauthenticated', 'forbidden', 'api_key_scope_missing'] as const) : [];
  const byCookie = route.method !== 'GET' && (isGuarded || route.cookies?.reads !== undefined) ? (['origin_not_allowed'] as const) : [];
  const byStatus = new Map<number, string[]>();
  for (const code of new Set([...always, ...guarded, ...byCookie, ...route.request.errors])) {
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
