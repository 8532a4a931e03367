import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expandSeries, SeriesError } from '@patchbay/icalendar';
import { findDateutil } from '@patchbay/local-stack';
import { beside, median, verdict, type Figure } from './figure.js';
import { someSeries, usualSeries, type SeriesCase } from './recurrence-cases.js';

const masters = 10_000;
const perSecondMin = 10_000;
const windowDays = 30;

/** P5b: how many series are expanded in a second, and whether python-dateutil says the same of all of them. */
export async function measureRecurrence(say: (line: string) => void, rounds: number): Promise<readonly Figure[]> {
  const cases = usualSeries(masters);
  const rates: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const began = performance.now();
    const found = cases.reduce((sum, { series }) => sum + expandSeries(series).length, 0);
    rates.push(masters / ((performance.now() - began) / 1_000));
    say(`P5b round ${round}: ${Math.round(rates.at(-1) ?? NaN)} masters/s, ${found} occurrences`);
  }
  const rate = median(rates);
  return [
    {
      id: 'P5b',
      what: `masters expanded over ${windowDays} days with a clock change in Europe/Berlin`,
      value: `${Math.round(rate)}/s`,
      target: `≥ ${perSecondMin}/s`,
      verdict: verdict(rate >= perSecondMin),
    },
    await compared([...cases.filter((_, index) => index % 10 === 0), ...someSeries(masters / 5)]),
  ];
}

async function compared(cases: readonly SeriesCase[]): Promise<Figure> {
  const what = 'series with the same occurrences as python-dateutil, a third of them usual ones and the others random';
  const answers = await oracle(cases).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (typeof answers === 'string') return beside('P5b', what, `not compared: ${answers.split('\n')[0] ?? ''}`);
  const answered = cases.map((each, index) => ({ each, answer: answers[index] ?? null })).filter(({ answer }) => answer !== null);
  const wrong = answered.filter(({ each, answer }) => JSON.stringify(startsOf(each)) !== JSON.stringify(answer));
  if (wrong[0] !== undefined) console.log(`P5b: the first that differs is ${JSON.stringify(wrong[0].each.question)}`);
  return { id: 'P5b', what, value: `${answered.length - wrong.length} of ${answered.length}`, target: 'all', verdict: verdict(wrong.length === 0) };
}

function startsOf({ series }: SeriesCase): readonly number[] | string {
  try {
    return expandSeries(series).map(({ start }) => start.getTime());
  } catch (error) {
    if (error instanceof SeriesError) return error.fault;
    throw error;
  }
}

const answerBytesMax = 256 * 2 ** 20;

async function oracle(cases: readonly SeriesCase[]): Promise<readonly (readonly number[] | null)[]> {
  const { command, env } = await findDateutil();
  return new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'recurrence-oracle.py');
    const child = execFile(command, [program], { env, maxBuffer: answerBytesMax }, (error, answer) => {
      if (error === null) resolve(JSON.parse(answer) as (readonly number[] | null)[]);
      else reject(error);
    });
    child.stdin?.end(JSON.stringify(cases.map(({ question }) => question)));
  });
}
