/**
 * Works on items in their order, and on the next ones while whoever takes the results is busy with the last. What fails is thrown in its turn: all that came
 * before is told.
 *
 * @param most so many items are under way at once
 */
export async function* ahead<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  most = 1,
): AsyncGenerator<Result, void> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const begin = (): Promise<IteratorResult<Result, void>> => {
    const begun = workOnNext(source, work);
    // It is awaited when its turn comes; who takes the results may have given up by then.
    begun.catch(() => undefined);
    return begun;
  };
  const begun = Array.from({ length: most }, begin);
  for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
    const { done, value } = await next;
    if (done === true) return;
    begun.push(begin());
    yield value;
  }
}

const workOnNext = async <Item, Result>(
  source: Iterator<Item> | AsyncIterator<Item>,
  work: (item: Item) => Promise<Result>,
): Promise<IteratorResult<Result, void>> => {
  const { done, value } = await source.next();
  return done === true ? { done, value: undefined } : { done: false, value: await work(value) };
};
