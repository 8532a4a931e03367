import { z } from 'zod';
import { timeRange } from './calendar.models.js';

/** What can stand in the way of what. */
export const conflictSideTypes = ['manual_block', 'synced_block', 'booking'] as const;
/** One of the types. */
export type ConflictSideType = (typeof conflictSideTypes)[number];

/** How the first side lies to the second: it is as long, is around it, inside it, begins before it, or ends after it. */
export const overlapKinds = ['identical', 'contains', 'within', 'starts_before', 'ends_after'] as const;
/** One of the kinds. */
export type OverlapKind = (typeof overlapKinds)[number];

/** `high`: a booking is involved. `medium`: a block and something in a calendar. `low`: two blocks. */
export const conflictSeverities = ['high', 'medium', 'low'] as const;
/** One of the severities. */
export type ConflictSeverity = (typeof conflictSeverities)[number];

/** What can be done about a conflict. */
export const conflictActions = ['move_block', 'shorten_block', 'delete_block', 'propose_time', 'keep_both'] as const;
/** One of the actions. */
export type ConflictAction = (typeof conflictActions)[number];

const inCalendar = z.object({ account_id: z.uuid(), calendar_id: z.string(), provider: z.string(), name: z.string() });

/** One of the two that are at the same time. */
export const conflictSide = z.object({
  type: z.enum(conflictSideTypes),
  /** The block's id, the provider's id of the event (of its series, for an occurrence), or the `booking_id`. */
  id: z.string(),
  /** Of a synced block `Busy` for whoever is not its owner. */
  title: z.string(),
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  /** What it was made in; null for a synced block. */
  time_zone: z.string().nullable(),
  /** Where a synced block stands; null for the others. */
  calendar: inCalendar.nullable(),
  /** Further calendars with the same event: same title, same time. */
  duplicates: z.array(inCalendar),
});
/** One of the two that are at the same time. */
export type ConflictSide = z.output<typeof conflictSide>;

/** Something that can be done about a conflict, and what it would come to. */
export const conflictProposal = z.object({
  action: z.enum(conflictActions),
  /** The `id` of the side that it is about; null when it is about both. */
  target_id: z.string().nullable(),
  /** Where the block, or what is left of it, would be; when the booking could be instead, the best first. Empty when nothing is left or moved. */
  times: z.array(timeRange),
  /** What would happen, as people read it. */
  summary: z.string(),
});
/** Something that can be done about a conflict, and what it would come to. */
export type ConflictProposal = z.output<typeof conflictProposal>;

/** Two things of one user that are at the same time. */
export const conflict = z.object({
  /** Stays the same as long as both sides are where they are. */
  id: z.uuid(),
  status: z.enum(['open', 'resolved']),
  severity: z.enum(conflictSeverities),
  overlap: timeRange.extend({ kind: z.enum(overlapKinds), minutes: z.number() }),
  sides: z.tuple([conflictSide, conflictSide]),
  proposals: z.array(conflictProposal),
  /** The decision that holds; null while it is open. */
  resolution_id: z.uuid().nullable(),
});
/** Two things of one user that are at the same time. */
export type Conflict = z.output<typeof conflict>;

/** A block as it was, or is; null where there is none. */
export const blockState = z.object({
  id: z.uuid(),
  title: z.string(),
  note: z.string().nullable(),
  start_time: z.iso.datetime(),
  end_time: z.iso.datetime(),
  time_zone: z.string(),
  is_all_day: z.boolean(),
  recurrence: z.array(z.string()),
});
/** A block as it was, or is. */
export type BlockState = z.output<typeof blockState>;

/** A decision about a conflict, as the history keeps it. */
export const conflictResolution = z.object({
  id: z.uuid(),
  conflict_id: z.uuid(),
  action: z.enum([...conflictActions, 'undo']),
  target_id: z.string().nullable(),
  /** Who decided. */
  user_id: z.uuid(),
  /** The conflict as it was decided about. */
  overlap: conflict.shape.overlap,
  sides: conflict.shape.sides,
  /** Blocks that it changed or removed, as they were. */
  before: z.array(blockState),
  /** What became of them, and what was added. */
  after: z.array(blockState),
  /** The time that a booking was proposed to move to. */
  proposed: timeRange.nullable(),
  /** The earlier decision that this one overrides. */
  overrides: z.uuid().nullable(),
  /** The later decision that overrides this one. */
  overridden_by: z.uuid().nullable(),
  created_at: z.iso.datetime(),
});
/** A decision about a conflict, as the history keeps it. */
export type ConflictResolution = z.output<typeof conflictResolution>;
