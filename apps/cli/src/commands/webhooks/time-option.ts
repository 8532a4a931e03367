import { CommandFailure, exitCodes } from '../../exit-codes.js';

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment as people write one: `2026-11-21T10:00:00Z`, or how long ago: `30m`, `24h`, `7d`. @throws CommandFailure for anything else. */
export function timeOf(text: string, option: string): string {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const timeMs = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (unitsMs[unit] ?? 0);
  if (Number.isNaN(timeMs)) throw new CommandFailure(`${option} takes a time such as 2026-11-21T10:00:00Z, or 30m, 24h, 7d.`, exitCodes.usage);
  return new Date(timeMs).toISOString();
}
