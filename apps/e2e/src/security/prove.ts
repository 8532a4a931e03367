import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf, type Attack, type AttackTest, type Defence } from './attack.js';
import { runTests, type TestRun } from './run-tests.js';
import { replaceOnce, verdictOf, type Verdict } from './verdict.js';

/** What happened when a defence was taken away. */
export interface Proof {
  readonly attack: Attack['id'];
  readonly defence: string;
  readonly isNoticed: boolean;
  /** The test that noticed, or why nothing can be said. */
  readonly detail: string;
}

/** How tests are run: with a tree and what to run in it. */
export type RunTests = (tree: string, tests: readonly AttackTest[]) => Promise<TestRun>;

/** What proving takes. */
export interface ProofWork {
  readonly attacks: readonly Attack[];
  /** A copy of the sources. */
  readonly tree: string;
  readonly say: (line: string) => void;
  readonly run?: RunTests;
}

/**
 * Takes every defence away, one at a time, and looks whether its attack's tests fail. They must pass before: a test that fails anyway notices nothing. And they
 * must run: what does not even start has seen nothing either. Tests of the whole stack are left out, because they run what was built before.
 */
export async function prove({ attacks, tree, say, run = runTests }: ProofWork): Promise<readonly Proof[]> {
  const work = attacks.flatMap((attack) => attack.defences.map((defence) => ({ attack, defence })));
  say(`All tests first, as they are: ${attacks.length} attacks.`);
  const before = await run(tree, attacks.flatMap(provingTests));
  const proofs: Proof[] = [];
  const again = new Map<Attack['id'], Verdict>();
  // Where something failed among all the others, it is tried once more by itself.
  const passing = async (attack: Attack, first: TestRun): Promise<Verdict> => {
    const verdict = again.get(attack.id) ?? verdictOf(provingTests(attack), first);
    if (isClean(verdict) || again.has(attack.id)) return verdict;
    const second = verdictOf(provingTests(attack), await run(tree, provingTests(attack)));
    again.set(attack.id, second);
    return second;
  };
  for (const [index, { attack, defence }] of work.entries()) {
    const baseline = await passing(attack, before);
    const proof = { attack: attack.id, defence: `without ${defence.without}`, ...(await proofOf({ tree, run, attack, defence, baseline })) };
    say(`${index + 1} of ${work.length}: ${proof.isNoticed ? 'noticed' : 'NOT NOTICED'}: attack ${attack.id} ${proof.defence} (${proof.detail})`);
    proofs.push(proof);
  }
  return proofs;
}

const isClean = ({ failed, unsettled }: Verdict): boolean => failed.length === 0 && unsettled.length === 0;

/** Those that run the sources. */
export const provingTests = ({ tests }: Attack): readonly AttackTest[] => tests.filter(({ file }) => kindOf(file) !== 'e2e');

interface Trial {
  readonly tree: string;
  readonly run: RunTests;
  readonly attack: Attack;
  readonly defence: Defence;
  readonly baseline: Verdict;
}

async function proofOf({ tree, run, attack, defence, baseline }: Trial): Promise<Pick<Proof, 'isNoticed' | 'detail'>> {
  const [trouble] = [...baseline.failed, ...baseline.unsettled];
  if (trouble !== undefined) return { isNoticed: false, detail: `does not pass as it is: ${trouble}` };
  const file = join(tree, defence.file);
  const source = readFileSync(file, 'utf8');
  try {
    writeFileSync(file, replaceOnce(source, defence.find, defence.replaceBy));
    let fault: string | undefined;
    // The quick ones first: one that notices is enough.
    for (const kind of ['unit', 'integration']) {
      const tests = provingTests(attack).filter((test) => kindOf(test.file) === kind);
      if (tests.length === 0) continue;
      const { failed, unsettled } = verdictOf(tests, await run(tree, tests));
      if (failed[0] !== undefined) return { isNoticed: true, detail: failed[0] };
      fault ??= unsettled[0];
    }
    return { isNoticed: false, detail: fault ?? 'all tests pass without it' };
  } catch (error) {
    return { isNoticed: false, detail: error instanceof Error ? error.message : 'cannot be taken away' };
  } finally {
    writeFileSync(file, source);
  }
}
