import { ProviderError } from '@patchbay/capabilities';

/** How to walk through one list. */
export interface PageWalk<Page> {
  readonly provider: string;
  load(cursor: string | undefined): Promise<Page>;
  /** Where the next page begins; undefined on the last one. */
  next(page: Page): string | undefined;
}

// Far beyond any real account; a list that goes on repeats itself.
const pagesMax = 200;

/**
 * All pages of a list, one after the other.
 *
 * @throws ProviderError `invalid_response` for a list without an end.
 */
export async function* pagesOf<Page>({ provider, load, next }: PageWalk<Page>): AsyncGenerator<Page, void, void> {
  let cursor: string | undefined;
  for (let count = 0; count < pagesMax; count += 1) {
    const page = await load(cursor);
    yield page;
    cursor = next(page);
    if (cursor === undefined || cursor === '') return;
  }
  throw new ProviderError(provider, 'invalid_response', { reason: 'endless_list' });
}
