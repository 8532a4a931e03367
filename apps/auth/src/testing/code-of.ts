import type { AppError } from '@patchbay/contracts';

/** What a call that is expected to fail failed with; `no failure` when it did not. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: AppError) => error.code,
  );
