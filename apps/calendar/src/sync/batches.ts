/** So many rows are written in one statement: the database is not held up. */
export const batchMax = 1_000;

/** Some items at a time. */
export function batchesOf<Item>(items: readonly Item[], size = batchMax): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
