import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableOf, type Figure } from './figure.js';

const file = fileURLToPath(new URL('../../../../docs/benchmarks.md', import.meta.url));
const begin = '<!-- figures: written by npm run bench -- --write -->';
const end = '<!-- end of figures -->';

interface Report {
  readonly figures: readonly Figure[];
  readonly machine: string;
  readonly command: string;
  /** The machine's load average before anything was started: what others took from the figures. */
  readonly load: number;
}

/** Replaces the figures in docs/benchmarks.md and leaves the words around them. @returns the file's path. */
export function writeReport({ figures, machine, command, load }: Report): string {
  const text = readFileSync(file, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/benchmarks.md has lost the marks between which figures go: ${begin} … ${end}`);
  const head = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, ${machine}, load average ${load.toFixed(1)} before it began`;
  writeFileSync(file, `${before}${begin}\n\n${head}\n\n${tableOf(figures)}\n\n${end}${after}`);
  return relative(process.cwd(), file);
}
