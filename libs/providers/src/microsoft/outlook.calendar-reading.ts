import {
  ProviderError,
  type AccessToken,
  type CalendarReadingCapability,
  type ChangePage,
  type ReadingStart,
  type ResourceChange,
} from '@patchbay/capabilities';
import { pagesOf } from '../_kit/pages.js';
import type { ProviderHttp } from '../_kit/provider-http.js';
import { cursorOf, queryOfLink, storeCursor, type OutlookCursor } from './outlook.calendar-cursor.js';
import { listOutlookCalendars, outlookPreferences } from './outlook.calendar-list.js';
import { partsOf, type PagePart } from './outlook.calendar-page.js';
import { graphDelta, graphEventFields, graphInstances, graphMaster, toSourceEvent, type GraphEvent } from './outlook.calendar-reading.mapping.js';

/** Calendars of Outlook, by deltas of the calendar view. https://learn.microsoft.com/graph/delta-query-events */
export const outlookCalendarReading = (http: ProviderHttp): CalendarReadingCapability => ({
  // Graph writes the window into its tokens; there is no other way to ask for changes of occurrences.
  isBoundToWindow: true,
  listCalendars: (token) => listOutlookCalendars(http, token),
  read: (token, start) => read({ http, token }, start),
});

/** The way to one account. */
interface Account {
  readonly http: ProviderHttp;
  readonly token: AccessToken;
}

// A delta tells bodies too, and cannot be told not to: with more, a page of long invitations would be larger than an answer may be.
const eventsPerPage = 50;
const instancesPerPage = 100;

// A million events. A list that goes on repeats itself.
const pagesMax = 20_000;

async function* read(account: Account, start: ReadingStart): AsyncGenerator<ChangePage, void, void> {
  let place = cursorOf(start);
  const told = new Set<string>();
  for (let count = 0; count < pagesMax; count += 1) {
    const page = await loadDelta(account, place);
    const link = page['@odata.nextLink'] ?? page['@odata.deltaLink'];
    if (link === undefined) throw new ProviderError('outlook', 'invalid_response', { reason: 'no_link' });

    const changes: ResourceChange[] = [];
    for (const [resource, part] of partsOf(page)) changes.push(await toChange(account, { place, resource, part, wasTold: told.has(resource) }));
    for (const { resource } of changes) told.add(resource);
    place = { ...place, query: queryOfLink(link) };
    yield { changes, cursor: storeCursor(place) };
    if (page['@odata.nextLink'] === undefined) return;
  }
  throw new ProviderError('outlook', 'invalid_response', { reason: 'endless_list' });
}

const loadDelta = ({ http, token }: Account, { calendarId, query }: OutlookCursor) =>
  http.call({
    method: 'GET',
    operation: 'calendarView.delta',
    path: '/me/calendars/{calendarId}/calendarView/delta',
    params: { calendarId },
    query,
    headers: { prefer: `odata.maxpagesize=${eventsPerPage}, ${outlookPreferences}` },
    token,
    schema: graphDelta,
    // https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset
    codes: { 410: 'cursor_expired' },
  });

/** One resource of a page, and whether an earlier page of the same reading told of it. */
interface ToldPart {
  readonly place: OutlookCursor;
  readonly resource: string;
  readonly part: PagePart;
  readonly wasTold: boolean;
}

const toChange = async (account: Account, { place, resource, part, wasTold }: ToldPart): Promise<ResourceChange> => {
  if (part.kind === 'removed') return { kind: 'gone', resource };
  if (part.kind === 'single') return present(resource, [toSourceEvent(part.event, null)]);
  const { master, instances } = part;
  // Graph was never seen to spread a series over pages, nor does it promise not to; and it leaves out masters that it has told before.
  if (master !== null && instances.length > 0 && !wasTold)
    return present(
      resource,
      instances.map((instance) => toSourceEvent(instance, master)),
    );
  const whole = await loadInstances(account, place, resource);
  const known = whole.length === 0 ? null : (master ?? (await loadMaster(account, place, resource)));
  return known === null
    ? { kind: 'gone', resource }
    : present(
        resource,
        whole.map((instance) => toSourceEvent(instance, known)),
      );
};

const present = (resource: string, events: ReturnType<typeof toSourceEvent>[]): ResourceChange => ({
  kind: 'present',
  resource,
  version: null,
  events,
});

/** Null when the series has gone meanwhile. */
const loadMaster = async ({ http, token }: Account, { calendarId }: OutlookCursor, eventId: string): Promise<GraphEvent | null> => {
  try {
    return await http.call({
      method: 'GET',
      operation: 'events.read',
      path: '/me/calendars/{calendarId}/events/{eventId}',
      params: { calendarId, eventId },
      query: { $select: graphEventFields },
      headers: { prefer: outlookPreferences },
      token,
      schema: graphMaster,
    });
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'not_found') return null;
    throw error;
  }
};

/** Every occurrence of a series inside the window; none when the series has gone meanwhile. https://learn.microsoft.com/graph/api/event-list-instances */
const loadInstances = async ({ http, token }: Account, { calendarId, from, to }: OutlookCursor, eventId: string): Promise<readonly GraphEvent[]> => {
  const instances: GraphEvent[] = [];
  const first = { startDateTime: from, endDateTime: to, $top: String(instancesPerPage), $select: graphEventFields };
  const load = (link: string | undefined) =>
    http.call({
      method: 'GET',
      operation: 'events.instances',
      // Below its calendar: events of calendars that others have shared are not found below `/me/events`.
      path: '/me/calendars/{calendarId}/events/{eventId}/instances',
      params: { calendarId, eventId },
      query: link === undefined ? first : queryOfLink(link),
      headers: { prefer: outlookPreferences },
      token,
      schema: graphInstances,
    });
  try {
    for await (const page of pagesOf({ provider: 'outlook', load, next: (found) => found['@odata.nextLink'] })) instances.push(...page.value);
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'not_found') return [];
    throw error;
  }
  return instances;
};
