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
export { atOnce, inTurns, type Steps } from './turns.js';
export { toIanaZone } from './windows-zones.js';
