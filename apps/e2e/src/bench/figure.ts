/** One measured figure beside its target. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  readonly value: string;
  readonly target: string;
  /** Empty for what is shown beside the figures and has no target. */
  readonly verdict: 'met' | 'missed' | '';
}

export const verdict = (isMet: boolean): Figure['verdict'] => (isMet ? 'met' : 'missed');

/** Something worth knowing that has no target. */
export const beside = (id: string, what: string, value: string): Figure => ({ id, what, value, target: '', verdict: '' });

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The value below which `share` (0 to 1) of all values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

const columns = ['id', 'what', 'measured', 'target', ''];

/** The table that is printed and kept in docs/benchmarks.md. */
export const tableOf = (figures: readonly Figure[]): string =>
  markdownTable([columns, ...figures.map(({ id, what, value, target, verdict: met }) => [id, what, value, target, met])]);

/** The figures of a text that has their table in it. */
export const figuresIn = (text: string): readonly Figure[] =>
  rowsBelow(text, columns).map(([id = '', what = '', value = '', target = '', met = '']) => {
    return { id, what, value, target, verdict: met === 'met' || met === 'missed' ? met : '' };
  });

/** A table of Markdown, the first row being its head; columns are aligned as the repository's formatter does it. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** The rows of the table with this head; none when there is no such table. */
export function rowsBelow(text: string, head: readonly string[]): readonly (readonly string[])[] {
  const lines = text.split('\n').map(cellsOf);
  const begin = lines.findIndex((cells) => cells !== null && JSON.stringify(cells) === JSON.stringify(head));
  if (begin === -1) return [];
  const rows: (readonly string[])[] = [];
  for (const cells of lines.slice(begin + 2)) {
    if (cells === null) break;
    rows.push(cells);
  }
  return rows;
}

function cellsOf(line: string): readonly string[] | null {
  const inside = /^\|(.*)\|\s*$/.exec(line)?.[1];
  return inside === undefined ? null : inside.split('|').map((cell) => cell.trim());
}
