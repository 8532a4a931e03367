import { toPage } from './page.js';

const rows = (count: number, bytes = 1) => Array.from({ length: count }, (_, index) => ({ id: `id-${index}`, text: 'x'.repeat(bytes) }));
const same = <Row>(row: Row): Row => row;

describe('toPage', () => {
  it('ends the list when there is no further row', () => {
    expect(toPage(rows(2), 2, same)).toEqual({ items: rows(2), next_cursor: null });
  });

  it('goes on after its last item when there are more', () => {
    expect(toPage(rows(3), 2, same)).toEqual({ items: rows(2), next_cursor: 'id-1' });
  });

  it('ends early when items are large, and leaves none out', () => {
    const large = rows(6, 250_000);

    const page = toPage(large, 5, same);

    expect(page.items).toHaveLength(2);
    expect(page.next_cursor).toBe('id-1');
  });

  it('never comes empty, however large one item is', () => {
    expect(toPage(rows(2, 900_000), 1, same).items).toHaveLength(1);
  });
});
