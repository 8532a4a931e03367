import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, root } from './process.mjs';

const planted = 'libs/contracts/src/planted-violation.ts';
const source = `import { RequestClient } from '@patchbay/messaging';
import { natsUrl } from '@patchbay/testing';

/** Contracts may import neither; both checkers must say so. */
export const violation = [RequestClient, natsUrl] as const;
`;

/**
 * Breaks the import rules on purpose and expects both checkers to notice. A checker that lost its configuration, or skips
 * a rule silently, passes everything else; it does not pass this.
 */
export async function checkPlantedViolation() {
  const file = join(root, planted);
  const remove = () => rmSync(file, { force: true });
  process.on('exit', remove);
  writeFileSync(file, source);
  try {
    const lint = await capture('nx', ['run', 'contracts:lint', '--skip-nx-cache', '--outputStyle=static']);
    const cruise = await capture('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'libs/contracts/src']);
    const faults = [];
    if (lint.code === 0 || !lint.output.includes('@nx/enforce-module-boundaries'))
      faults.push(`ESLint let a forbidden import through:\n${lint.output.trim()}`);
    if (cruise.code === 0 || !cruise.output.includes('planted-violation'))
      faults.push(`dependency-cruiser let a forbidden import through:\n${cruise.output.trim()}`);
    return { passed: faults.length === 0 ? 1 : 0, failed: faults.length === 0 ? 0 : 1, output: faults.join('\n\n') };
  } finally {
    remove();
    process.off('exit', remove);
  }
}
