import type { ConflictPolicy, TentativePolicy } from '@patchbay/contracts';
import type { WorkRow } from '@patchbay/database';

/** A calendar of an account, and how far it has been read. */
export interface CalendarRow extends WorkRow {
  readonly tenant_id: string;
  /** The connection's id. */
  readonly account_id: string;
  readonly provider: string;
  /** The provider's id of the calendar. */
  readonly remote_id: string;
  readonly name: string;
  readonly time_zone: string | null;
  /** In which whole days and floating times are meant: its own, or the next best one. */
  readonly zone: string;
  /** Whether its owner is busy at what is only tentative. */
  readonly tentative_policy: TentativePolicy;
  readonly is_primary: boolean;
  readonly is_writable: boolean;
  /** Only selected calendars are read. */
  readonly is_selected: boolean;
  readonly conflict_policy: ConflictPolicy;
  readonly sync_enabled: boolean;
  /** Since when its provider does not list it; null while it does. */
  readonly missing_since: Date | null;
  readonly error_count: number;
  /** The contents that are shown; 0 until everything was read once. */
  readonly generation: number;
  readonly cursor: string | null;
  readonly window_from: Date | null;
  readonly window_to: Date | null;
  /** As of when what is shown is true. */
  readonly synced_at: Date | null;
  /** Events that are not in what is shown, as they cannot be read. */
  readonly unreadable_events: number;
  /** As `synced_at`, but kept when what stands in the calendar is forgotten. */
  readonly seen_until: Date | null;
  /** In how many minutes it was to be read again then; null when that was not noted. */
  readonly seen_every: number | null;
  readonly moving_from: Date | null;
  readonly moving_to: Date | null;
  readonly moving_after: string | null;
  readonly building_generation: number | null;
  readonly building_cursor: string | null;
  readonly building_from: Date | null;
  readonly building_to: Date | null;
  readonly building_since: Date | null;
  readonly is_full_wanted: boolean;
  readonly run_id: string | null;
}

/** One reading of a calendar. `pages`, `changed` and `removed` move while it is under way. */
export interface SyncRunRow {
  readonly id: string;
  readonly account_id: string;
  readonly calendar_id: string;
  readonly kind: 'incremental' | 'full';
  readonly status: 'running' | 'succeeded' | 'failed';
  /** The calendar's wanted revision that it fulfils: asking for a reading moves that. */
  readonly revision: number;
  readonly pages: number;
  readonly changed: number;
  readonly removed: number;
  readonly error: string | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
}
