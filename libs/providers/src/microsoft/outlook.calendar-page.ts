import type { GraphDelta, GraphEvent } from './outlook.calendar-reading.mapping.js';

/** What a page of a delta says of one single event, or of one series. */
export type PagePart =
  | { readonly kind: 'removed' }
  | { readonly kind: 'single'; readonly event: GraphEvent }
  | { readonly kind: 'series'; readonly master: GraphEvent | null; readonly instances: readonly GraphEvent[] };

/**
 * A page by resources, the last word on each. A series is one resource: when anything about it changes, a delta tells the master and every
 * occurrence that is left, and says nothing of an occurrence that was deleted.
 */
export const partsOf = ({ value }: GraphDelta): ReadonlyMap<string, PagePart> => {
  const parts = new Map<string, PagePart>();
  const seriesOf = (id: string): Extract<PagePart, { kind: 'series' }> => {
    const known = parts.get(id);
    return known?.kind === 'series' ? known : { kind: 'series', master: null, instances: [] };
  };
  for (const told of value) {
    if ('@removed' in told) parts.set(told.id, { kind: 'removed' });
    else if (told.type === 'seriesMaster') parts.set(told.id, { ...seriesOf(told.id), master: told });
    else if (typeof told.seriesMasterId === 'string') {
      const series = seriesOf(told.seriesMasterId);
      parts.set(told.seriesMasterId, { ...series, instances: [...series.instances, told] });
    } else parts.set(told.id, { kind: 'single', event: told });
  }
  return parts;
};
