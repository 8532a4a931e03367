import type { AnySchema } from 'ajv';
import { createCompiler, type SchemaCompiler } from './compiler.js';
import type { ApiDescription, DescribedOperation, DescribedParameter } from './description.js';
import { array, record, text, type Json } from './json.js';

/**
 * Reads one of Google's discovery documents. They are not OpenAPI: schemas are made into JSON schema here, and closed, so that a field
 * that Google does not know is refused. https://developers.google.com/discovery/v1/reference/apis
 */
export const readDiscovery = (name: string, document: Json): ApiDescription => {
  const root = record(document);
  const remarks: string[] = [];
  const schemas = Object.entries(record(root['schemas'])).map(([id, schema]) => [id, toJsonSchema(schema, { place: id, remarks })] as const);
  // Every schema twice: what Google only answers must not be sent.
  const definitions = schemas.flatMap(([id, schema]) => [
    [`response-${id}`, withReferences(schema, 'response')] as const,
    [`request-${id}`, withReferences(withoutReadOnly(schema), 'request')] as const,
  ]);
  const compiler = createCompiler(Object.fromEntries(definitions) as Readonly<Record<string, AnySchema>>);
  const basePath = `/${(text(root['servicePath']) ?? '').replace(/^\/|\/$/g, '')}`.replace(/\/$/, '');
  const operations = methodsOf(root).map((method) => readMethod(compiler, method, root));
  return { name, operations, basePath, remarks: [...remarks, ...compiler.remarks] };
};

const methodsOf = (node: Readonly<Record<string, Json>>): readonly Readonly<Record<string, Json>>[] => [
  ...Object.values(record(node['methods'])).map(record),
  ...Object.values(record(node['resources'])).flatMap((resource) => methodsOf(record(resource))),
];

const readMethod = (compiler: SchemaCompiler, method: Readonly<Record<string, Json>>, root: Readonly<Record<string, Json>>): DescribedOperation => {
  const id = text(method['id']) ?? '';
  const own = Object.entries(record(method['parameters']));
  const located = (place: string, parameters: readonly (readonly [string, Json])[]): ReadonlyMap<string, DescribedParameter> =>
    new Map(
      parameters
        .filter(([, parameter]) => record(parameter)['location'] === place)
        .map(([name, parameter]) => [name, readParameter(compiler, `${name} of ${id}`, record(parameter))]),
    );
  const request = text(record(method['request'])['$ref']);
  const response = text(record(method['response'])['$ref']);
  return {
    id,
    method: text(method['httpMethod']) ?? 'GET',
    path: `/${text(method['path']) ?? ''}`,
    pathParameters: located('path', own),
    // Parameters of the whole API may stand at every method.
    queryParameters: located('query', [...Object.entries(record(root['parameters'])), ...own]),
    // https://developers.google.com/workspace/calendar/api/guides/performance#patch
    isClearedByNull: text(method['httpMethod']) === 'PATCH',
    requestBody:
      request === null
        ? null
        : compiler.body(`the request of ${id}`, {
            allOf: [{ $ref: `request-${request}` }, { type: 'object', required: requiredIn(root, request, id) }],
          }),
    responses: new Map(response === null ? [[204, null]] : [[200, compiler.body(`the answer of ${id}`, { $ref: `response-${response}` })]]),
  };
};

/** Which fields a method needs stands at the fields. */
const requiredIn = (root: Readonly<Record<string, Json>>, schema: string, method: string): string[] =>
  Object.entries(record(record(record(root['schemas'])[schema])['properties'])).flatMap(([name, property]) =>
    array(record(record(property)['annotations'])['required']).includes(method) ? [name] : [],
  );

const readParameter = (compiler: SchemaCompiler, name: string, parameter: Readonly<Record<string, Json>>): DescribedParameter => {
  const { required, repeated, location: _, ...schema } = parameter;
  const remarks: string[] = [];
  const described = compiler.parameter(name, {
    schema: toJsonSchema(schema, { place: name, remarks }) as AnySchema,
    type: text(schema['type']) ?? 'string',
    isRequired: required === true,
    isRepeated: repeated === true,
    isList: false,
  });
  compiler.remarks.push(...remarks);
  return described;
};

interface Conversion {
  readonly place: string;
  readonly remarks: string[];
}

const describing = new Set(['id', 'description', 'default', 'annotations', 'enumDescriptions', 'enumDeprecated', 'deprecated', 'location']);
const carriedOver = new Set(['type', 'format', 'pattern', 'enum', '$ref', 'readOnly']);

const toJsonSchema = (schema: Json, conversion: Conversion): Json => {
  const converted: Record<string, Json> = {};
  for (const [word, value] of Object.entries(record(schema))) {
    if (describing.has(word)) continue;
    if (word === 'type' && value === 'any') continue;
    if (carriedOver.has(word)) converted[word] = value;
    else if (word === 'minimum' || word === 'maximum') converted[word] = Number(value);
    else if (word === 'properties') converted[word] = toProperties(value, conversion);
    else if (word === 'items' || word === 'additionalProperties') converted[word] = toJsonSchema(value, within(conversion, word));
    else conversion.remarks.push(`ignored the unknown word "${word}" at ${conversion.place}`);
  }
  const isOpen = converted['additionalProperties'] !== undefined || converted['type'] !== 'object';
  return isOpen ? converted : { ...converted, additionalProperties: false };
};

const toProperties = (properties: Json, conversion: Conversion): Json =>
  Object.fromEntries(Object.entries(record(properties)).map(([name, property]) => [name, toJsonSchema(property, within(conversion, name))]));

const within = ({ place, remarks }: Conversion, name: string): Conversion => ({ place: `${place}.${name}`, remarks });

const withReferences = (schema: Json, side: 'request' | 'response'): Json => {
  if (Array.isArray(schema)) return schema.map((part: Json) => withReferences(part, side));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([word, value]) => !(word === 'readOnly' && typeof value === 'boolean'))
      .map(([word, value]) => [word, word === '$ref' && typeof value === 'string' ? `${side}-${value}` : withReferences(value, side)]),
  );
};

const withoutReadOnly = (schema: Json): Json => {
  const { properties, ...rest } = record(schema);
  if (properties === undefined) return schema;
  const writable = Object.entries(record(properties)).filter(([, property]) => record(property)['readOnly'] !== true);
  return { ...rest, properties: Object.fromEntries(writable.map(([name, property]) => [name, withoutReadOnly(property)])) };
};
