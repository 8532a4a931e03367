import type { Check } from '@patchbay/contracts';
import { failed, fine, unknown } from './checks.js';

/** States, signatures and tokens bear times; providers forgive a minute or so. Milliseconds. */
const skewMsMax = 30_000;

/** When another machine told its time, and what it said. */
export interface ToldTime {
  /** A `Date` header (RFC 9110 section 6.6.1), to the second; null when there was none. */
  readonly answer: string | null;
  readonly askedAt: Date;
  readonly answeredAt: Date;
}

/** Compares this machine's clock with another's. The time between question and answer is not held against it. */
export function clockCheck(name: string, { answer, askedAt, answeredAt }: ToldTime): Check {
  const told = answer === null ? NaN : Date.parse(answer);
  if (Number.isNaN(told)) return unknown(name, 'No time was told to compare ours with.', 'Compare the clock of this machine with a time server.');
  // A second more, because the header has no smaller unit.
  const aheadMs = askedAt.getTime() - (told + 1_000);
  const behindMs = told - answeredAt.getTime();
  const skewMs = Math.max(aheadMs, behindMs, 0);
  if (skewMs <= skewMsMax) return fine(name, 'The clocks agree.');
  const seconds = Math.round(skewMs / 1_000);
  return failed(
    name,
    `The clock of this machine is ${seconds} s ${aheadMs > behindMs ? 'ahead of' : 'behind'} the other side's.`,
    'Let a time service (NTP) set the clock.',
  );
}
