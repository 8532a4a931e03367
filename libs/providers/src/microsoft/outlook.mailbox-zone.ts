import { ProviderError, type CalendarTime } from '@patchbay/capabilities';
import { toIanaZone } from '@patchbay/icalendar';
import { z } from 'zod';
import { outlookPreferences } from './outlook.calendar-list.js';
import { outlookCalendarOwner } from './outlook.calendar-sharing.mapping.js';
import type { EventPlace } from './outlook.event-place.js';

/** @see https://learn.microsoft.com/graph/api/resources/workinghours */
const schedules = z.object({
  value: z.array(z.object({ workingHours: z.object({ timeZone: z.object({ name: z.string().nullish() }).nullish() }).nullish() })),
});

/**
 * The zone of the clock that a calendar's owner goes by: no calendar of Graph says which one it is in, and the settings of a mailbox need a permission of
 * their own, but everybody's working hours have it.
 *
 * @throws ProviderError `invalid_request` where that is not told, as for personal accounts: a guess would shift somebody's hours without a word
 */
const zoneOfOwner = async (place: EventPlace, now: Date): Promise<string> => {
  const name = await readZone(place, now).catch((error: unknown) => {
    if (error instanceof ProviderError && (error.code === 'invalid_request' || error.code === 'forbidden')) return null;
    throw error;
  });
  const zone = name === null ? null : toIanaZone(name);
  if (zone === null) throw new ProviderError('outlook', 'invalid_request', { reason: 'floating_unsupported' });
  return zone;
};

const headers = { prefer: outlookPreferences };

const readZone = async ({ http, token, calendarId }: EventPlace, now: Date): Promise<string | null> => {
  const { owner } = await http.call({
    method: 'GET',
    operation: 'calendars.read',
    path: '/me/calendars/{calendarId}',
    params: { calendarId },
    query: { $select: 'owner' },
    headers,
    token,
    schema: outlookCalendarOwner,
  });
  const at = (ms: number) => ({ dateTime: new Date(ms).toISOString().slice(0, secondsLength), timeZone: 'UTC' });
  const { value } = await http.call({
    method: 'POST',
    operation: 'calendar.get-schedule',
    path: '/me/calendar/getSchedule',
    headers,
    token,
    body: { Schedules: [owner?.address ?? ''], StartTime: at(now.getTime()), EndTime: at(now.getTime() + hourMs), AvailabilityViewInterval: 60 },
    schema: schedules,
    idempotent: true,
  });
  return value[0]?.workingHours?.timeZone?.name ?? null;
};

const hourMs = 3_600_000;
const secondsLength = 19;

/** Times that float, on the clock of the calendar's owner: Graph knows no others. */
export const landed = async <Times extends { readonly start?: CalendarTime | undefined; readonly end?: CalendarTime | undefined }>(
  place: EventPlace,
  times: Times,
): Promise<Times> => {
  const { start, end } = times;
  if (![start, end].some((time) => time !== undefined && isFloating(time))) return times;
  const timeZone = await zoneOfOwner(place, place.now());
  const land = (time: CalendarTime): CalendarTime => (isFloating(time) ? { ...time, timeZone } : time);
  return { ...times, ...(start === undefined ? {} : { start: land(start) }), ...(end === undefined ? {} : { end: land(end) }) };
};

const isFloating = (time: CalendarTime): time is { readonly dateTime: string; readonly timeZone: null } =>
  'dateTime' in time && time.timeZone === null;
