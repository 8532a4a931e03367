import type { ReadingWindow } from '@patchbay/capabilities';
import type { CalendarRow } from './sync-rows.js';
import { promisedWindow, storedWindow, type WindowDays } from './sync-schedule.js';

/** How a calendar is read next. */
export type SyncPlan =
  /** What changed is applied to what is shown; the window moves on first where it must. */
  | { readonly kind: 'incremental'; readonly cursor: string; readonly window: ReadingWindow; readonly move: WindowMove | null }
  /** A reading of everything goes on where it was cut short. */
  | ({ readonly kind: 'resumed' } & Building)
  /** Everything is read beside what is shown. */
  | { readonly kind: 'full' };

/** A later window, for which busy times are worked out one series after the other. */
export interface WindowMove {
  readonly window: ReadingWindow;
  /** Series up to here are done; null: none. */
  readonly after: string | null;
}

/** Contents that are being read beside the shown ones. */
export interface Building {
  readonly generation: number;
  readonly cursor: string;
  readonly window: ReadingWindow;
  readonly since: Date;
}

/** What was read longer ago is not gone on with: its window and its pages are no longer what they were. Milliseconds. */
const buildingMsMax = 24 * 60 * 60_000;

/** The promise must hold until the calendar is read again. Milliseconds. */
const untilNextMs = 24 * 60 * 60_000;

/** Decides how a calendar is read. */
export function planSync(row: CalendarRow, { now, days, isBoundToWindow }: Circumstances): SyncPlan {
  const building = buildingOf(row);
  // Whoever wants everything read anew wants nothing of what was read before that.
  if (building !== null && !row.is_full_wanted && now.getTime() - building.since.getTime() < buildingMsMax) return { kind: 'resumed', ...building };
  const { cursor, window_from: from, window_to: to } = row;
  const isStarted = row.building_generation !== null || row.is_full_wanted;
  if (isStarted || row.generation === 0 || cursor === null || from === null || to === null) return { kind: 'full' };
  const promised = promisedWindow(now, days);
  const isWindowShort = isShort(to, promised);
  // What lies before the window was never told of by some providers.
  if (from > promised.from || (isWindowShort && isBoundToWindow)) return { kind: 'full' };
  return { kind: 'incremental', cursor, window: { from, to }, move: isWindowShort ? moveOf(row, { now, days }) : null };
}

/** Goes on where moving the window was cut short, as long as it is moved far enough by that. */
function moveOf(
  { moving_from: from, moving_to: to, moving_after: after }: CalendarRow,
  { now, days }: Omit<Circumstances, 'isBoundToWindow'>,
): WindowMove {
  const isFar = to !== null && !isShort(to, promisedWindow(now, days));
  return from !== null && isFar ? { window: { from, to }, after } : { window: storedWindow(now, days), after: null };
}

const isShort = (to: Date, promised: ReadingWindow): boolean => to.getTime() < promised.to.getTime() + untilNextMs;

interface Circumstances {
  readonly now: Date;
  readonly days: WindowDays;
  readonly isBoundToWindow: boolean;
}

function buildingOf(row: CalendarRow): Building | null {
  const { building_generation: generation, building_cursor: cursor, building_from: from, building_to: to, building_since: since } = row;
  if (generation === null || cursor === null || from === null || to === null || since === null) return null;
  return { generation, cursor, window: { from, to }, since };
}
