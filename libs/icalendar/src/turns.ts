import { setImmediate } from 'node:timers/promises';

/** Long work, which can be set aside wherever it yields. */
export type Steps<Result> = Generator<undefined, Result>;

/** Other work of the process waits no longer than this, give or take one step. Milliseconds. */
const turnMs = 4;

/** Does long work a few milliseconds at a time: whoever else wants the process gets a turn in between. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (let begunMs = performance.now(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - begunMs < turnMs) continue;
    await setImmediate();
    begunMs = performance.now();
  }
}

/** Does long work without setting it aside. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
