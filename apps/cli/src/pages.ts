/** Everything of a list up to `max`, page by page. */
export async function pagesOf<Item>(
  max: number,
  read: (page: {
    readonly limit: number;
    readonly cursor?: string;
  }) => Promise<{ readonly items: readonly Item[]; readonly next_cursor: string | null }>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null && items.length < max;) {
    const page = await read({ limit: Math.min(200, max - items.length), ...(cursor !== undefined && { cursor }) });
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}
