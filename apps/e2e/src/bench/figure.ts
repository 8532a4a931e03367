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

/** The table that is printed and kept in docs/benchmarks.md; its columns are aligned as the repository's formatter does it. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [
    ['id', 'what', 'measured', 'target', ''],
    ...figures.map(({ id, what, value, target, verdict: met }) => [id, what, value, target, met]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
