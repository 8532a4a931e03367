import type { ApiDescription } from './description.js';
import { array, member, record, type Json } from './json.js';
import { readOpenApi } from './openapi.js';

type Item = Readonly<Record<string, Json>>;

const parameter = (name: string, place: 'path' | 'query'): Json => ({ name, in: place, required: place === 'path', schema: { type: 'string' } });

/**
 * The description of Microsoft Graph names a function in full, keeps of several ways to one operation only the shortest, and leaves out the
 * parameters that begin a delta and bound a list of instances. All three are in Microsoft's reference.
 */
const spelledAsUsed: readonly { readonly described: string; readonly used: string; readonly parameters: readonly Json[] }[] = [
  {
    // https://learn.microsoft.com/graph/api/event-delta
    described: '/me/calendars/{calendar-id}/calendarView/microsoft.graph.delta()',
    used: '/me/calendars/{calendar-id}/calendarView/delta',
    parameters: ['startDateTime', 'endDateTime', '$skiptoken', '$deltatoken'].map((name) => parameter(name, 'query')),
  },
  {
    // https://learn.microsoft.com/graph/api/event-list-instances
    described: '/me/events/{event-id}/instances',
    used: '/me/calendars/{calendar-id}/events/{event-id}/instances',
    parameters: [parameter('calendar-id', 'path'), parameter('startDateTime', 'query'), parameter('endDateTime', 'query')],
  },
];

/** Reads the description of Microsoft Graph, with the paths as its reference writes them. */
export const readMsgraph = (document: Json): ApiDescription => {
  const paths = record(member(document, 'paths'));
  const added = spelledAsUsed.flatMap(({ described, used, parameters }) => {
    const item: Item | undefined = paths[described] === undefined ? undefined : record(paths[described]);
    return item === undefined ? [] : [[used, { ...item, parameters: [...array(item['parameters']), ...parameters] }] as const];
  });
  // It requires the type of every object; the API names it only where it could be another one.
  const description = readOpenApi(
    'msgraph',
    { ...record(document), paths: { ...paths, ...Object.fromEntries(added) } },
    { neverRequired: ['@odata.type'] },
  );
  return { ...description, remarks: [...description.remarks, ...added.map(([used]) => `added ${used}, which is described under another spelling`)] };
};
