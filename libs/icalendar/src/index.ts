export {
  basicTime,
  isNamed,
  propertiesNamed,
  propertyNamed,
  readProperty,
  textLine,
  textNamed,
  textOfValue,
  timeLine,
  valueLine,
  withProperty,
  writableText,
  type CalendarProperty,
} from './calendar-properties.js';
export { readCalendarTree, writeCalendarTree, type CalendarComponent } from './calendar-tree.js';
export { keyProperty } from './event-lines.js';
export { expandSeries, type Occurrence, type Series } from './expand-series.js';
export {
  calendarParserVersion,
  calendarSteps,
  CalendarTextError,
  parseCalendar,
  type CalendarTextFault,
  type ParsedCalendar,
  type ParseOptions,
  type UnreadableText,
} from './parse-calendar.js';
export { SeriesError, type SeriesFault } from './series-error.js';
export { treeEventSteps } from './tree-events.js';
export { atOnce, inTurns, type Steps } from './turns.js';
export { instantOfWallTime, offsetMsAt, wallTimeAt } from './wall-clock.js';
export { toIanaZone } from './windows-zones.js';
export { momentOf, momentOfRecurrenceId, movedWith, recurrenceIdOf, timeLike } from './written-times.js';
export { defineZone, type DefinedYears } from './zone-definition.js';
