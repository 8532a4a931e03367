import { parseArgs } from 'node:util';

/** What `npm run test:security` was asked for. */
export interface SecurityOptions {
  /** Each defence is taken away once, and its attack's tests must notice. */
  readonly prove: boolean;
  /** Ids of the attacks to try; empty: all. */
  readonly only: readonly string[];
}

/** Reads the command line. @throws Error that says what is understood. */
export function readOptions(args: readonly string[]): SecurityOptions {
  const { values } = parseArgs({ args: [...args], options: { prove: { type: 'boolean', default: false }, only: { type: 'string', default: '' } } });
  const only = values.only
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  return { prove: values.prove, only };
}
