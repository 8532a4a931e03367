import type { AnySchema } from 'ajv';
import { createCompiler } from './compiler.js';
import type { ApiDescription } from './description.js';
import { objects, record, text, type Json } from './json.js';

/**
 * Reads one node of the Graph API out of Meta's own format, which lists fields and edges: the call that reads the node itself, as `/me`.
 * https://github.com/facebook/facebook-business-sdk-codegen
 */
export const readMetaGraphUser = (name: string, document: Json): ApiDescription => {
  const root = record(document);
  const compiler = createCompiler({});
  const fields = objects(root['fields']).map((field) => [text(field['name']) ?? '', schemaOf(text(field['type']))] as const);
  const remarks = fields.filter(([, schema]) => schema === null).map(([field]) => `the type of ${field} is not known, so any is taken`);
  const properties = Object.fromEntries(fields.map(([field, schema]) => [field, schema ?? {}]));
  const parameter = (key: string, schema: AnySchema, isList = false) =>
    compiler.parameter(`${key} of ${name}`, { schema, type: 'string', isRequired: false, isRepeated: false, isList });
  const isReadable = objects(root['apis']).some((api) => text(api['name']) === '#get' && text(api['method']) === 'GET');
  const operation = {
    id: `${name}.me`,
    method: 'GET',
    path: '/me',
    pathParameters: new Map(),
    queryParameters: new Map([
      ['fields', parameter('fields', { enum: fields.map(([field]) => field) }, true)],
      // Of the whole API.
      ['access_token', parameter('access_token', { type: 'string' })],
    ]),
    requestBody: null,
    // Closed, so that a field that Meta does not know is refused.
    responses: new Map([[200, compiler.body(`the answer of ${name}.me`, { type: 'object', properties, additionalProperties: false })]]),
  };
  return { name, operations: isReadable ? [operation] : [], basePath: '', remarks: [...remarks, ...compiler.remarks] };
};

/** Ids are `int` there and outgrow the numbers of JSON, so Meta sends them as text. */
const schemaOf = (type: string | null): object | null => {
  if (type === 'string') return { type: 'string' };
  if (type === 'int' || type === 'unsigned int') return { anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^\\d+$' }] };
  return type === 'bool' ? { type: 'boolean' } : null;
};
