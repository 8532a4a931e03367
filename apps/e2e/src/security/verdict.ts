import type { AttackTest } from './attack.js';
import type { TestRun } from './run-tests.js';

/** What a run says of an attack's tests. */
export interface Verdict {
  readonly passed: number;
  /** Titles of those that failed. */
  readonly failed: readonly string[];
  /** What could not be run, or was not found: neither a pass nor a failure. */
  readonly unsettled: readonly string[];
}

/** Sums up the tests of one attack. A name that no test bears is unsettled: a test that was renamed must not pass by not being there. */
export function verdictOf(tests: readonly AttackTest[], { results, broken }: TestRun): Verdict {
  const settled = tests.map((test) => {
    const reason = broken.get(test.file);
    const found = results.filter(({ file, title, status }) => file === test.file && title.includes(test.name) && status !== 'pending');
    const failed = found.filter(({ status }) => status === 'failed').map(({ title }) => title);
    const passed = found.filter(({ status }) => status === 'passed').length;
    const missing = found.length === 0 ? [`${test.file}: no test "${test.name}"`] : [];
    const unprepared = found.filter(({ status }) => status === 'unprepared').map(({ title }) => `${test.file}: not prepared in time: ${title}`);
    const unsettled = reason === undefined ? [...missing, ...unprepared] : [`${test.file}: ${firstLines(reason)}`];
    return { passed, failed, unsettled };
  });
  return {
    passed: settled.reduce((sum, { passed }) => sum + passed, 0),
    failed: settled.flatMap(({ failed }) => failed),
    unsettled: settled.flatMap(({ unsettled }) => unsettled),
  };
}

/** Text with a passage replaced that must be there once. @throws Error when it is not. */
export function replaceOnce(text: string, find: string, replaceBy: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`is there ${parts.length - 1} times instead of once: ${find}`);
  return parts.join(replaceBy);
}

const firstLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 4)
    .join(' ');
