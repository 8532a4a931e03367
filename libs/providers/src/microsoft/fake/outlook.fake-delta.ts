import { randomBytes } from 'node:crypto';
import type { StoredCalendar } from './outlook.fake-calendars.js';
import { shownIn, toBareOccurrence, toGraphEvent, type GraphAnswer, type Presentation, type StoredEvent, type View } from './outlook.fake-events.js';

/** What deltas of every calendar have in common. */
export interface DeltaHabits {
  /** Tokens of an earlier epoch are forgotten ones. */
  epoch: string;
  /** Never more on a page, whatever is asked for. */
  pageMax: number;
  /** Whether a series may begin on one page and go on on the next. */
  spreadsSeries: boolean;
}

/** How a Graph fake begins. */
export const freshDeltaHabits = (): DeltaHabits => ({ epoch: newEpoch(), pageMax: 500, spreadsSeries: false });

/** A name for the tokens that are handed out from now on. */
export const newEpoch = (): string => randomBytes(4).toString('hex');

/** What is inside a delta token or a skip token. */
export interface DeltaPlace extends View {
  readonly epoch: string;
  readonly calendarId: string;
  /** Of a first round, where the calendar stood when it began: nobody was told of what had gone before. Null in later rounds. */
  readonly beganAt: number | null;
  /** Everything of this round was told up to this revision, and so much of the one after it. */
  readonly revision: number;
  readonly parts: number;
}

/** One page, and where the next request goes on. */
export interface DeltaPage {
  readonly value: readonly GraphAnswer[];
  readonly isLast: boolean;
  readonly next: DeltaPlace;
}

/** Where a first request stands. */
export const deltaStart = (habits: DeltaHabits, calendar: StoredCalendar, view: View): DeltaPlace => ({
  ...view,
  epoch: habits.epoch,
  calendarId: calendar.id,
  beganAt: calendar.revision,
  revision: 0,
  parts: 0,
});

/** A token for the place. */
export const toDeltaToken = (place: DeltaPlace): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** The place of a token; null for one that is forgotten, or of another calendar. */
export const fromDeltaToken = (token: string, { epoch }: DeltaHabits, calendarId: string): DeltaPlace | null => {
  try {
    const place = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as DeltaPlace;
    return place.epoch === epoch && place.calendarId === calendarId ? place : null;
  } catch {
    return null;
  }
};

/** The next page of a round: by revision, so that what changes meanwhile comes at its end. */
export const deltaPage = (calendar: StoredCalendar, place: DeltaPlace, { habits, pageSize, shape }: DeltaAsk): DeltaPage => {
  const size = Math.min(pageSize, habits.pageMax);
  const changed = [...calendar.events.values()]
    .filter(({ revision }) => revision > place.revision)
    .sort((one, other) => one.revision - other.revision);
  const value: GraphAnswer[] = [];
  let next = place;
  for (const event of changed) {
    const told = toldOf(event, place, shape).slice(next.parts);
    const room = size - value.length;
    if (room <= 0) return { value, isLast: false, next };
    if (habits.spreadsSeries && told.length > room) {
      return { value: [...value, ...told.slice(0, room)], isLast: false, next: { ...next, parts: next.parts + room } };
    }
    value.push(...told);
    next = { ...next, revision: event.revision, parts: 0 };
  }
  return { value, isLast: true, next: { ...next, beganAt: null, revision: calendar.revision } };
};

/** What a page is made for. */
export interface DeltaAsk {
  readonly habits: DeltaHabits;
  readonly pageSize: number;
  readonly shape: Presentation;
}

/** Of a series: the master and every occurrence that is left in the view. Nothing tells of a deleted occurrence. */
const toldOf = (event: StoredEvent, { fromMs, toMs, beganAt }: DeltaPlace, shape: Presentation): readonly GraphAnswer[] => {
  const shown = shownIn(event, { fromMs, toMs });
  if (shown.length === 0 && beganAt !== null && event.revision <= beganAt) return [];
  if (shown.length === 0) return [{ '@odata.type': '#microsoft.graph.event', id: event.id, '@removed': { reason: 'deleted' } }];
  if (event.fields.recurrence === null) return shown.map((single) => toGraphEvent(event, single, shape));
  const master = toGraphEvent(event, { type: 'seriesMaster', id: event.id, fields: event.fields }, shape);
  return [master, ...shown.map((one) => (one.type === 'occurrence' ? toBareOccurrence(event, one, shape) : toGraphEvent(event, one, shape)))];
};
