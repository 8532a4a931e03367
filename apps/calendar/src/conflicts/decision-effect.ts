import { AppError, type Conflict, type ConflictAction, type ConflictSide, type TimeRange } from '@patchbay/contracts';
import type { Span } from '../blocks/block-times.js';
import type { BlockEdit } from './block-edits.js';
import { spanOf } from './conflict-view.js';
import { isOverlapping, without } from './overlap.js';

/** What somebody wants to be done about a conflict. */
export interface Decision {
  readonly action: ConflictAction;
  /** Left out: the side of the first proposal. */
  readonly target_id?: string | undefined;
  /** Left out: the next free time. */
  readonly start_time?: string | undefined;
}

/** What it comes to. Nothing of both: the two stay where they are. */
export interface DecisionEffect {
  readonly targetId: string | null;
  readonly edit: BlockEdit | null;
  /** Where a booking shall be. */
  readonly proposed: TimeRange | null;
}

const typeFor = { move_block: 'manual_block', shorten_block: 'manual_block', delete_block: 'manual_block', propose_time: 'booking' } as const;

/** @throws AppError `conflict_action_unsupported`, `conflict_no_time_free`, `request_invalid` when the time that is wanted is in the way, too */
export function effectOf({ sides, proposals }: Pick<Conflict, 'sides' | 'proposals'>, decision: Decision): DecisionEffect {
  const { action, start_time: start } = decision;
  if (start !== undefined && action !== 'move_block' && action !== 'propose_time')
    throw new AppError('request_invalid', { start_time: 'goes with move_block and propose_time only' });
  if (action === 'keep_both') return { targetId: null, edit: null, proposed: null };
  const { target, other } = targetOf(sides, { ...decision, action });
  const edit = (instead: readonly Span[]): DecisionEffect => ({
    targetId: target.id,
    edit: { blockId: target.id, time: spanOf(target), instead },
    proposed: null,
  });
  switch (action) {
    case 'delete_block':
      return edit([]);
    case 'shorten_block': {
      const left = without(spanOf(target), spanOf(other));
      if (left.length === 0) throw new AppError('conflict_action_unsupported', { action: 'nothing of the block would be left' });
      return edit(left);
    }
    case 'move_block':
      return edit([spanOf(timeFor(decision, { target, other, proposals }))]);
    case 'propose_time':
      return { targetId: target.id, edit: null, proposed: timeFor(decision, { target, other, proposals }) };
  }
}

interface Sides {
  readonly target: ConflictSide;
  readonly other: ConflictSide;
}

function targetOf([first, second]: Conflict['sides'], { action, target_id: id }: Decision & { readonly action: keyof typeof typeFor }): Sides {
  const fits = (side: ConflictSide): boolean => side.type === typeFor[action] && (id === undefined || side.id === id);
  if (fits(second)) return { target: second, other: first };
  if (fits(first)) return { target: first, other: second };
  throw new AppError('conflict_action_unsupported', { action: `needs a ${typeFor[action]} as its target` });
}

/** The time that is wanted, or the next free one. */
function timeFor({ action, start_time: wanted }: Decision, { target, other, proposals }: Sides & Pick<Conflict, 'proposals'>): TimeRange {
  const { start, end } = spanOf(target);
  if (wanted === undefined) {
    const [free] = proposals.find((proposal) => proposal.action === action && proposal.target_id === target.id)?.times ?? [];
    if (free === undefined) throw new AppError('conflict_no_time_free');
    return free;
  }
  const from = new Date(wanted);
  const time = { start: from, end: new Date(from.getTime() + end.getTime() - start.getTime()) };
  if (isOverlapping(time, spanOf(other))) throw new AppError('request_invalid', { start_time: 'is at the same time as the other side' });
  return { start: time.start.toISOString(), end: time.end.toISOString() };
}
