import type { Conflict, ConflictAction, ConflictProposal, ConflictSide } from '@patchbay/contracts';
import type { Steps } from '@patchbay/icalendar';
import type { Span } from '../blocks/block-times.js';
import type { ConflictRow, SideRow } from './conflicts.repository.js';
import { freeSlots } from './free-slots.js';
import { overlapOf, without } from './overlap.js';

/** What proposals are made from. */
export interface Surroundings {
  /** When the user is busy from the conflict on, in order. */
  readonly busy: readonly Span[];
  readonly now: Date;
  /** False: titles of events are nobody else's business. */
  readonly isOwner: boolean;
}

/** Conflicts as the API shows them. Free times are looked for in all of them: that is long work. */
export function* conflictsFrom(rows: readonly ConflictRow[], surroundings: Surroundings): Steps<Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const row of rows) {
    conflicts.push(toConflict(row, surroundings));
    yield;
  }
  return conflicts;
}

function toConflict(row: ConflictRow, surroundings: Surroundings): Conflict {
  const sides: Conflict['sides'] = [toSide(row.first, surroundings), toSide(row.second, surroundings)];
  return {
    id: row.id,
    status: row.resolution_id === null ? 'open' : 'resolved',
    severity: row.severity,
    overlap: overlapOf(spanOf(sides[0]), spanOf(sides[1])),
    sides,
    proposals: proposalsOf(sides, surroundings),
    resolution_id: row.resolution_id,
  };
}

/** When a side is. */
export const spanOf = ({ start, end }: { readonly start: string; readonly end: string }): Span => ({ start: new Date(start), end: new Date(end) });

function toSide({ calendars, ...side }: SideRow, { isOwner }: Surroundings): ConflictSide {
  const [calendar = null, ...duplicates] = calendars;
  const title = isOwner || side.type !== 'synced_block' ? side.title : 'Busy';
  const span = spanOf(side);
  return { ...side, title, start: span.start.toISOString(), end: span.end.toISOString(), calendar, duplicates };
}

/** What can be done, the gentlest first; of two blocks, or two bookings, about the one that came later first. */
function proposalsOf(sides: Conflict['sides'], surroundings: Omit<Surroundings, 'isOwner'>): ConflictProposal[] {
  const [first, second] = sides;
  const both: ConflictProposal = {
    action: 'keep_both',
    target_id: null,
    times: [],
    summary: 'Both stay as they are; the conflict counts as resolved.',
  };
  return [...proposalsAbout(second, first, surroundings), ...proposalsAbout(first, second, surroundings), both];
}

function proposalsAbout(side: ConflictSide, other: ConflictSide, surroundings: Omit<Surroundings, 'isOwner'>): readonly ConflictProposal[] {
  const proposal = (action: ConflictAction, spans: readonly Span[], summary: string): ConflictProposal => ({
    action,
    target_id: side.id,
    times: spans.map(({ start, end }) => ({ start: start.toISOString(), end: end.toISOString() })),
    summary,
  });
  if (side.type === 'synced_block') return [];
  const slots = slotsFor(side, other, surroundings);
  if (side.type === 'booking') {
    const summary = 'The product is asked to move the booking to the first of these times; nothing moves until it does.';
    return slots.length === 0 ? [] : [proposal('propose_time', slots, summary)];
  }
  const left = without(spanOf(side), spanOf(other));
  return [
    ...(left.length === 0 ? [] : [proposal('shorten_block', left, 'Only what is not at the same time stays blocked.')]),
    ...(slots.length === 0 ? [] : [proposal('move_block', slots, 'The block moves to the first of these times.')]),
    proposal('delete_block', [], 'The block goes; of one that repeats this time only.'),
  ];
}

/** Free times for a side, none of them at the time of the other. */
function slotsFor(side: ConflictSide, other: ConflictSide, { busy, now }: Omit<Surroundings, 'isOwner'>): readonly Span[] {
  return freeSlots({ time: spanOf(side), timeZone: side.time_zone ?? 'UTC', busy, other: spanOf(other), now });
}
