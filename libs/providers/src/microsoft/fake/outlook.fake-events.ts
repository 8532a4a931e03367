import { createHash } from 'node:crypto';
import { z } from 'zod';
import { asText, presentedBody } from './outlook.fake-bodies.js';
import { daysOf, fakeRecurrence, type FakeRecurrence } from './outlook.fake-recurrence.js';
import { graphDateTime, msToWall, wallToMs } from './outlook.fake-time.js';

const wallTime = z.object({ dateTime: z.string(), timeZone: z.string() }).refine((time) => !Number.isNaN(wallToMs(time.dateTime, time.timeZone)));

/** What can be written of an event. @see https://learn.microsoft.com/graph/api/user-post-events */
export const writtenEvent = z.object({
  subject: z.string(),
  body: z.object({ contentType: z.enum(['text', 'html']), content: z.string() }),
  start: wallTime,
  end: wallTime,
  isAllDay: z.boolean(),
  showAs: z.enum(['free', 'tentative', 'busy', 'oof', 'workingElsewhere', 'unknown']),
  attendees: z.array(z.object({ emailAddress: z.object({ address: z.string(), name: z.string().optional() }), type: z.string().optional() })),
  location: z.object({ displayName: z.string() }),
  recurrence: fakeRecurrence.nullable(),
  sensitivity: z.enum(['normal', 'personal', 'private', 'confidential']),
  isReminderOn: z.boolean(),
  reminderMinutesBeforeStart: z.int().min(0),
  isOnlineMeeting: z.boolean(),
  onlineMeetingProvider: z.enum(['unknown', 'teamsForBusiness', 'skypeForBusiness', 'skypeForConsumer']),
  transactionId: z.string().nullable(),
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: z.string() })),
});

/** What somebody writes of an event. */
export type WrittenEvent = z.output<typeof writtenEvent>;

/** Everything Outlook keeps of an event. */
export interface EventFields extends Omit<WrittenEvent, 'attendees'> {
  /** With what they said, in Graph's words. */
  readonly attendees: readonly (WrittenEvent['attendees'][number] & { readonly response?: string })[];
  readonly joinUrl: string | null;
  readonly isCancelled: boolean;
  /** Of the account's owner. */
  readonly response: string;
}

/** An event as Outlook stores it: a single one, or a series with what is different about some of its days. */
export interface StoredEvent {
  readonly id: string;
  readonly created: string;
  readonly modified: string;
  readonly revision: number;
  readonly isRemoved: boolean;
  readonly fields: EventFields;
  /** By the day on which the pattern has it. */
  readonly exceptions: ReadonlyMap<string, 'deleted' | Partial<EventFields>>;
}

/** One event as a calendar view has it. */
export interface ShownEvent {
  readonly type: 'singleInstance' | 'occurrence' | 'exception';
  readonly id: string;
  readonly fields: EventFields;
  readonly startMs: number;
  readonly endMs: number;
  /** Of an occurrence, when its series has it. */
  readonly originalStartMs?: number;
}

/** A span of time in milliseconds. */
export interface View {
  readonly fromMs: number;
  readonly toMs: number;
}

/** An event of which only the times are known. */
export const emptyFields: Omit<EventFields, 'start' | 'end'> = {
  subject: '',
  body: { contentType: 'html', content: '' },
  isAllDay: false,
  showAs: 'busy',
  attendees: [],
  location: { displayName: '' },
  recurrence: null,
  sensitivity: 'normal',
  isReminderOn: true,
  reminderMinutesBeforeStart: 15,
  isOnlineMeeting: false,
  onlineMeetingProvider: 'unknown',
  joinUrl: null,
  transactionId: null,
  singleValueExtendedProperties: [],
  isCancelled: false,
  response: 'organizer',
};

/** Ids of occurrences say nothing about their series. */
export const occurrenceIdOf = (masterId: string, date: string): string =>
  `AAMkOcc${createHash('sha256').update(`${masterId} ${date}`).digest('base64url')}=`;

/** What of an event stands in a span of time: itself, or the occurrences of its series. */
export const shownIn = (event: StoredEvent, { fromMs, toMs }: View): readonly ShownEvent[] => {
  const { id, fields, exceptions, isRemoved } = event;
  if (isRemoved) return [];
  if (fields.recurrence === null) return overlapping([shown('singleInstance', id, fields)], { fromMs, toMs });
  // Later days count when their occurrence was moved into view.
  const lastDay = [new Date(toMs).toISOString().slice(0, 'yyyy-mm-dd'.length), ...exceptions.keys()].toSorted().at(-1) ?? '';
  const days = [...daysOf(fields.recurrence, lastDay)];
  const occurrences = days.flatMap((date) => {
    const exception = exceptions.get(date);
    if (exception === 'deleted') return [];
    const plain = onDay(fields, date);
    const originalStartMs = wallToMs(plain.start.dateTime, plain.start.timeZone);
    const occurrence = shown(exception === undefined ? 'occurrence' : 'exception', occurrenceIdOf(id, date), { ...plain, ...exception });
    return [{ ...occurrence, originalStartMs }];
  });
  return overlapping(occurrences, { fromMs, toMs });
};

/** The day of a series whose occurrence has this id. */
export const dayWithId = ({ id, fields, exceptions }: StoredEvent, occurrenceId: string): string | null => {
  const { recurrence } = fields;
  if (recurrence === null) return null;
  for (const date of daysOf(recurrence, '2100-01-01'))
    if (occurrenceIdOf(id, date) === occurrenceId) return exceptions.get(date) === 'deleted' ? null : date;
  return null;
};

/** The fields of the occurrence that a series has on a day. */
export const onDay = (fields: EventFields, date: string): EventFields => {
  const lengthMs = wallToMs(fields.end.dateTime, 'UTC') - wallToMs(fields.start.dateTime, 'UTC');
  const start = `${date}${fields.start.dateTime.slice('yyyy-mm-dd'.length)}`;
  const end = msToWall(wallToMs(start, 'UTC') + lengthMs, 'UTC');
  return { ...fields, recurrence: null, start: { ...fields.start, dateTime: start }, end: { ...fields.end, dateTime: end } };
};

/** How an answer shall be written. */
export interface Presentation {
  /** Of `Prefer: outlook.timezone`. */
  readonly timeZone: string;
  /** Of `Prefer: outlook.body-content-type`. */
  readonly bodyType: 'text' | 'html';
  readonly owner: { readonly name: string; readonly address: string };
}

/** What nobody changes here. */
const sameForAll: Readonly<Record<string, unknown>> = {
  categories: [],
  hasAttachments: false,
  importance: 'normal',
  responseRequested: true,
  onlineMeetingUrl: null,
  allowNewTimeProposals: true,
  isDraft: false,
  hideAttendees: false,
  locations: [],
};

/** An event with everything that Graph tells of it. */
export const toGraphEvent = (
  event: StoredEvent,
  { type, id, fields, originalStartMs }: Omit<ShownEvent, 'startMs' | 'endMs' | 'type'> & { readonly type: string },
  shape: Presentation,
): GraphAnswer => ({
  '@odata.etag': etagOf(event),
  ...sameForAll,
  id,
  createdDateTime: event.created,
  lastModifiedDateTime: event.modified,
  changeKey: changeKeyOf(event),
  transactionId: fields.transactionId,
  originalStartTimeZone: fields.start.timeZone,
  originalEndTimeZone: fields.end.timeZone,
  iCalUId: `040000008200E00074C5B7101A82E008${createHash('sha256').update(id).digest('hex').slice(0, 32).toUpperCase()}`,
  subject: fields.subject,
  bodyPreview: asText(fields.body).slice(0, 255),
  isReminderOn: fields.isReminderOn,
  reminderMinutesBeforeStart: fields.reminderMinutesBeforeStart,
  sensitivity: fields.sensitivity,
  isOnlineMeeting: fields.isOnlineMeeting,
  onlineMeetingProvider: fields.onlineMeetingProvider,
  onlineMeeting: fields.joinUrl === null ? null : { joinUrl: fields.joinUrl },
  ...(originalStartMs === undefined ? {} : { originalStart: new Date(originalStartMs).toISOString().replace('.000', '') }),
  isAllDay: fields.isAllDay,
  isCancelled: fields.isCancelled,
  isOrganizer: fields.response === 'organizer',
  seriesMasterId: type === 'occurrence' || type === 'exception' ? event.id : null,
  showAs: fields.showAs,
  type,
  webLink: `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(id)}&exvsurl=1&path=/calendar/item`,
  recurrence: recurrenceOf(fields),
  responseStatus: { response: fields.response, time: '0001-01-01T00:00:00Z' },
  body: presentedBody(fields.body, shape.bodyType),
  start: timeIn(fields.start, fields, shape),
  end: timeIn(fields.end, fields, shape),
  location: { displayName: fields.location.displayName, locationType: 'default', uniqueIdType: 'unknown', address: {}, coordinates: {} },
  attendees: fields.attendees.map(({ emailAddress, type: kind = 'required', response = 'none' }) => ({
    type: kind,
    status: { response, time: '0001-01-01T00:00:00Z' },
    emailAddress: { name: emailAddress.name ?? emailAddress.address, address: emailAddress.address },
  })),
  organizer: { emailAddress: fields.response === 'organizer' ? shape.owner : { name: 'Somebody else', address: 'somebody@example.com' } },
});

/** One object of Graph. */
export type GraphAnswer = Readonly<Record<string, unknown>>;

/** An occurrence as a delta tells it: nothing but when it is. */
export const toBareOccurrence = (event: StoredEvent, { id, fields }: ShownEvent, shape: Presentation): GraphAnswer => ({
  '@odata.type': '#microsoft.graph.event',
  '@odata.etag': etagOf(event),
  seriesMasterId: event.id,
  type: 'occurrence',
  id,
  start: timeIn(fields.start, fields, shape),
  end: timeIn(fields.end, fields, shape),
});

const recurrenceOf = ({ recurrence, start }: EventFields): (FakeRecurrence & object) | null =>
  recurrence === null ? null : { ...recurrence, range: { recurrenceTimeZone: start.timeZone, ...recurrence.range } };

const changeKeyOf = ({ id, revision }: StoredEvent): string => createHash('sha256').update(`${id} ${revision}`).digest('base64url').slice(0, 24);

const etagOf = (event: StoredEvent): string => `W/"${changeKeyOf(event)}"`;

/** Whole days are midnight in whatever zone is asked for. */
const timeIn = (time: EventFields['start'], { isAllDay }: EventFields, { timeZone }: Presentation): GraphAnswer => {
  const wall = isAllDay ? time.dateTime : msToWall(wallToMs(time.dateTime, time.timeZone), timeZone);
  return { dateTime: graphDateTime(wall), timeZone };
};

const shown = (type: ShownEvent['type'], id: string, fields: EventFields): ShownEvent => ({
  type,
  id,
  fields,
  startMs: wallToMs(fields.start.dateTime, fields.start.timeZone),
  endMs: wallToMs(fields.end.dateTime, fields.end.timeZone),
});

const overlapping = (events: readonly ShownEvent[], { fromMs, toMs }: View): readonly ShownEvent[] =>
  events.filter(({ startMs, endMs }) => startMs < toMs && endMs > fromMs);
