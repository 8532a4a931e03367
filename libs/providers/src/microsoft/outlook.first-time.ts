import type { CalendarEvent } from '@patchbay/capabilities';
import { pagesOf } from '../_kit/pages.js';
import { toBookingChange } from './outlook.booking.mapping.js';
import { graphEventDetailsPage, type GraphEventDetails } from './outlook.calendar-events.mapping.js';
import { outlookPreferences } from './outlook.calendar-list.js';
import { queryOfLink } from './outlook.calendar-cursor.js';
import { isFirstOf } from './outlook.calendar-reading.mapping.js';
import type { CalendarPlace } from './outlook.event-place.js';
import { changeOutlookEvent } from './outlook.event-requests.js';

const fields = 'id,type,seriesMasterId,start,end,isAllDay,originalStart,originalStartTimeZone,originalEndTimeZone';
const perPage = 100;
// So far somebody may have moved one time of a series by itself.
const movedMsMax = 400 * 86_400_000;

/**
 * Has the first time of a series take place as is wanted, which is what was written before somebody made it repeat: when it was moved by itself, nothing
 * that is written to the series moves it. One that was taken out cannot be put back.
 */
export const bringFirstTime = async (place: CalendarPlace, series: GraphEventDetails, wanted: CalendarEvent): Promise<void> => {
  const [from, to] = [Date.parse(wanted.startTime), Date.parse(wanted.endTime)];
  const first = (await findFirst(place, series, { from, to })) ?? (await findFirst(place, series, { from: from - movedMsMax, to: to + movedMsMax }));
  if (first === undefined) return;
  const { start, end } = toBookingChange(first, wanted);
  if (start === undefined || end === undefined) return;
  await changeOutlookEvent(place, { id: first.id, event: first }, { start, end });
};

const findFirst = async (
  { http, token, calendarId }: CalendarPlace,
  series: GraphEventDetails,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<GraphEventDetails | undefined> => {
  const times = { startDateTime: new Date(from).toISOString(), endDateTime: new Date(to).toISOString(), $top: String(perPage), $select: fields };
  const load = (link: string | undefined) =>
    http.call({
      method: 'GET',
      operation: 'events.instances',
      path: '/me/calendars/{calendarId}/events/{eventId}/instances',
      params: { calendarId, eventId: series.id },
      query: link === undefined ? times : queryOfLink(link),
      headers: { prefer: outlookPreferences },
      token,
      schema: graphEventDetailsPage,
    });
  for await (const { value } of pagesOf({ provider: 'outlook', load, next: (page) => page['@odata.nextLink'] })) {
    const first = value.find((instance) => isFirstOf(instance, series));
    if (first !== undefined) return first;
  }
  return undefined;
};
