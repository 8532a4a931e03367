import { beside, figuresIn, type Figure } from './figure.js';
import { mergeReport, type Report } from './report.js';

const empty = 'Words before.\n\n<!-- figures: written by npm run bench -- --write -->\n\n<!-- end of figures -->\n\nWords after.\n';
const met = (id: string, value: string): Figure => ({ id, what: `of ${id}`, value, target: '≥ 1', verdict: 'met' });
const run = (figures: readonly Figure[], change: Partial<Report> = {}): Report => ({
  figures,
  day: '2026-11-21',
  commit: 'abc1234',
  machine: '2 × CPU',
  command: 'npm run bench',
  load: 0.1,
  ...change,
});

describe('what a run of the benchmarks writes', () => {
  const all = mergeReport(empty, run([met('P1', '1'), met('P2', '2'), beside('P2', 'beside P2', '3')]));

  it('leaves the words around the figures', () => {
    expect([all.startsWith('Words before.\n'), all.endsWith('\nWords after.\n')]).toEqual([true, true]);
  });

  it('replaces the rows of the parts that were measured, keeps those of the others, and says when each was', () => {
    const later = mergeReport(
      all,
      run([met('P5', '5'), met('P2', '4')], { day: '2026-11-22', commit: 'def5678', command: 'npm run bench -- --only p2,p5' }),
    );

    expect(figuresIn(later)).toEqual([met('P1', '1'), met('P2', '4'), met('P5', '5')]);
    const told = later.split('\n').filter((line) => /2026/.test(line));
    expect(told.map((line) => /^\| (\S+) +\| (\S+) +\| (\S+)/.exec(line)?.slice(1))).toEqual([
      ['P1', '2026-11-21', 'abc1234'],
      ['P2', '2026-11-22', 'def5678'],
      ['P5', '2026-11-22', 'def5678'],
    ]);
  });

  it('is the same when the same is written again', () => {
    expect(mergeReport(all, run([met('P1', '1')]))).toBe(all);
  });

  it('is refused when the place for it is gone', () => {
    expect(() => mergeReport('Words.', run([met('P1', '1')]))).toThrow('lost the marks');
  });
});
