import type { RemoteCalendar } from '@patchbay/capabilities';
import { z } from 'zod';

/** @see https://developers.google.com/workspace/calendar/api/v3/reference/calendarList/list#response */
export const googleCalendarList = z.object({
  items: z
    .array(
      z.object({
        id: z.string().min(1),
        summary: z.string().default(''),
        summaryOverride: z.string().optional(),
        timeZone: z.string().optional(),
        primary: z.boolean().default(false),
        hidden: z.boolean().default(false),
        accessRole: z.string(),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});

/** Where our mark is, among an event's private properties. */
export const keyProperty = 'patchbay_key';

/** A page of calendars in our words. */
export const toRemoteCalendars = ({ items }: z.output<typeof googleCalendarList>): readonly RemoteCalendar[] =>
  items.map(({ id, summary, summaryOverride, timeZone, primary, hidden, accessRole }) => ({
    id,
    name: summaryOverride ?? summary,
    timeZone: timeZone ?? null,
    isPrimary: primary,
    isWritable: accessRole === 'owner' || accessRole === 'writer',
    ...(hidden && { isHidden: true }),
  }));

/**
 * The event id that Google lets us choose: lower-case base32hex, 5 to 1024 characters, unique in the calendar.
 * A UUID's hexadecimal digits are such characters as they stand. https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
 */
export const toGoogleEventId = (key: string): string => key.replaceAll('-', '').toLowerCase();
