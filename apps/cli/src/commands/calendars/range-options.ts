import { CommandFailure, exitCodes } from '../../exit-codes.js';

const dayMs = 24 * 60 * 60_000;

/** The time that `--from` and `--days` name. @throws CommandFailure for what is no time, or no number of days */
export function rangeOf(from: string | undefined, days: string): { readonly from: string; readonly to: string } {
  const fromMs = from === undefined ? Date.now() : Date.parse(from);
  if (Number.isNaN(fromMs)) throw new CommandFailure('--from takes a time such as 2026-11-21T10:00:00Z.', exitCodes.usage);
  if (!/^[1-9]\d{0,2}$/.test(days) || Number(days) > 400) throw new CommandFailure('--days takes a number from 1 to 400.', exitCodes.usage);
  return { from: new Date(fromMs).toISOString(), to: new Date(fromMs + Number(days) * dayMs).toISOString() };
}
