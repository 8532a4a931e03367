import type { EventDetails, EventDraft } from '@patchbay/capabilities';
import type { EventChangeInput, EventDraftInput } from '@patchbay/contracts';
import { recurrenceLines, type RepeatedTimes } from './recurrence-input.js';
import { toCalendarTimes } from './event-times.js';
import type { OpenCalendar } from './open-calendars.js';

/** How a calendar takes days and times that come without a zone. */
export type CalendarClock = Pick<OpenCalendar, 'zone' | 'clock'>;

/** A new event for a provider. @throws AppError `request_invalid` */
export function toDraft(input: EventDraftInput, { zone: calendarZone, clock }: CalendarClock): EventDraft {
  const times = toCalendarTimes(input, clock);
  const { title, description, location, attendees, reminders, is_free: isFree, visibility, conference } = input;
  return {
    title,
    description,
    location,
    ...times,
    recurrence: recurrenceLines(input.recurrence, { ...times, calendarZone }),
    attendees: attendees.map(toGuest),
    reminders: toReminders(reminders),
    isFree,
    visibility,
    conference: toConference(conference),
  };
}

/** Whether what a change means depends on when the event is. */
export const dependsOnTimes = ({ recurrence, start_time: start }: EventChangeInput): boolean =>
  recurrence !== undefined && recurrence !== null && start === undefined;

/**
 * What of an event shall be other, for a provider.
 *
 * @param existing the event, where {@link dependsOnTimes}
 * @throws AppError `request_invalid`
 */
export function toChange(
  input: EventChangeInput,
  { zone: calendarZone, clock }: CalendarClock,
  existing: EventDetails | null = null,
): Partial<EventDraft> {
  const { start_time, end_time, time_zone, recurrence } = input;
  const written = start_time === undefined || end_time === undefined ? null : toCalendarTimes({ start_time, end_time, time_zone }, clock);
  const times: Omit<RepeatedTimes, 'calendarZone'> = written ?? existing ?? someTime;
  return {
    ...written,
    ...pick(input, ['title', 'description', 'location', 'visibility']),
    ...(recurrence === undefined ? {} : { recurrence: recurrenceLines(recurrence, { ...times, calendarZone }) }),
    ...(input.attendees === undefined ? {} : { attendees: input.attendees.map(toGuest) }),
    ...(input.reminders === undefined ? {} : { reminders: toReminders(input.reminders) }),
    ...(input.is_free === undefined ? {} : { isFree: input.is_free }),
    ...(input.conference === undefined ? {} : { conference: toConference(input.conference) }),
  };
}

// Only for changes that have no rule.
const someTime = { start: { date: '2000-01-01' }, end: { date: '2000-01-02' } };

function pick<Input extends object, Name extends keyof Input>(
  input: Input,
  names: readonly Name[],
): { [Key in Name]?: Exclude<Input[Key], undefined> } {
  return Object.fromEntries(names.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]]))) as {
    [Key in Name]?: Exclude<Input[Key], undefined>;
  };
}

const toGuest = ({ email, name, optional }: EventDraftInput['attendees'][number]): EventDraft['attendees'][number] => ({
  email,
  name: name ?? null,
  isOptional: optional ?? false,
});

const toReminders = (reminders: EventDraftInput['reminders']): EventDraft['reminders'] =>
  reminders?.map(({ method, minutes_before: minutesBefore }) => ({ method, minutesBefore })) ?? null;

function toConference(conference: EventDraftInput['conference']): EventDraft['conference'] {
  if (conference === null) return null;
  return 'create' in conference ? { kind: 'new' } : { kind: 'elsewhere', joinUrl: conference.join_url };
}
