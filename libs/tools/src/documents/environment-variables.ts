import { z } from 'zod';

/** One environment variable, as its schema tells of it. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  /** As it would be written in an environment; empty when there is none. */
  readonly fallback: string;
}

/** Reads the variables out of a configuration schema. */
export const variablesOf = (shape: z.ZodRawShape): readonly EnvironmentVariable[] =>
  Object.entries(shape).map(([name, schema]) => {
    const absent = z.safeParse(schema, undefined);
    return { name, description: descriptionOf(schema), isRequired: !absent.success, fallback: absent.success ? asText(absent.data) : '' };
  });

/** A description may stand on the schema or, when `.default()` or `.optional()` came after it, on what that wraps. */
function descriptionOf(schema: z.core.$ZodType): string {
  const own = z.globalRegistry.get(schema)?.description;
  if (own !== undefined) return own;
  const { innerType, out, in: input } = schema._zod.def as { innerType?: z.core.$ZodType; out?: z.core.$ZodType; in?: z.core.$ZodType };
  for (const inner of [innerType, out, input]) {
    const description = inner === undefined ? '' : descriptionOf(inner);
    if (description !== '') return description;
  }
  return '';
}

const asText = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
