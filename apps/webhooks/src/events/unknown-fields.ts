/** What a customer's own data is kept under: anything is allowed there. */
const freeForm = 'metadata';

/**
 * Names the fields of `input` that a contract dropped when it parsed it: a misspelt field must not be swallowed in silence.
 * Goes only as deep as the contract went.
 */
export function unknownFields(input: unknown, parsed: unknown, path: string): readonly string[] {
  if (Array.isArray(input))
    return Array.isArray(parsed) ? input.flatMap((entry, index) => unknownFields(entry, parsed[index], `${path}.${index}`)) : [];
  if (!isRecord(input) || !isRecord(parsed)) return [];
  return Object.entries(input).flatMap(([key, value]) => {
    if (!Object.hasOwn(parsed, key)) return [`${path}.${key}`];
    return key === freeForm ? [] : unknownFields(value, parsed[key], `${path}.${key}`);
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
