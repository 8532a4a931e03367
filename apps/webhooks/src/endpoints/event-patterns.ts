import { AppError, bookingCreated, eventCatalog } from '@patchbay/contracts';

const publicTypes: ReadonlySet<string> = new Set(eventCatalog.filter((contract) => contract.audience === 'public').map((contract) => contract.type));

/** @throws AppError `event_type_unknown` when a pattern can never match: a misspelt type would wait in silence. */
export function checkEventPatterns(patterns: readonly string[]): void {
  const index = patterns.findIndex((pattern) => !matchesSome(pattern));
  if (index !== -1) throw new AppError('event_type_unknown', { [`events.${index}`]: 'matches no event type' });
}

/** A public event that one of the patterns asks for: a new booking when that is among them, the mildest to take for real. */
export function firstMatchingEvent(patterns: readonly string[]) {
  return [bookingCreated, ...eventCatalog].find(
    (contract) => contract.audience === 'public' && patterns.some((pattern) => matches(pattern, contract.type)),
  );
}

/** The pattern as PostgreSQL's LIKE understands it: `_` is a letter of ours and a wildcard of its. */
export const likeOf = (pattern: string): string => pattern.replaceAll('_', '\\_').replace(/\*+/g, '%');

function matchesSome(pattern: string): boolean {
  const shortest = pattern.replace(/\*+/g, '*');
  // What is longer than a type with a star at every place matches nothing, and is not worth looking at.
  return [...publicTypes].some((type) => shortest.length <= 2 * type.length + 1 && matches(shortest, type));
}

/** Compares piece by piece: a pattern from outside never becomes a regular expression. */
function matches(pattern: string, type: string): boolean {
  const pieces = pattern.split('*');
  const [head = ''] = pieces;
  if (pieces.length === 1) return type === pattern;
  const tail = pieces.at(-1) ?? '';
  if (!type.startsWith(head) || !type.endsWith(tail) || type.length < head.length + tail.length) return false;
  let from = head.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = type.indexOf(piece, from);
    if (at === -1 || at + piece.length > type.length - tail.length) return false;
    from = at + piece.length;
  }
  return true;
}
