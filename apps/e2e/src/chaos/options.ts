import { parseArgs } from 'node:util';

/** What `npm run test:chaos` was asked for. */
export interface ChaosOptions {
  readonly bookings: number;
  /** Bookings begun in a second. Google lets one account make ten calls a second, so twice as many would only queue up there. */
  readonly rate: number;
  readonly seed: number;
  /** R3: events are published without being stored first, and the suite must see that some get lost. */
  readonly withoutOutbox: boolean;
  /** R3 in small, after a run with the outbox. */
  readonly alsoWithoutOutbox: boolean;
  /** `broker` harms NATS only: what the run without the outbox needs, when it has to be short. */
  readonly harms: 'all' | 'broker';
  /** Only the jobs that make deliveries again. */
  readonly jobsOnly: boolean;
  readonly keep: boolean;
}

/** Reads the command line. @throws Error that says what is understood. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      bookings: { type: 'string', default: '2000' },
      rate: { type: 'string', default: '10' },
      seed: { type: 'string' },
      'without-outbox': { type: 'boolean', default: false },
      'also-without-outbox': { type: 'boolean', default: false },
      'jobs-only': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  return {
    bookings: whole('bookings', values.bookings, 1),
    rate: whole('rate', values.rate, 1),
    seed: values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : whole('seed', values.seed, 0),
    withoutOutbox: values['without-outbox'],
    alsoWithoutOutbox: values['also-without-outbox'],
    harms: 'all',
    jobsOnly: values['jobs-only'],
    keep: values.keep,
  };
}

function whole(name: string, text: string, min: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min) throw new Error(`--${name} must be a whole number of at least ${min}.`);
  return value;
}
