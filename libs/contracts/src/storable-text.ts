/**
 * Finds text that no database keeps and no JSON reader agrees on: a NUL, or half of a surrogate pair (RFC 8259 section 8.2).
 * Such text would be accepted, signed and delivered, and then fail wherever it is stored.
 *
 * @returns the place of the first such text, a key included, or undefined.
 */
export function unstorableText(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : [];
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return ['?'];
    const found = unstorableText(inner);
    // The place is put together on the way back: noting it on the way in would cost the square of the depth.
    if (found !== undefined) return [key, ...found];
  }
  return undefined;
}

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000');
