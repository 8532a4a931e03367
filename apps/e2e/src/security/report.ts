import type { Attack } from './attack.js';
import type { Proof } from './prove.js';
import type { TestRun } from './run-tests.js';
import { verdictOf } from './verdict.js';

/** A line of the table of a run. */
export interface Line {
  readonly id: Attack['id'];
  readonly isStood: boolean;
  readonly text: string;
}

/** What became of each attack. */
export const linesOf = (attacks: readonly Attack[], run: TestRun): readonly Line[] =>
  attacks.map(({ id, what, tests, notApplicable, remark }) => {
    if (notApplicable !== undefined) return { id, isStood: true, text: `${column(id)} – ${what}: does not apply, ${notApplicable}` };
    const { passed, failed, unsettled } = verdictOf(tests, run);
    const isStood = failed.length === 0 && unsettled.length === 0;
    const faults = [...failed, ...unsettled].map((fault) => `\n${' '.repeat(18)}${fault}`).join('');
    const note = remark === undefined ? '' : ` (${remark})`;
    return { id, isStood, text: `${column(id)} ${isStood ? '✔' : '✘'} ${what}: ${passed} tests passed${note}${faults}` };
  });

/** Defences that can be removed without anybody noticing, a line each. */
export const unnoticedOf = (proofs: readonly Proof[]): readonly string[] =>
  proofs.filter(({ isNoticed }) => !isNoticed).map(({ attack, defence, detail }) => `✘ attack ${attack} ${defence}: ${detail}`);

const column = (id: Attack['id']): string => String(id).padStart(13);
