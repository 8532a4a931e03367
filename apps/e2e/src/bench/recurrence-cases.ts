import type { Series } from '@patchbay/icalendar';

/** A series for us, and the same for whoever is asked as well. */
export interface SeriesCase {
  readonly series: Series;
  readonly question: { readonly rule: string; readonly start: string; readonly zone: string; readonly from: number; readonly to: number };
}

/** The month in which clocks are set forward in Europe, and some days later than in America. */
const month = { from: new Date('2026-03-10T00:00:00Z'), to: new Date('2026-04-09T00:00:00Z') };

const usualRules = [
  'FREQ=WEEKLY;BYDAY=MO,WE,FR',
  'FREQ=DAILY',
  'FREQ=WEEKLY;INTERVAL=2',
  'FREQ=MONTHLY;BYDAY=2TU',
  'FREQ=MONTHLY;BYMONTHDAY=-1',
  'FREQ=YEARLY',
  'FREQ=WEEKLY;COUNT=500',
  'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  'FREQ=WEEKLY;BYDAY=TU,TH',
  'FREQ=DAILY;INTERVAL=3',
];

/** Series as people have them, from up to eleven years, at any quarter of an hour, also one that a clock change leaves out. */
export function usualSeries(count: number): readonly SeriesCase[] {
  return Array.from({ length: count }, (_, index) => {
    const start = new Date(Date.UTC(2015 + (index % 11), index % 12, 1 + (index % 28), index % 24, (index % 4) * 15));
    return seriesCase({ rule: usualRules[index % usualRules.length] ?? '', start, zone: 'Europe/Berlin' });
  });
}

const zones = ['Europe/Berlin', 'America/New_York', 'UTC', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo'];
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const frequencies = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY'];

/** Series with everything that a rule may say, the same ones each time. */
export function someSeries(count: number): readonly SeriesCase[] {
  const dice = makeDice(5545);
  return Array.from({ length: count }, () => {
    const start = new Date(Date.UTC(2023 + dice.upTo(3), dice.upTo(12), 1 + dice.upTo(28), dice.upTo(24), dice.upTo(4) * 15));
    return seriesCase({ rule: someRule(dice), start, zone: dice.oneOf(zones) });
  });
}

function someRule(dice: Dice): string {
  const frequency = dice.oneOf(frequencies);
  const isLong = frequency === 'YEARLY' || frequency === 'MONTHLY';
  const nth = (): string => `${dice.upTo(2) === 0 ? '-' : ''}${1 + dice.upTo(4)}${dice.oneOf(weekdays)}`;
  const numbers = (max: number): string => [...new Set([1 + dice.upTo(max), 1 + dice.upTo(max), 1 + dice.upTo(max)])].join();
  const days = [
    ['', 4],
    [`BYMONTHDAY=${numbers(31)},-${1 + dice.upTo(10)}`, 1],
    [`BYDAY=${[...new Set([dice.oneOf(weekdays), dice.oneOf(weekdays)])].join()}`, 2],
    [isLong ? `BYDAY=${[...new Set([nth(), nth()])].join()}` : '', 2],
    [frequency === 'YEARLY' ? `BYYEARDAY=${numbers(366)},-${1 + dice.upTo(366)}` : '', 1],
    [frequency === 'YEARLY' ? `BYWEEKNO=${numbers(53)}` : '', 1],
  ] as const;
  const by = dice.oneOf(days.flatMap(([part, weight]) => Array.from({ length: weight }, () => part)));
  return [
    `FREQ=${frequency}`,
    `INTERVAL=${1 + dice.upTo(4)}`,
    `WKST=${dice.oneOf(['MO', 'SU'])}`,
    dice.upTo(4) === 0 ? `BYMONTH=${numbers(12)}` : '',
    by,
    dice.upTo(8) === 0 ? `BYHOUR=${numbers(23)}` : '',
    by !== '' && dice.upTo(4) === 0 ? `BYSETPOS=${numbers(3)},-1` : '',
    dice.upTo(3) === 0 ? `COUNT=${1 + dice.upTo(400)}` : '',
  ]
    .filter((part) => part !== '')
    .join(';');
}

function seriesCase({ rule, start, zone }: { readonly rule: string; readonly start: Date; readonly zone: string }): SeriesCase {
  const dateTime = start.toISOString().slice(0, 19);
  const time = { dateTime, timeZone: zone };
  const event = {
    id: 'event',
    seriesId: null,
    originalStart: null,
    start: time,
    end: time,
    recurrence: [`RRULE:${rule}`],
    status: 'confirmed' as const,
  };
  return {
    series: { events: [{ ...event, isFree: false, response: null, title: '', htmlLink: null, key: null }], window: month, timeZone: zone },
    question: { rule, start: dateTime, zone, from: month.from.getTime(), to: month.to.getTime() },
  };
}

interface Dice {
  /** A whole number from 0 up to, not including, `sides`. */
  upTo(sides: number): number;
  oneOf<Value>(values: readonly Value[]): Value;
}

/** Always the same throws: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function makeDice(seed: number): Dice {
  let state = seed;
  const upTo = (sides: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
  return {
    upTo,
    oneOf: (values) => {
      const value = values[upTo(values.length)];
      if (value === undefined) throw new Error('unreachable: there is nothing to choose from');
      return value;
    },
  };
}
