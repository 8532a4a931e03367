/** Text as PostgreSQL can keep it: without NUL and without halves of surrogate pairs. People paste either into calendars. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** How `JSON.stringify` writes what cannot be kept. */
const unstorable = /\\u(?:0000|d[89a-f])/;

/** A value as `jsonb` can keep it. */
export const storableJson = (value: unknown): string => {
  const json = JSON.stringify(value);
  // Going through each value takes several times as long, and hardly any has such text.
  if (!unstorable.test(json)) return json;
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storableText(inner) : inner));
};
