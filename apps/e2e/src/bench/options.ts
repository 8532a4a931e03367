/** What `npm run bench` can measure, each named for its target or its subject. */
export const parts = ['p1', 'p2', 'p3', 'p4', 'p5', 'p5b', 'p6', 'p8', 'p9', 'aut6', 'aut7', 'polls', 'backlog'] as const;
export type Part = (typeof parts)[number];

/** How the command was called. */
export interface Options {
  readonly only: ReadonlySet<Part>;
  /** A shorter look: fewer rounds, smaller ones. */
  readonly isQuick: boolean;
  /** Whether docs/benchmarks.md is rewritten. */
  readonly write: boolean;
  /** Whether every service writes a CPU profile when it ends; the figures suffer from it. */
  readonly profile: boolean;
  readonly command: string;
}

const usage = `Usage: npm run bench -- [--only ${parts.join(',')}] [--quick] [--write] [--profile]`;

/** Reads the arguments; with a fault it says how they are written and ends the process. */
export function parseOptions(args: readonly string[]): Options {
  const rest = [...args];
  let only: readonly string[] = parts;
  let [isQuick, write, profile] = [false, false, false];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--quick') isQuick = true;
    else if (argument === '--write') write = true;
    else if (argument === '--profile') profile = true;
    else if (argument === '--only') only = (rest.shift() ?? '').toLowerCase().split(',');
    else only = [''];
  }
  const known = only.flatMap((name) => parts.filter((part) => part === name));
  if (known.length !== only.length) {
    console.error(usage);
    process.exit(1);
  }
  return { only: new Set(known), isQuick, write, profile, command: ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' ') };
}
