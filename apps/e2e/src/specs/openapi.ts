import type { AnySchema } from 'ajv';
import { createCompiler, type SchemaCompiler } from './compiler.js';
import type { ApiDescription, DescribedBody, DescribedOperation, DescribedParameter } from './description.js';
import { array, member, objects, record, text, type Json } from './json.js';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** What is known to be wrong in a document. */
export interface KnownMistakes {
  /** Fields that the document requires everywhere and the API leaves out. */
  readonly neverRequired?: readonly string[];
  /** Where the API is, for a document that does not name its server. */
  readonly basePath?: string;
}

interface Adjustments {
  nullable: number;
  patterns: number;
  required: number;
  readonly neverRequired: readonly string[];
}

/** Reads an OpenAPI 3.0 document. */
export const readOpenApi = (name: string, document: Json, { neverRequired = [], basePath }: KnownMistakes = {}): ApiDescription => {
  const adjustments: Adjustments = { nullable: 0, patterns: 0, required: 0, neverRequired };
  const clean = cleaned(document, adjustments);
  const components = Object.entries(record(member(clean, 'components', 'schemas')));
  const compiler = createCompiler(Object.fromEntries(components.map(([id, schema]) => [`#/components/schemas/${id}`, schema as AnySchema])));
  const operations = Object.entries(record(member(clean, 'paths'))).flatMap(([path, item]) =>
    methods.flatMap((method) =>
      record(item)[method] === undefined ? [] : [readOperation(compiler, { path, method, item: record(item), document: clean })],
    ),
  );
  const server = text(member(array(member(clean, 'servers'))[0] ?? null, 'url')) ?? '';
  const remarks = [
    ...(adjustments.nullable === 0 ? [] : [`removed "nullable" in ${adjustments.nullable} places that give no type`]),
    ...(adjustments.patterns === 0 ? [] : [`removed ${adjustments.patterns} patterns that are no Unicode regular expressions`]),
    ...(adjustments.required === 0 ? [] : [`required ${neverRequired.join(', ')} no longer in ${adjustments.required} places`]),
    ...compiler.remarks,
  ];
  const ownBasePath = URL.canParse(server) ? new URL(server).pathname.replace(/\/$/, '') : '';
  return { name, operations, basePath: basePath ?? ownBasePath, remarks };
};

interface OperationSource {
  readonly path: string;
  readonly method: string;
  readonly item: Readonly<Record<string, Json>>;
  readonly document: Json;
}

const readOperation = (compiler: SchemaCompiler, { path, method, item, document }: OperationSource): DescribedOperation => {
  const operation = record(item[method]);
  const id = text(operation['operationId']) ?? `${method} ${path}`;
  const parameters = [...objects(item['parameters']), ...objects(operation['parameters'])].map((parameter) => resolved(parameter, document));
  const located = (place: string): ReadonlyMap<string, DescribedParameter> =>
    new Map(parameters.filter((parameter) => parameter['in'] === place).map((parameter) => readParameter(compiler, id, parameter)));
  const requestSchema = jsonSchemaOf(operation['requestBody']);
  return {
    id,
    method: method.toUpperCase(),
    path,
    pathParameters: located('path'),
    queryParameters: located('query'),
    // Closed at the top: a field that the vendor does not know is a mistake of ours.
    requestBody:
      requestSchema === null
        ? null
        : compiler.body(`the request of ${id}`, { type: 'object', allOf: [requestSchema as AnySchema], unevaluatedProperties: false }),
    responses: readResponses(compiler, operation, document),
  };
};

/** A single status wins over the range it lies in, such as `4XX`. */
const readResponses = (
  compiler: SchemaCompiler,
  operation: Readonly<Record<string, Json>>,
  document: Json,
): ReadonlyMap<number, DescribedBody | null> => {
  const described = Object.entries(record(operation['responses'])).map(([status, response]) => ({
    statuses: statusesOf(status),
    body: readResponse(compiler, `${status} of ${text(operation['operationId']) ?? 'an operation'}`, resolved(record(response), document)),
  }));
  const rangesFirst = described.sort((one, other) => other.statuses.length - one.statuses.length);
  return new Map(rangesFirst.flatMap(({ statuses, body }) => statuses.map((status) => [status, body] as const)));
};

const statusesOf = (status: string): readonly number[] =>
  /^[1-5]XX$/.test(status) ? Array.from({ length: 100 }, (_, index) => Number(status.charAt(0)) * 100 + index) : [Number(status)];

const readResponse = (compiler: SchemaCompiler, name: string, response: Json): DescribedBody | null => {
  const schema = jsonSchemaOf(response);
  return schema === null ? null : compiler.body(`the answer ${name}`, schema as AnySchema);
};

const readParameter = (
  compiler: SchemaCompiler,
  operation: string,
  parameter: Readonly<Record<string, Json>>,
): readonly [string, DescribedParameter] => {
  const name = text(parameter['name']) ?? '';
  const schema = record(parameter['schema']);
  const isArray = schema['type'] === 'array';
  // https://spec.openapis.org/oas/v3.0.4#style-values
  const isList = isArray && parameter['explode'] === false;
  const isRepeated = isArray && !isList;
  const type = text(isArray ? member(schema, 'items', 'type') : schema['type']) ?? 'string';
  const parameterSchema = isArray ? (schema['items'] ?? true) : schema;
  return [
    name,
    compiler.parameter(`${name} of ${operation}`, {
      schema: parameterSchema as AnySchema,
      type,
      isRepeated,
      isList,
      isRequired: parameter['required'] === true,
    }),
  ];
};

const jsonSchemaOf = (body: Json | undefined): Json | null => member(body ?? null, 'content', 'application/json', 'schema');

const resolved = (parameter: Readonly<Record<string, Json>>, document: Json): Readonly<Record<string, Json>> => {
  const reference = text(parameter['$ref']);
  return reference === null ? parameter : record(member(document, ...reference.slice(2).split('/')));
};

/** Words that describe and do not constrain. Everything else reaches the compiler, which knows it or complains. */
const describing = new Set([
  'description',
  'title',
  'example',
  'examples',
  'xml',
  'externalDocs',
  'deprecated',
  'readOnly',
  'writeOnly',
  'discriminator',
  'default',
]);
const namedByUsers = new Set(['properties', 'schemas', 'parameters', 'responses', 'content', 'paths', 'examples']);

/** Without what only describes, and without the two things that are known to keep whole schemas from compiling. */
const cleaned = (value: Json, adjustments: Adjustments, parent = ''): Json => {
  if (Array.isArray(value)) return value.map((part) => cleaned(part, adjustments));
  if (typeof value !== 'object' || value === null) return value;
  const own = record(value);
  const entries = Object.entries(own).filter(([key, part]) => {
    if (namedByUsers.has(parent)) return true;
    if (describing.has(key) || key.startsWith('x-')) return false;
    if (key === 'nullable' && own['type'] === undefined) return (adjustments.nullable += 1) < 0;
    if (key === 'pattern' && typeof part === 'string' && !isUnicodePattern(part)) return (adjustments.patterns += 1) < 0;
    return true;
  });
  return Object.fromEntries(
    entries.map(([key, part]) => [
      key,
      key === 'required' && !namedByUsers.has(parent)
        ? stillRequired(part, adjustments)
        : cleaned(part, adjustments, namedByUsers.has(parent) ? '' : key),
    ]),
  );
};

const stillRequired = (names: Json, adjustments: Adjustments): Json => {
  if (!Array.isArray(names)) return names;
  const left = names.filter((name) => !adjustments.neverRequired.includes(String(name)));
  adjustments.required += names.length - left.length;
  return left;
};

const isUnicodePattern = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, 'u').unicode;
  } catch {
    return false;
  }
};
