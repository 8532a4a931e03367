import type { SourceEvent } from '@patchbay/capabilities';
import type { ToldChange } from '../changes/told-change.js';

/** A resource of a page whose events are not those that are stored. */
export interface DifferingResource {
  readonly resource: string;
  readonly before: readonly SourceEvent[];
  readonly after: readonly SourceEvent[];
  /** Some of its events cannot be read: what is missing need not be gone. */
  readonly isPartlyUnreadable: boolean;
}

/** What a page tells of single events. */
export function toldChangesOf(resources: readonly DifferingResource[]): readonly ToldChange[] {
  return resources.flatMap(({ resource, before, after, isPartlyUnreadable }) => {
    const known = new Map(before.map((event) => [event.id, event]));
    const now = new Set(after.map(({ id }) => id));
    const gone = isPartlyUnreadable ? [] : before.filter(({ id }) => !now.has(id));
    return [
      ...after.map((event) => ({ resource, before: known.get(event.id) ?? null, after: event })),
      ...gone.map((event) => ({ resource, before: event, after: null })),
    ];
  });
}
