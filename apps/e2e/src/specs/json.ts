/** Anything that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export const record = (value: Json | undefined): Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, Json>>) : {};

export const array = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

export const objects = (value: Json | undefined): readonly Readonly<Record<string, Json>>[] => array(value).map(record);

export const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

/** A value far inside; null where there is none. */
export const member = (value: Json, ...path: readonly string[]): Json => {
  let current: Json = value;
  for (const name of path) current = record(current)[name] ?? null;
  return current;
};
