import type { Conflict, OverlapKind } from '@patchbay/contracts';
import type { Span } from '../blocks/block-times.js';

/** How two times that are partly the same lie to each other. */
export function overlapOf(first: Span, second: Span): Conflict['overlap'] {
  const start = Math.max(first.start.getTime(), second.start.getTime());
  const end = Math.min(first.end.getTime(), second.end.getTime());
  return {
    kind: kindOf(first, second),
    start: new Date(start).toISOString(),
    end: new Date(end).toISOString(),
    minutes: Math.round((end - start) / 600) / 100,
  };
}

function kindOf(first: Span, second: Span): OverlapKind {
  const [begins, ends] = [first.start.getTime() - second.start.getTime(), first.end.getTime() - second.end.getTime()];
  if (begins === 0 && ends === 0) return 'identical';
  if (begins <= 0 && ends >= 0) return 'contains';
  if (begins >= 0 && ends <= 0) return 'within';
  return begins < 0 ? 'starts_before' : 'ends_after';
}

/** Whether two times are partly the same; touching is not. */
export const isOverlapping = (one: Span, other: Span): boolean => one.start < other.end && other.start < one.end;

/** What is left of a time without another: nothing, one piece, or one on either side. */
export function without(time: Span, other: Span): readonly Span[] {
  if (!isOverlapping(time, other)) return [time];
  const pieces = [
    { start: time.start, end: other.start },
    { start: other.end, end: time.end },
  ];
  return pieces.filter(({ start, end }) => start < end);
}
