import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figuresIn, markdownTable, rowsBelow, tableOf, type Figure } from './figure.js';

const file = fileURLToPath(new URL('../../../../docs/benchmarks.md', import.meta.url));
const begin = '<!-- figures: written by npm run bench -- --write -->';
const end = '<!-- end of figures -->';

/** What one run measured, and under which circumstances. */
export interface Report {
  readonly figures: readonly Figure[];
  readonly day: string;
  readonly commit: string;
  readonly machine: string;
  readonly command: string;
  /** The machine's load average before anything was started: what others took from the figures. */
  readonly load: number;
}

const columns = ['part', 'day', 'commit', 'load before', 'command', 'machine'];

/** Puts the figures of a run into docs/benchmarks.md; those of other parts, and the words around them, stay. @returns the file's path. */
export function writeReport(report: Omit<Report, 'day' | 'commit'>): string {
  const measured = { ...report, day: new Date().toISOString().slice(0, 10), commit: currentCommit() };
  writeFileSync(file, mergeReport(readFileSync(file, 'utf8'), measured));
  return relative(process.cwd(), file);
}

/** The text with the figures of a run in it; the rows of parts that this run did not measure are kept, and say when they were. */
export function mergeReport(text: string, report: Report): string {
  const [before, rest] = text.split(begin);
  const [within, after] = rest?.split(end) ?? [];
  if (before === undefined || within === undefined || after === undefined)
    throw new Error(`docs/benchmarks.md has lost the marks between which figures go: ${begin} … ${end}`);
  const measured = new Set(report.figures.map(({ id }) => id));
  const figures = [...figuresIn(within).filter(({ id }) => !measured.has(id)), ...report.figures].toSorted((a, b) => a.id.localeCompare(b.id));
  const { day, commit, load, command, machine } = report;
  const own = [...measured].map((id) => [id, day, commit, load.toFixed(1), `\`${command}\``, machine]);
  const others = rowsBelow(within, columns).filter(([id = '']) => !measured.has(id));
  const runs = [...others, ...own].toSorted(([one = ''], [other = '']) => one.localeCompare(other));
  const parts = [begin, tableOf(figures), 'Parts are measured together or each by itself:', markdownTable([columns, ...runs]), end];
  return `${before}${parts.join('\n\n')}${after}`;
}

/** What was measured; `+` when the files differ from it. */
function currentCommit(): string {
  const git = (...args: readonly string[]): string => execFileSync('git', [...args], { encoding: 'utf8' }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}
