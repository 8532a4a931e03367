/** Text as PostgreSQL can keep it: without NUL and without halves of surrogate pairs. People paste either into calendars. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** A value as `jsonb` can keep it. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storableText(inner) : inner));
