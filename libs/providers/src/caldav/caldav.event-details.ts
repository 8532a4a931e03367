import type { CalendarTime, EventDetails } from '@patchbay/capabilities';
import { recurrenceIdOf, textNamed } from '@patchbay/icalendar';
import type { FileEvent, FileOccurrence } from './caldav.event-file.js';
import { joinUrlOf, remindersOf, visibilityOf } from './caldav.event-lines.js';
import type { StoredFile } from './caldav.stored-files.js';
import { guestsOf, organizerOf } from './caldav.guests.js';

/** What an id names: a single event or a series, or one of its occurrences. */
export interface EventName {
  readonly uid: string;
  readonly recurrenceId: string | null;
}

/** What an id may name, the likelier first: a `UID` can look like anything. */
export const namesIn = (id: string): readonly EventName[] => {
  const found = /^(.+)#(\d{8}(?:T\d{6}Z?)?)$/s.exec(id);
  const whole = { uid: id, recurrenceId: null };
  return found === null ? [whole] : [{ uid: found[1] ?? '', recurrenceId: found[2] ?? '' }, whole];
};

/** A single event or a series in our words. */
export const detailsOf = (stored: StoredFile, event: FileEvent): EventDetails => {
  const { component, source } = event;
  const joinUrl = joinUrlOf(component);
  const { id, seriesId, originalStart, start, end, recurrence, status, isFree } = source;
  return {
    id,
    seriesId,
    originalStart,
    start,
    end,
    recurrence: seriesId === null ? recurrence : [],
    status,
    isFree,
    title: textNamed(component, 'SUMMARY'),
    description: textNamed(component, 'DESCRIPTION'),
    location: textNamed(component, 'LOCATION'),
    visibility: visibilityOf(component),
    reminders: remindersOf(component),
    attendees: guestsOf(component),
    organizer: organizerOf(component),
    joinUrl,
    htmlLink: source.htmlLink === joinUrl ? null : source.htmlLink,
    version: versionOf(stored),
  };
};

/** What an occurrence is called; `originalStart` is null for a single event. */
export const occurrenceId = ({ source }: FileEvent, originalStart: CalendarTime | null): string =>
  originalStart === null ? source.id : `${source.seriesId ?? source.id}#${recurrenceIdOf(originalStart)}`;

/** One occurrence of a file in our words. */
export const occurrenceDetails = (stored: StoredFile, { event, start, end, originalStart }: FileOccurrence): EventDetails => {
  const details = detailsOf(stored, event);
  if (originalStart === null) return { ...details, start, end };
  const seriesId = event.source.seriesId ?? event.source.id;
  return { ...details, id: occurrenceId(event, originalStart), seriesId, originalStart, start, end, recurrence: [] };
};

const versionOf = ({ etag }: StoredFile): string | null => etag?.replaceAll('"', '') || null;
