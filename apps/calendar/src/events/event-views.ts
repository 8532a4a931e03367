import type { EventDetails } from '@patchbay/capabilities';
import type { CalendarEvent } from '@patchbay/contracts';
import { writtenTime } from './event-times.js';

/** An event as it goes out. */
export function toCalendarEvent(
  event: EventDetails,
  { calendarId, calendarZone }: { readonly calendarId: string; readonly calendarZone: string },
): CalendarEvent {
  const { start, end, originalStart } = event;
  return {
    id: event.id,
    calendar_id: calendarId,
    title: event.title,
    start_time: writtenTime(start, calendarZone),
    end_time: writtenTime(end, calendarZone),
    time_zone: 'date' in start ? null : start.timeZone,
    is_all_day: 'date' in start,
    attendees: event.attendees.map(({ email, name, isOptional, response }) => ({ email, name, optional: isOptional, response })),
    location: event.location,
    description: event.description,
    recurrence: [...event.recurrence],
    reminders: event.reminders?.map(({ method, minutesBefore }) => ({ method, minutes_before: minutesBefore })) ?? null,
    is_free: event.isFree,
    visibility: event.visibility,
    conference: event.joinUrl === null ? null : { join_url: event.joinUrl },
    status: event.status,
    organizer: event.organizer === null ? null : { email: event.organizer.email, name: event.organizer.name },
    series_id: event.seriesId,
    original_start: originalStart === null ? null : writtenTime(originalStart, calendarZone),
    html_link: event.htmlLink,
    version: event.version,
  };
}
