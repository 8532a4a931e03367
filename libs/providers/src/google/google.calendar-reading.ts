import { ProviderError, type AccessToken, type CalendarReadingCapability, type ChangePage, type ReadingStart } from '@patchbay/capabilities';
import { z } from 'zod';
import { pagesOf } from '../_kit/pages.js';
import { googleCalendarSdk, type GoogleCalendarSdk } from './google.calendar-sdk.js';
import { listGoogleCalendars } from './google.calendar.js';
import { googleEventPage, listedFields, toChanges, type GoogleEventPage } from './google.calendar-reading.mapping.js';
import type { GoogleApi } from './google.identity.js';

// The most that Google gives. https://developers.google.com/workspace/calendar/api/v3/reference/events/list
const eventsPerPage = 2500;

// Other apps keep up to 32 KiB with an event, so a full page can be more than is taken from anybody; so many events never are.
const eventsPerSafePage = 100;

// All that is read of the guests is what the owner answered: of more than one, Google then tells the owner alone.
const attendeesPerEvent = 1;

/** Google Calendar v3: all events once, and with sync tokens what has changed since. https://developers.google.com/workspace/calendar/api/guides/sync */
export const googleCalendarReading = (api: GoogleApi): CalendarReadingCapability => {
  const sdk = googleCalendarSdk(api);
  return {
    isBoundToWindow: false,
    listCalendars: (token) => listGoogleCalendars(sdk, token),
    read: (token, start) => read(sdk, token, start),
  };
};

async function* read(
  sdk: GoogleCalendarSdk,
  token: AccessToken,
  { calendarId, cursor, window }: ReadingStart,
): AsyncGenerator<ChangePage, void, void> {
  const begin: Position = cursor === null ? { v: 1, calendar: calendarId, from: window.from.toISOString() } : positionIn(cursor, calendarId);
  const load = async (nextPage: string | undefined): Promise<GoogleEventPage> => {
    const at = { ...begin, page: nextPage ?? begin.page };
    try {
      return await listEvents(sdk, token, { at, size: eventsPerPage });
    } catch (error) {
      if (!(error instanceof ProviderError) || error.reason !== 'too_large') throw error;
      return listEvents(sdk, token, { at, size: eventsPerSafePage });
    }
  };
  for await (const page of pagesOf({ provider: 'google', load, next: ({ nextPageToken }) => nextPageToken }))
    yield { changes: toChanges(page), cursor: cursorAfter(page, begin) };
}

/**
 * Where a reading stands. Page tokens are good for the very list that they were given for, so it is kept what was asked. The calendar is in it because
 * Google does not look: a sync token of another calendar would let changes be missed.
 */
const position = z.strictObject({
  v: z.literal(1),
  calendar: z.string(),
  /** First readings: events that ended before are left out. Without an end, or what comes nearer with time would never be told. */
  from: z.string().optional(),
  sync: z.string().optional(),
  page: z.string().optional(),
});

type Position = z.output<typeof position>;

const positionIn = (cursor: string, calendarId: string): Position => {
  const parsed = position.safeParse(jsonIn(cursor));
  if (parsed.success && parsed.data.calendar === calendarId) return parsed.data;
  throw new ProviderError('google', 'cursor_expired', { reason: 'foreign_cursor' });
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
};

/** Null when Google says neither how to go on nor how to begin later. */
const cursorAfter = ({ nextPageToken, nextSyncToken }: GoogleEventPage, begin: Position): string | null => {
  if (nextPageToken !== undefined && nextPageToken !== '') return JSON.stringify({ ...begin, page: nextPageToken });
  if (nextSyncToken === undefined) return null;
  return JSON.stringify({ v: 1, calendar: begin.calendar, sync: nextSyncToken } satisfies Position);
};

// 410 is what Google announces; tokens that it cannot read at all it answers with 400. As nothing else differs from a first reading, 400 means just that.
const lostCursor = { 400: 'cursor_expired', 410: 'cursor_expired' } as const;

const listEvents = (
  sdk: GoogleCalendarSdk,
  token: AccessToken,
  { at, size }: { readonly at: Position; readonly size: number },
): Promise<GoogleEventPage> => {
  const { calendar: calendarId, from, sync, page } = at;
  const codes = sync === undefined && page === undefined ? {} : lostCursor;
  return sdk.call(
    { token, operation: 'calendar.events.list', path: '/calendar/v3/calendars/{calendarId}/events', schema: googleEventPage, codes },
    // `showDeleted` stays out: later readings tell of deletions by themselves, and the first one of cancelled exceptions.
    (calendar, options) =>
      calendar.events.list(
        {
          calendarId,
          maxResults: size,
          maxAttendees: attendeesPerEvent,
          singleEvents: false,
          fields: listedFields,
          ...(from === undefined ? {} : { timeMin: from }),
          ...(sync === undefined ? {} : { syncToken: sync }),
          ...(page === undefined ? {} : { pageToken: page }),
        },
        options,
      ),
  );
};
