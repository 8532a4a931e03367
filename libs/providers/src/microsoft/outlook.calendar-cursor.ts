import { ProviderError, type ReadingStart } from '@patchbay/capabilities';
import { z } from 'zod';

/** Where a reading of an Outlook calendar stands. */
export interface OutlookCursor {
  readonly calendarId: string;
  /** The window that the delta was begun with: Graph keeps it in its tokens, and no later one can be asked for. */
  readonly from: string;
  readonly to: string;
  /** The parameters of the next request. Graph hands out whole addresses; nothing but these is taken from them, so that no cursor leads elsewhere. */
  readonly query: Readonly<Record<string, string>>;
}

const storedCursor = z.object({
  version: z.literal(1),
  calendarId: z.string(),
  from: z.string(),
  to: z.string(),
  query: z.record(z.string(), z.string()),
});

/** Where a reading begins. @throws ProviderError `cursor_expired` for a cursor that is not one of this calendar */
export const cursorOf = ({ calendarId, cursor, window }: ReadingStart): OutlookCursor => {
  if (cursor === null) {
    const [from, to] = [window.from.toISOString(), window.to.toISOString()];
    return { calendarId, from, to, query: { startDateTime: from, endDateTime: to } };
  }
  const parsed = storedCursor.safeParse(jsonOf(cursor));
  if (!parsed.success || parsed.data.calendarId !== calendarId)
    throw new ProviderError('outlook', 'cursor_expired', { reason: 'not_of_this_calendar' });
  return parsed.data;
};

/** The cursor as it is stored. */
export const storeCursor = ({ calendarId, from, to, query }: OutlookCursor): string =>
  JSON.stringify({ version: 1, calendarId, from, to, query } satisfies z.input<typeof storedCursor>);

/** The parameters of a link that Graph gave. @throws ProviderError `invalid_response` for what is no link of a list */
export const queryOfLink = (link: string): Readonly<Record<string, string>> => {
  const query = URL.canParse(link) ? Object.fromEntries(new URL(link).searchParams) : {};
  if (Object.keys(query).length === 0) throw new ProviderError('outlook', 'invalid_response', { reason: 'unreadable_link' });
  return query;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
