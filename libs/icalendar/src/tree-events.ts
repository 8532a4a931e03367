import type { SourceEvent } from '@patchbay/capabilities';
import { linesThatAreRead } from './calendar-lines.js';
import { linesOf, type CalendarComponent } from './calendar-tree.js';
import { calendarZonesOf } from './calendar-zones.js';
import { bareAddress, readEvent } from './event-lines.js';
import { namelessId, readOrFault, type ParseOptions } from './parse-calendar.js';
import type { Steps } from './turns.js';

/**
 * What each `VEVENT` of a calendar means, in their order: the same as `parseCalendar` makes of it, null for one that cannot be read. Each is read by
 * itself, so that one that stands there twice is told twice; what the calendar says of its zones is read once for all of them.
 */
export function* treeEventSteps(
  calendar: CalendarComponent,
  { ownAddresses = [], now = new Date() }: ParseOptions = {},
): Steps<readonly (SourceEvent | null)[]> {
  const named = (name: string): readonly CalendarComponent[] => calendar.components.filter((component) => component.name === name);
  const written = named('VTIMEZONE').map((zone) => linesThatAreRead(linesOf(zone).slice(1, -1)));
  const zones = calendarZonesOf(written, now);
  const addresses = new Set(ownAddresses.map(bareAddress));
  const events: (SourceEvent | null)[] = [];
  for (const component of named('VEVENT')) {
    const lines = linesThatAreRead(component.lines);
    const read = readOrFault(() => readEvent(lines, { zones, ownAddresses: addresses, nameless: () => namelessId(lines) }));
    events.push(typeof read === 'string' ? null : read.event);
    yield;
  }
  return events;
}
