import type { Line } from '../report.js';
import type { CalendarsResult } from './run.js';

const shownMax = 8;

/** Every promise about calendars that change while everything is harmed. */
export const linesOfCalendars = (result: CalendarsResult): readonly Line[] => [...busyLines(result), ...storedLines(result)];

const busyLines = ({ changes, forgotten, asked, samples, meanwhile, atLast, deceived }: CalendarsResult): readonly Line[] => [
  {
    id: 'CAL',
    what: 'busy times are what stands at the providers',
    seen:
      `${atLast.lost.length} lost, ${atLast.ghosts.length} ghosts after ${changes} changes, ${forgotten} expiries of cursors ` +
      `and ${asked} readings that were asked for`,
    isKept: changes > 0 && asked > 0 && atLast.lost.length + atLast.ghosts.length === 0,
  },
  {
    id: 'CAL',
    what: 'an event and a gap that nobody told of are seen',
    seen: `${deceived.lost.length} lost, ${deceived.ghosts.length} ghosts`,
    isKept: deceived.lost.length === 1 && deceived.ghosts.length === 1,
  },
  {
    id: 'CAL',
    what: 'what does not change is busy in every answer',
    seen: `${samples} answers; ${meanwhile.lost.length} times free instead`,
    isKept: samples > 0 && meanwhile.lost.length === 0,
  },
  {
    id: 'CAL',
    what: 'nobody is busy where there never was an event',
    seen: `${meanwhile.ghosts.length} times busy instead`,
    isKept: meanwhile.ghosts.length === 0,
  },
];

const storedLines = ({ stored, refusals }: CalendarsResult): readonly Line[] => [
  {
    id: 'CAL',
    what: 'one set of contents is left of each calendar',
    seen: stored.leftovers.join('; ') || 'one of each',
    isKept: stored.leftovers.length === 0,
  },
  {
    id: 'CAL',
    what: 'providers that call back have a channel for each calendar',
    seen: stored.unwatched.join('; ') || `${stored.watched} of ${stored.watched}`,
    isKept: stored.watched > 0 && stored.unwatched.length === 0,
  },
  { id: '', what: 'no reading is refused for an outage', seen: [...new Set(refusals)].join(', ') || 'none', isKept: refusals.length === 0 },
];

/** The first findings, for whoever has to look into them. */
export const findingsOfCalendars = ({ meanwhile, atLast }: CalendarsResult): string =>
  [
    ['at last', atLast.lost],
    ['at last', atLast.ghosts],
    ['meanwhile', meanwhile.lost],
    ['meanwhile', meanwhile.ghosts],
  ]
    .flatMap(([when, found]) => [...(found ?? [])].slice(0, shownMax).map((finding) => `  - ${String(when)}: ${finding}`))
    .join('\n');
