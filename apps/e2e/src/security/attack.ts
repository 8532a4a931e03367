/** A test that an attack was tried with. */
export interface AttackTest {
  /** From the root: `*.spec.ts`, `*.integration.spec.ts` or `*.e2e.spec.ts`. */
  readonly file: string;
  /** A part of its title, as it stands in the file. Every test whose full title holds it counts. */
  readonly name: string;
  /** Where the title stands, for suites that several specs share. Default: `file`. */
  readonly writtenIn?: string;
}

/** A line of ours that stops the attack: replaced, at least one of the attack's tests must fail. */
export interface Defence {
  /** What is taken away, in plain words. */
  readonly without: string;
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  /** Code that runs; what merely does not compile proves nothing. */
  readonly replaceBy: string;
}

/** One of the 36 attacks that every system of this kind has to stand, or one of our own. */
export interface Attack {
  readonly id: number | 'unread-answer';
  readonly what: string;
  readonly tests: readonly AttackTest[];
  readonly defences: readonly Defence[];
  /** Why it cannot be tried, as a whole; then there are neither tests nor defences. */
  readonly notApplicable?: string;
  /** A part of it that does not apply, and why. */
  readonly remark?: string;
}

/** The kinds of tests, by how they are run. */
export const testKinds = ['unit', 'integration', 'e2e'] as const;
/** One of {@link testKinds}. */
export type TestKind = (typeof testKinds)[number];

/** How the tests of a file are run: its name tells. */
export const kindOf = (file: string): TestKind =>
  file.endsWith('.e2e.spec.ts') ? 'e2e' : file.endsWith('.integration.spec.ts') ? 'integration' : 'unit';
