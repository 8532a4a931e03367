/**
 * Works on items one after the other, and on the next one while whoever takes the results is busy with the last. What fails is thrown in its turn: all
 * that came before is told.
 */
export async function* oneAhead<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const source = worked(items, work);
  const begin = (): Promise<IteratorResult<Result, void>> => {
    const begun = source.next();
    // It is awaited when its turn comes; who takes the results may have given up by then.
    begun.catch(() => undefined);
    return begun;
  };
  for (let next = begin(); ;) {
    const { done, value } = await next;
    if (done === true) return;
    next = begin();
    yield value;
  }
}

async function* worked<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  for await (const item of items) yield await work(item);
}
