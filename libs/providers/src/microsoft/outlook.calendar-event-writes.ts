import { ProviderError, type CalendarTime, type EventDraft, type Guest } from '@patchbay/capabilities';
import { toIanaZone } from '@patchbay/icalendar';
import { isDeepStrictEqual } from 'node:util';
import { readEventText, toTextBody, withMeetingInvitation, type GraphBody } from './outlook.calendar-event-text.js';
import { isFreeAs, seriesStartOf, toEventDetails, type GraphEventDetails } from './outlook.calendar-events.mapping.js';
import { movedRecurrence, toGraphRecurrence, toRuleLine, type GraphRecurrence } from './outlook.calendar-recurrence.js';
import { readRecurrenceLines, unsupportedRecurrence, type ExceptedTime } from './outlook.calendar-rule.js';
import { momentOf } from './outlook.calendar-time.js';

/** What is sent to Graph. */
export type GraphWrite = Readonly<Record<string, unknown>>;

/** The event as Graph takes it, without the marks of ours. @throws ProviderError `invalid_request` for what Graph has no word for */
export const toGraphDraft = (draft: EventDraft): GraphWrite => {
  const { rule } = readRecurrenceLines(draft.recurrence);
  const joinUrl = draft.conference?.kind === 'elsewhere' ? draft.conference.joinUrl : null;
  return {
    ...plainFields(draft),
    ...toGraphTimes(draft.start, draft.end),
    ...(rule === null ? {} : { recurrence: toGraphRecurrence(rule, seriesStartOf(draft.start)) }),
    body: toTextBody({ description: draft.description, joinUrl }),
    attendees: draft.attendees.map((guest) => toAttendee(guest)),
    showAs: draft.isFree ? 'free' : 'busy',
    ...(draft.reminders === null ? {} : toGraphReminders(draft.reminders)),
    ...(draft.conference?.kind === 'new' ? ownMeeting : {}),
  };
};

const ownMeeting = { isOnlineMeeting: true, onlineMeetingProvider: 'teamsForBusiness' };

/** What is wanted of an event; what is left out stays. */
export interface GraphEventChange extends Partial<EventDraft> {
  /** True when a meeting of Outlook's own is none of our business: what takes place elsewhere stands beside it. */
  readonly keepsOwnMeeting?: true;
}

/** Whether a change can only be made to an event that is known. */
export const needsExisting = ({ start, end, recurrence, description, conference, attendees, isFree }: GraphEventChange): boolean =>
  [start, end, recurrence, description, conference, attendees, isFree].some((part) => part !== undefined);

/** Whether the event's body has to be read as it is: Outlook keeps its invitation to an online meeting in there. */
export const needsHtml = (change: GraphEventChange, existing: GraphEventDetails): boolean => {
  const { description, conference, keepsOwnMeeting } = change;
  const changesText = description !== undefined || (keepsOwnMeeting === true && conference !== undefined);
  return changesText && keepsMeeting(change, existing);
};

const keepsMeeting = ({ conference, keepsOwnMeeting }: GraphEventChange, { isOnlineMeeting }: GraphEventDetails): boolean =>
  isOnlineMeeting === true && (keepsOwnMeeting === true || conference === undefined || conference?.kind === 'new');

/** What is known of an event that shall be changed. */
export interface ExistingEvent {
  readonly event: GraphEventDetails;
  /** Its body, where {@link needsHtml}. */
  readonly html: string;
}

/** What has to be sent to make a change; empty when all is so already. @throws ProviderError `invalid_request` for what Graph has no word for */
export const toGraphChange = (change: GraphEventChange, existing: ExistingEvent | null): GraphWrite => {
  // Nobody can say "as usual" to Graph: this is how Outlook begins.
  const reminders = change.reminders === undefined ? {} : toGraphReminders(change.reminders ?? [{ method: 'popup', minutesBefore: 15 }]);
  const plain = { ...plainFields(change), ...reminders };
  if (existing === null) return plain;
  const { event } = existing;
  return {
    ...Object.fromEntries(Object.entries(plain).filter(([name, value]) => !isThere(event, name, value))),
    ...timesChange(change, event),
    ...bodyChange(change, existing),
    ...attendeesChange(change, event),
    ...(change.isFree === undefined || change.isFree === isFreeAs(event.showAs) ? {} : { showAs: change.isFree ? 'free' : 'busy' }),
  };
};

const isThere = (event: GraphEventDetails, name: string, value: unknown): boolean => {
  if (name === 'location') return isDeepStrictEqual(value, { displayName: event.location?.displayName ?? '' });
  return (event as Readonly<Record<string, unknown>>)[name] === value;
};

/** Whether a series still is as it was made. */
export const recursAsMade = ({ start, end, recurrence }: EventDraft, event: GraphEventDetails): boolean =>
  Object.keys(timesChange({ start, end, recurrence }, event)).length === 0;

const plainFields = ({ title, location, visibility }: Partial<EventDraft>): GraphWrite => {
  // An event of Outlook is seen by those who see its calendar, or by fewer.
  if (visibility === 'public') throw refused('visibility_unsupported');
  return {
    ...(title === undefined ? {} : { subject: title }),
    ...(location === undefined ? {} : { location: { displayName: location } }),
    ...(visibility === undefined ? {} : { sensitivity: visibility === 'private' ? 'private' : 'normal' }),
  };
};

const refused = (reason: string): ProviderError => new ProviderError('outlook', 'invalid_request', { reason });

const toGraphTimes = (start: CalendarTime, end: CalendarTime): GraphWrite => {
  if ('date' in start !== 'date' in end) throw refused('times_unsupported');
  return { start: toGraphTime(start), end: toGraphTime(end), isAllDay: 'date' in start };
};

const toGraphTime = (time: CalendarTime) => {
  if ('date' in time) return { dateTime: `${time.date}T00:00:00`, timeZone: 'UTC' };
  // Whoever calls has found out where the clock hangs.
  if (time.timeZone === null) throw refused('floating_unsupported');
  return { dateTime: time.dateTime, timeZone: time.timeZone };
};

const timesChange = (change: Partial<EventDraft>, event: GraphEventDetails): GraphWrite => {
  if (change.start === undefined && change.end === undefined && change.recurrence === undefined) return {};
  const before = toEventDetails(event);
  const [start, end] = [change.start ?? before.start, change.end ?? before.end];
  const isMoved = !isSame(start, before.start);
  return {
    ...(isMoved || !isSame(end, before.end) ? toGraphTimes(start, end) : {}),
    ...recurrenceChange({ lines: change.recurrence, start, isMoved, before: before.start }, event),
  };
};

const isSame = (one: CalendarTime, other: CalendarTime): boolean => {
  if ('date' in one || 'date' in other) return 'date' in one && 'date' in other && one.date === other.date;
  return one.dateTime === other.dateTime && one.timeZone === other.timeZone;
};

interface WantedSeries {
  readonly lines: readonly string[] | undefined;
  readonly start: CalendarTime;
  readonly isMoved: boolean;
  readonly before: CalendarTime;
}

/** A series that recurs as before is not told so again: Outlook would forget its exceptions. */
const recurrenceChange = ({ lines, start, isMoved, before }: WantedSeries, { recurrence, type }: GraphEventDetails): GraphWrite => {
  const there: GraphRecurrence | null = recurrence ?? null;
  const isOccurrence = type === 'occurrence' || type === 'exception';
  if (lines === undefined) {
    return there === null || isOccurrence || !isMoved ? {} : { recurrence: movedRecurrence(there, seriesStartOf(before), seriesStartOf(start)) };
  }
  const { rule } = readRecurrenceLines(lines);
  if (isOccurrence && rule !== null) throw unsupportedRecurrence();
  if (rule === null) return there === null || isOccurrence ? {} : { recurrence: null };
  const [wanted, from] = [toGraphRecurrence(rule, seriesStartOf(start)), seriesStartOf(start)];
  return there !== null && !isMoved && toRuleLine(there, from) === toRuleLine(wanted, from) ? {} : { recurrence: wanted };
};

const bodyChange = (change: GraphEventChange, { event, html }: ExistingEvent): GraphWrite => {
  const { description, conference } = change;
  if (description === undefined && conference === undefined) return {};
  const isOnline = event.isOnlineMeeting === true;
  const there = readEventText(event.body?.content ?? '', isOnline);
  const wanted = description ?? there.description;
  const isOwnKept = keepsMeeting(change, event);
  const keepsLink = conference === undefined || (isOwnKept && conference?.kind === 'new');
  const joinUrl = keepsLink ? there.joinUrl : conference?.kind === 'elsewhere' ? conference.joinUrl : null;
  const body = toTextBody({ description: wanted, joinUrl });
  const isAsThere = wanted === there.description && joinUrl === there.joinUrl;
  if (isOwnKept) return isAsThere ? {} : withInvitation(body, html, change);
  if (isAsThere && !isOnline && conference?.kind !== 'new') return {};
  // What ends a meeting of Outlook's own is that its invitation is no longer in the body.
  return { body, ...(isOnline ? { isOnlineMeeting: false } : {}), ...newMeeting(conference) };
};

/** Whoever asks for another text of an event gets it; whose business the meeting is not does not end it for that. */
const withInvitation = (body: GraphBody, html: string, { keepsOwnMeeting }: GraphEventChange): GraphWrite => {
  const whole = withMeetingInvitation(body.content, html);
  if (whole === null) return keepsOwnMeeting === true ? {} : { body };
  return { body: whole };
};

const newMeeting = (conference: EventDraft['conference'] | undefined): GraphWrite => (conference?.kind === 'new' ? ownMeeting : {});

/** Guests who are there already are left out when nothing changes: Outlook would invite them again. A room stays a room. */
const attendeesChange = ({ attendees }: Partial<EventDraft>, event: GraphEventDetails): GraphWrite => {
  if (attendees === undefined) return {};
  const there = new Map((event.attendees ?? []).map((guest) => [guest.emailAddress?.address?.toLowerCase() ?? '', guest.type]));
  const wanted = attendees.map((guest) => toAttendee(guest, there.get(guest.email.toLowerCase())));
  const isAsThere = wanted.length === there.size && wanted.every(({ emailAddress, type }) => there.get(emailAddress.address.toLowerCase()) === type);
  return isAsThere ? {} : { attendees: wanted };
};

const toAttendee = ({ email, name, isOptional }: Guest, before?: string | null) => ({
  emailAddress: name === null ? { address: email } : { address: email, name },
  type: before === 'resource' ? before : isOptional ? 'optional' : 'required',
});

/** Outlook reminds of an event once, on the screen. */
const toGraphReminders = (reminders: NonNullable<EventDraft['reminders']>): GraphWrite => {
  const [reminder, ...more] = reminders;
  if (reminder === undefined) return { isReminderOn: false };
  if (more.length > 0 || reminder.method !== 'popup') throw refused('reminders_unsupported');
  return { isReminderOn: true, reminderMinutesBeforeStart: reminder.minutesBefore };
};

/** An occurrence that a series shall not have: the day of one of whole days, the moment at which one begins else. */
export type ExceptedStart = { readonly date: string } | { readonly ms: number };

/** The occurrences that the lines of a series leave out. @throws ProviderError `invalid_request` for times that are none of such a series */
export const exceptedStarts = (lines: readonly string[], start: CalendarTime): readonly ExceptedStart[] =>
  readRecurrenceLines(lines).excepted.map((time) => exceptedStart(time, start));

const exceptedStart = ({ value, timeZone }: ExceptedTime, start: CalendarTime): ExceptedStart => {
  const [, year = '', month = '', day = '', time, utc] = /^(\d{4})(\d{2})(\d{2})(?:T(\d{6})(Z?))?$/i.exec(value) ?? [];
  const date = `${year}-${month}-${day}`;
  if (Number.isNaN(Date.parse(date)) || 'date' in start !== (time === undefined)) throw unsupportedRecurrence();
  if (time === undefined || 'date' in start) return { date };
  const zone = utc !== '' ? 'UTC' : timeZone === null ? (start.timeZone ?? 'UTC') : toIanaZone(timeZone);
  const wall = `${date}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`;
  if (zone === null || Number.isNaN(Date.parse(`${wall}Z`))) throw unsupportedRecurrence();
  return { ms: momentOf(wall, zone) };
};
