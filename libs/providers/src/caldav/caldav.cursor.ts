import { ProviderError } from '@patchbay/capabilities';
import { calendarParserVersion } from '@patchbay/icalendar';
import { z } from 'zod';

/** Where a reading of one calendar goes on. */
export interface CaldavCursor {
  /** The calendar it belongs to: a server might take another calendar's token for one of its own. */
  readonly calendarId: string;
  /** Where the calendar was found: iCloud moves accounts from one host to another. */
  readonly url: string;
  /** `sync`: the server's token of RFC 6578. `tag`: what the calendar's ctag was; it tells that something has changed, and not what. */
  readonly kind: 'sync' | 'tag';
  readonly token: string;
}

// A new reader of calendar texts reads everything again, also what has not changed.
const parser = calendarParserVersion;
const written = z.object({
  v: z.literal(2),
  parser: z.literal(parser),
  calendar: z.string(),
  url: z.url(),
  kind: z.enum(['sync', 'tag']),
  token: z.string().min(1),
});

/** The text that a service keeps. */
export const writeCursor = ({ calendarId, url, kind, token }: CaldavCursor): string =>
  JSON.stringify({ v: 2, parser, calendar: calendarId, url, kind, token } satisfies z.input<typeof written>);

/** @throws ProviderError `cursor_expired` for what is no cursor of this calendar */
export const readCursor = (provider: string, calendarId: string, text: string): CaldavCursor => {
  const parsed = written.safeParse(jsonIn(text));
  if (!parsed.success || parsed.data.calendar !== calendarId) throw new ProviderError(provider, 'cursor_expired', { reason: 'foreign_cursor' });
  const { url, kind, token } = parsed.data;
  return { calendarId, url, kind, token };
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
