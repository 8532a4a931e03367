import { z } from 'zod';

/** One field of an event, for a table. */
export interface SchemaRow {
  /** With dots and brackets: `attendees[].email`. */
  readonly field: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly notes: string;
}

/** The parts of JSON Schema that contracts come to. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Lists every field of a contract's data, nested ones below their parents. */
export const schemaRows = (schema: z.ZodType): readonly SchemaRow[] => rowsOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, '');

const rowsOf = (schema: JsonSchema, prefix: string): readonly SchemaRow[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = `${prefix}${name}`;
    const row = { field, type: typeOf(property), isRequired: schema.required?.includes(name) === true, notes: notesOf(property) };
    return [row, ...rowsOf(property, `${field}.`), ...rowsOf(property.items ?? {}, `${field}[].`)];
  });

function typeOf(schema: JsonSchema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  return schema.format ?? [schema.type ?? 'anything'].flat().join(' or ');
}

function notesOf({ description, default: fallback, minLength, maxLength, maxItems, items, anyOf }: JsonSchema): string {
  const length = maxLength ?? anyOf?.find((choice) => choice.maxLength !== undefined)?.maxLength;
  const notes = [
    description,
    minLength !== undefined && minLength > 0 ? 'not empty' : undefined,
    length === undefined ? undefined : `at most ${length} characters`,
    maxItems === undefined ? undefined : `at most ${maxItems}`,
    fallback === undefined ? undefined : `\`${JSON.stringify(fallback)}\` when absent`,
    items?.maxLength === undefined ? undefined : `each at most ${items.maxLength} characters`,
  ];
  return notes.filter((note) => note !== undefined).join('; ');
}
