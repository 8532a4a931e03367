import { ProviderError, type CalendarTime, type EventDraft, type EventReminder, type SourceEvent } from '@patchbay/capabilities';
import {
  basicTime,
  momentOf,
  propertiesNamed,
  propertyNamed,
  textLine,
  textNamed,
  timeLike,
  timeLine,
  toIanaZone,
  valueLine,
  withProperty,
  writableText,
  type CalendarComponent,
} from '@patchbay/icalendar';
import { withGuests, type WantedGuest } from './caldav.guests.js';

/** What is wanted of an event; what is left out stays. */
export type EventChange = Partial<Omit<EventDraft, 'attendees'>> & { readonly attendees?: readonly WantedGuest[] };

/** What a change is made with. */
export interface Writing {
  readonly provider: string;
  readonly now: Date;
  /** What the owner invites others by; null where that is not known, or the server does not want to hear it. */
  readonly ownAddress: string | null;
}

/** An event before a change. */
export interface Changed {
  readonly component: CalendarComponent;
  readonly source: SourceEvent;
}

/**
 * The event after a change, with all that nobody asked to change; the very same object when nothing is different.
 *
 * @throws ProviderError `invalid_request` for what no calendar takes
 */
export const changedEvent = ({ component, source }: Changed, change: EventChange, writing: Writing): CalendarComponent => {
  if (change.conference?.kind === 'new') throw new ProviderError(writing.provider, 'invalid_request', { reason: 'conference_unsupported' });
  let event = withTexts(component, change);
  if (change.isFree !== undefined && change.isFree !== source.isFree) event = withFreedom(event, change.isFree);
  if (change.visibility !== undefined && change.visibility !== visibilityOf(component)) event = withVisibility(event, change.visibility);
  if (change.conference !== undefined) event = withConference(event, change.conference?.joinUrl ?? null);
  if (change.reminders !== undefined) event = withReminders(event, change.reminders ?? [], writing);
  if (change.attendees !== undefined) event = withGuests(event, change.attendees, writing.ownAddress);
  const timed = withRecurrence(withTimes(event, { source, change, writing }), { source, change, writing });
  if (timed === component) return component;
  return stamped(timed, { now: writing.now, isMoved: timed !== event });
};

/** An event that was changed just now. https://www.rfc-editor.org/rfc/rfc5545#section-3.8.7.4: guests are asked again only when it takes place at another time. */
export const stamped = (event: CalendarComponent, { now, isMoved }: { readonly now: Date; readonly isMoved: boolean }): CalendarComponent => {
  const stamp = basicTime({ dateTime: now.toISOString().slice(0, 19), timeZone: 'UTC' });
  const sequence = Number.parseInt(propertyNamed(event, 'SEQUENCE')?.value ?? '0', 10) || 0;
  const fresh = withProperty(withProperty(event, 'DTSTAMP', [`DTSTAMP:${stamp}`]), 'LAST-MODIFIED', [`LAST-MODIFIED:${stamp}`]);
  return isMoved ? withProperty(fresh, 'SEQUENCE', [`SEQUENCE:${sequence + 1}`]) : fresh;
};

const withTexts = (component: CalendarComponent, { title, description, location }: EventChange): CalendarComponent => {
  const titled = withText(component, 'SUMMARY', title);
  const described = withText(titled, 'DESCRIPTION', description);
  // The same once more for programs that can show it in colour.
  const plain = described === titled ? described : withProperty(described, 'X-ALT-DESC', []);
  return withText(plain, 'LOCATION', location);
};

const withText = (component: CalendarComponent, name: string, text: string | undefined): CalendarComponent => {
  if (text === undefined || textNamed(component, name) === writableText(text)) return component;
  return withProperty(component, name, text === '' ? [] : [textLine(name, text)]);
};

const withFreedom = (component: CalendarComponent, isFree: boolean): CalendarComponent =>
  withProperty(withProperty(component, 'X-MICROSOFT-CDO-BUSYSTATUS', []), 'TRANSP', [`TRANSP:${isFree ? 'TRANSPARENT' : 'OPAQUE'}`]);

/** Who may see an event. */
export const visibilityOf = (component: CalendarComponent): EventDraft['visibility'] => {
  const word = textNamed(component, 'CLASS').trim().toUpperCase();
  if (word === '') return 'default';
  return word === 'PUBLIC' ? 'public' : 'private';
};

const withVisibility = (component: CalendarComponent, visibility: EventDraft['visibility']): CalendarComponent =>
  withProperty(component, 'CLASS', visibility === 'default' ? [] : [`CLASS:${visibility.toUpperCase()}`]);

// https://www.rfc-editor.org/rfc/rfc7986#section-5.11, and how it was told before
const conferenceNames = ['CONFERENCE', 'X-GOOGLE-CONFERENCE', 'X-MICROSOFT-SKYPETEAMSMEETINGURL'];

/** Where an event takes place online; null where nowhere. */
export const joinUrlOf = (component: CalendarComponent): string | null =>
  conferenceNames
    .flatMap((name) => propertiesNamed(component, name))
    .find(({ value }) => /^https?:/i.test(value.trim()))
    ?.value.trim() ?? null;

const withConference = (component: CalendarComponent, joinUrl: string | null): CalendarComponent => {
  const current = joinUrlOf(component);
  if (current === (joinUrl === null ? null : writableText(joinUrl).trim())) return component;
  const without = conferenceNames.reduce((event, name) => withProperty(event, name, []), component);
  const shown = propertyNamed(component, 'URL')?.value.trim() ?? null;
  // Another address that somebody has put there stays.
  const isOurs = shown === null || shown === current;
  if (joinUrl === null) return isOurs ? withProperty(without, 'URL', []) : without;
  const told = withProperty(without, 'CONFERENCE', [valueLine('CONFERENCE', joinUrl, { VALUE: 'URI', FEATURE: 'VIDEO' })]);
  return isOurs ? withProperty(told, 'URL', [valueLine('URL', joinUrl, { VALUE: 'URI' })]) : told;
};

/** What reminds an event's owner of it, as far as it is so long before its start. */
export const remindersOf = ({ components }: CalendarComponent): readonly EventReminder[] => components.flatMap((alarm) => reminderIn(alarm) ?? []);

const reminderIn = (alarm: CalendarComponent): EventReminder | null => {
  const trigger = propertyNamed(alarm, 'TRIGGER');
  if (alarm.name !== 'VALARM' || trigger === undefined || trigger.parameters['RELATED']?.toUpperCase() === 'END') return null;
  const found = /^([+-])?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/i.exec(trigger.value.trim());
  if (found === null) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(2).map((amount: string | undefined) => Number(amount ?? 0));
  const length = ((weeks * 7 + days) * 24 + hours) * 60 + minutes + Math.round(seconds / 60);
  if (found[1] !== '-' && length > 0) return null;
  return { method: textNamed(alarm, 'ACTION').toUpperCase() === 'EMAIL' ? 'email' : 'popup', minutesBefore: length };
};

const withReminders = (component: CalendarComponent, reminders: readonly EventReminder[], { ownAddress }: Writing): CalendarComponent => {
  const told = (all: readonly EventReminder[]): string => JSON.stringify(all.map(({ method, minutesBefore }) => [method, minutesBefore]).toSorted());
  if (told(remindersOf(component)) === told(reminders)) return component;
  const kept = component.components.filter((alarm) => reminderIn(alarm) === null);
  const title = textNamed(component, 'SUMMARY') || '-';
  return { ...component, components: [...kept, ...reminders.map((reminder) => alarmOf(reminder, { title, ownAddress }))] };
};

/** https://www.rfc-editor.org/rfc/rfc5545#section-3.6.6 */
const alarmOf = (
  { method, minutesBefore }: EventReminder,
  { title, ownAddress }: { readonly title: string; readonly ownAddress: string | null },
): CalendarComponent => {
  const trigger = `TRIGGER:${minutesBefore === 0 ? 'PT0S' : `-PT${minutesBefore}M`}`;
  const description = textLine('DESCRIPTION', title);
  if (method === 'popup') return { name: 'VALARM', lines: ['ACTION:DISPLAY', description, trigger], components: [] };
  const recipient = ownAddress === null ? [] : [valueLine('ATTENDEE', `mailto:${ownAddress}`)];
  return { name: 'VALARM', lines: ['ACTION:EMAIL', textLine('SUMMARY', title), description, ...recipient, trigger], components: [] };
};

/** Between what an event is and what it shall be. */
interface Step {
  readonly source: SourceEvent;
  readonly change: EventChange;
  readonly writing: Writing;
}

const withTimes = (component: CalendarComponent, { source, change, writing }: Step): CalendarComponent => {
  const start = change.start === undefined ? source.start : inKnownZone(change.start, writing.provider);
  const end = change.end === undefined ? source.end : inKnownZone(change.end, writing.provider);
  if (isSameTime(start, source.start) && isSameTime(end, source.end)) return component;
  if ('date' in start !== 'date' in end) throw new ProviderError(writing.provider, 'invalid_request', { reason: 'days_and_times' });
  if (momentOf(end, 'UTC') < momentOf(start, 'UTC'))
    throw new ProviderError(writing.provider, 'invalid_request', { reason: 'ends_before_it_starts' });
  const begun = withProperty(component, 'DTSTART', [timeLine('DTSTART', start)]);
  return withProperty(withProperty(begun, 'DURATION', []), 'DTEND', [timeLine('DTEND', end)]);
};

/** By the name that everybody knows it by. */
const inKnownZone = (time: CalendarTime, provider: string): CalendarTime => {
  if ('date' in time || time.timeZone === null) return time;
  const timeZone = toIanaZone(time.timeZone);
  if (timeZone === null) throw new ProviderError(provider, 'invalid_request', { reason: 'unknown_zone' });
  return { ...time, timeZone };
};

/** True for two ways to write one time. */
export const isSameTime = (one: CalendarTime, other: CalendarTime): boolean => timeLine('X', one) === timeLine('X', other);

const recurrenceNames = ['RRULE', 'RDATE', 'EXDATE', 'EXRULE'];

const withRecurrence = (component: CalendarComponent, { source, change, writing }: Step): CalendarComponent => {
  if (change.recurrence === undefined) return component;
  const start = change.start ?? source.start;
  const lines = change.recurrence.map((line) => recurrenceLine(line.trim(), start, writing.provider));
  if (lines.join('\n') === source.recurrence.join('\n')) return component;
  const without = recurrenceNames.reduce((event, name) => withProperty(event, name, []), component);
  return { ...without, lines: [...without.lines, ...lines] };
};

const recurrenceLine = (line: string, start: CalendarTime, provider: string): string => {
  if (!/^(RRULE|RDATE|EXDATE|EXRULE)[;:][\w;:=,+/"-]*$/i.test(line)) throw new ProviderError(provider, 'invalid_request', { reason: 'recurrence' });
  return line.replace(/\bUNTIL=(\d{8})(T\d{6}Z?)?/i, (whole, day: string, time: string | undefined) => {
    // It is of the same kind as the start, and in UTC where that has a zone. https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
    if ('date' in start) return `UNTIL=${day}`;
    if (time !== undefined) return whole;
    const last = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T23:59:59`;
    if (start.timeZone === null) return `UNTIL=${basicTime({ dateTime: last, timeZone: null })}`;
    const moment = momentOf({ dateTime: last, timeZone: start.timeZone }, 'UTC');
    return `UNTIL=${basicTime(timeLike({ dateTime: last, timeZone: 'UTC' }, moment, 'UTC'))}`;
  });
};
