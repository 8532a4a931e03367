import { pagesOf } from './pages.js';

const collect = async <Page>(pages: AsyncIterable<Page>) => {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
};

describe('pages', () => {
  it.each([undefined, ''])('end with a page that names no next one: %j', async (end) => {
    const cursors: unknown[] = [];
    const load = async (cursor: string | undefined) => (cursors.push(cursor), cursors.length);

    expect(await collect(pagesOf({ provider: 'acme', load, next: (page) => (page < 3 ? `after-${page}` : end) }))).toEqual([1, 2, 3]);
    expect(cursors).toEqual([undefined, 'after-1', 'after-2']);
  });

  it('are no longer asked for when nobody wants more', async () => {
    let loads = 0;
    for await (const _page of pagesOf({ provider: 'acme', load: async () => (loads += 1), next: () => 'more' })) break;

    expect(loads).toBe(1);
  });

  it('give up on a list without an end', async () => {
    const endless = pagesOf({ provider: 'acme', load: async () => 'page', next: () => 'again' });

    await expect(collect(endless)).rejects.toMatchObject({ code: 'invalid_response', reason: 'endless_list' });
  });
});
