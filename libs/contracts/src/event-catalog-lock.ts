import { z } from 'zod';
import { subjectOf } from './definitions/define-event.js';
import { eventCatalog } from './event-catalog.js';

/** The shape of every event, as `event-catalog.lock.json` holds it: a changed file in review means a changed promise. */
export function eventCatalogLock(): string {
  const shapes = eventCatalog.map((contract) => [subjectOf(contract), z.toJSONSchema(contract.data, { io: 'input' })]);
  return `${JSON.stringify(Object.fromEntries(shapes), null, 2)}\n`;
}
