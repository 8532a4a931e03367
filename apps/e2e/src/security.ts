import { messageOf } from '@patchbay/local-stack';
import type { Attack } from './security/attack.js';
import { attacks } from './security/attacks.js';
import { readOptions } from './security/options.js';
import { prove } from './security/prove.js';
import { linesOf, unnoticedOf } from './security/report.js';
import { root } from './security/root.js';
import { runTests } from './security/run-tests.js';
import { copySources } from './security/source-copy.js';

// The main program of `npm run test:security`: every known attack is tried; with `--prove`, each defence is taken away once, and somebody has to notice.
const say = (line: string): void => console.log(line);

async function tryAll(chosen: readonly Attack[]): Promise<readonly [number, number]> {
  say(`Trying ${chosen.length} attacks; this takes a few minutes.`);
  const lines = linesOf(
    chosen,
    await runTests(
      root,
      chosen.flatMap(({ tests }) => tests),
    ),
  );
  say(`\n${lines.map(({ text }) => text).join('\n')}`);
  const failed = lines.filter(({ isStood }) => !isStood).length;
  return [lines.length - failed, failed];
}

async function proveAll(chosen: readonly Attack[]): Promise<readonly [number, number]> {
  const copy = copySources(root);
  const stop = (): void => {
    copy.remove();
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
  try {
    const proofs = await prove({ attacks: chosen, tree: copy.path, say });
    const unnoticed = unnoticedOf(proofs);
    say(['', ...unnoticed].join('\n'));
    return [proofs.length - unnoticed.length, unnoticed.length];
  } finally {
    copy.remove();
  }
}

try {
  const { prove: isProof, only } = readOptions(process.argv.slice(2));
  const chosen = attacks.filter(({ id }) => only.length === 0 || only.includes(String(id)));
  if (chosen.length === 0) throw new Error('There is no such attack.');
  const [passed, failed] = await (isProof ? proveAll : tryAll)(chosen);
  say(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  console.error(messageOf(error));
  say('0 passed, 1 failed');
  process.exitCode = 1;
}
