export { expandSeries, type Occurrence, type Series } from './expand-series.js';
export { CalendarTextError, parseCalendar, type CalendarTextFault, type ParsedCalendar, type ParseOptions } from './parse-calendar.js';
export { SeriesError, type SeriesFault } from './series-error.js';
export { toIanaZone } from './windows-zones.js';
