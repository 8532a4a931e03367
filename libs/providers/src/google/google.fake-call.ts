import type { FakeRequest } from '../_kit/fake.js';
import type { GoogleChannels } from './fake/google.fake-channels.js';
import type { GoogleCalendars, StoredCalendar } from './google.fake-calendars.js';
import { toApiEvent, type StoredEvent } from './google.fake-events.js';

/** One call of the Calendar API, below `/calendar/v3`, by somebody who may make it. */
export interface CalendarCall {
  readonly request: FakeRequest;
  readonly segments: readonly string[];
  readonly email: string;
  readonly calendars: GoogleCalendars;
  readonly channels: GoogleChannels;
  readonly now: () => Date;
  readonly syncEpoch: string;
  /** Google may make pages shorter than was asked for. */
  readonly eventsPerPageMax: number;
}

/** An event as this calendar shows it. */
export const apiEvent = (request: FakeRequest, calendar: StoredCalendar, event: StoredEvent): Readonly<Record<string, unknown>> =>
  toApiEvent(event, {
    id: calendar.id,
    email: calendar.email,
    attendeesMax: request.query.has('maxAttendees') ? Number(request.query.get('maxAttendees')) : null,
    link: `${request.baseUrl}/calendar/event?eid=${Buffer.from(`${event.id} ${calendar.id}`).toString('base64url')}`,
  });
