import { messageOf } from '@patchbay/local-stack';
import { findingsOfCalendars, linesOfCalendars } from './chaos/calendars/report.js';
import { readOptions, type ChaosOptions } from './chaos/options.js';
import { findingsOf, findingsOfJobs, linesOf, linesOfJobs, linesWithoutOutbox, recoveryTableOf, tableOf, type Line } from './chaos/report.js';
import { runChaos } from './chaos/run.js';

// The main program of `npm run test:chaos`: kills everything in turn while bookings flow, and compares what was promised with what arrived.
const say = (line: string): void => console.log(line);

async function withOutbox(options: ChaosOptions): Promise<readonly Line[]> {
  say(`Chaos with ${options.bookings} bookings, seed ${options.seed} (repeat with --seed ${options.seed}):`);
  const { bookings, jobs, calendars } = await runChaos(options, say);
  const lines = bookings === null ? [] : linesOf(bookings);
  const jobLines = jobs === null ? [] : linesOfJobs(jobs);
  const calendarLines = calendars === null ? [] : linesOfCalendars(calendars);
  if (bookings !== null) say(`\n${recoveryTableOf(bookings.recoveries)}`);
  say(`\n${tableOf([...lines, ...calendarLines, ...jobLines])}`);
  if (bookings !== null && lines.some(({ isKept }) => !isKept)) say(findingsOf(bookings));
  if (jobs !== null && jobLines.some(({ isKept }) => !isKept)) say(findingsOfJobs(jobs));
  if (calendars !== null && calendarLines.some(({ isKept }) => !isKept)) say(findingsOfCalendars(calendars));
  return [...lines, ...calendarLines, ...jobLines];
}

async function withoutOutbox(options: ChaosOptions): Promise<readonly Line[]> {
  say(`Chaos with the outbox switched off, ${options.bookings} bookings, seed ${options.seed}: losses are expected.`);
  const { bookings } = await runChaos({ ...options, withoutOutbox: true, jobsOnly: false }, say);
  if (bookings === null) throw new Error('unreachable: bookings were asked for');
  const lines = linesWithoutOutbox(bookings);
  say(`\n${findingsOf(bookings)}\n\n${tableOf(lines)}`);
  return lines;
}

/** R3 beside a run with the outbox: enough bookings to lose some. */
const controlBookings = 30;

try {
  const options = readOptions(process.argv.slice(2));
  const lines = options.withoutOutbox ? await withoutOutbox(options) : [...(await withOutbox(options))];
  const control = options.alsoWithoutOutbox ? await withoutOutbox({ ...options, bookings: controlBookings, harms: 'broker' }) : [];
  const all = [...lines, ...control];
  const failed = all.filter(({ isKept }) => !isKept).length;
  say(`\n${all.length - failed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
} catch (error) {
  console.error(messageOf(error));
  say('0 passed, 1 failed');
  process.exit(1);
}
