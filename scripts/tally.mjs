import { seconds, wasInterrupted } from './process.mjs';

/** Counts what passed and failed over several steps, and says of each what it is and how long it took. */
export class Tally {
  passed = 0;
  failed = 0;
  #startedAt = performance.now();
  #broken = [];

  /** Runs one step. It answers its counts and, when something failed, what to show and what to say again at the end. */
  async step(title, work) {
    if (wasInterrupted()) return;
    const startedAt = performance.now();
    console.log(`\n▶ ${title}`);
    const { passed, failed, output = '', failures = [] } = await work();
    if (wasInterrupted()) return;
    this.passed += passed;
    this.failed += failed;
    if (failed > 0) {
      this.#broken.push(title, ...failures);
      if (output.trim() !== '') console.log(output.trim());
    }
    console.log(`${failed === 0 ? '✔' : '✘'} ${title} (${seconds(startedAt)})`);
  }

  /** Prints the sum, as the last line, and answers the exit code. */
  close() {
    if (wasInterrupted()) {
      console.log('\nInterrupted.');
      return 130;
    }
    console.log(`\nAll steps: ${seconds(this.#startedAt)}`);
    for (const what of this.#broken) console.log(`✘ ${what}`);
    console.log(countLine(this.passed, this.failed));
    return this.failed === 0 ? 0 : 1;
  }
}

const countLine = (passed, failed) => `${passed} passed, ${failed} failed`;

/** The counts a program printed as a line of its own, the last of them; from its exit code when it printed none. */
export function countsOf({ code, output }) {
  const printed = [...output.matchAll(/^(\d+) passed, (\d+) failed\s*$/gm)].at(-1);
  const [passed, failed] = printed === undefined ? [code === 0 ? 1 : 0, 0] : [Number(printed[1]), Number(printed[2])];
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}
