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
    // https://learn.microsoft.com/graph/api/calendar-getschedule
    described: '/me/calendar/microsoft.graph.getSchedule',
    used: '/me/calendar/getSchedule',
    parameters: [],
  },
  {
    // https://learn.microsoft.com/graph/api/event-list-instances
    described: '/me/events/{event-id}/instances',
    used: '/me/calendars/{calendar-id}/events/{event-id}/instances',
    parameters: [parameter('calendar-id', 'path'), parameter('startDateTime', 'query'), parameter('endDateTime', 'query')],
  },
];

/** Named in the description as something to select, and not described. https://learn.microsoft.com/graph/api/resources/singlevaluelegacyextendedproperty */
const extendedProperties: Json = {
  type: 'array',
  items: {
    type: 'object',
    properties: { id: { type: 'string' }, value: { type: 'string' } },
    required: ['id', 'value'],
    additionalProperties: false,
  },
};

const withExtendedProperties = (schemas: Item): Item => {
  const [base, own] = array(member(schemas['microsoft.graph.event'] ?? null, 'allOf'));
  if (base === undefined || own === undefined) return schemas;
  const properties = { ...record(member(own, 'properties')), singleValueExtendedProperties: extendedProperties };
  return { ...schemas, 'microsoft.graph.event': { ...record(schemas['microsoft.graph.event']), allOf: [base, { ...record(own), properties }] } };
};

const calendarView = '/me/calendars/{calendar-id}/calendarView';

/** The description orders by whole properties only, where Graph takes a part of one. https://learn.microsoft.com/graph/api/user-list-calendarview#example */
const withOrderByStart = (paths: Item): Item => {
  const [item, get] = [record(paths[calendarView] ?? null), record(member(paths[calendarView] ?? null, 'get'))];
  const parameters = array(get['parameters']).map((described) => {
    const allowed = array(member(described, 'schema', 'items', 'enum'));
    if (member(described, 'name') !== '$orderby' || allowed.length === 0) return described;
    const schema = record(member(described, 'schema'));
    return { ...record(described), schema: { ...schema, items: { ...record(member(schema, 'items')), enum: [...allowed, 'start/dateTime'] } } };
  });
  return paths[calendarView] === undefined ? paths : { ...paths, [calendarView]: { ...item, get: { ...get, parameters } } };
};

/** Reads the description of Microsoft Graph, with the paths as its reference writes them. */
export const readMsgraph = (document: Json): ApiDescription => {
  const paths = record(member(document, 'paths'));
  const added = spelledAsUsed.flatMap(({ described, used, parameters }) => {
    const item: Item | undefined = paths[described] === undefined ? undefined : record(paths[described]);
    return item === undefined ? [] : [[used, { ...item, parameters: [...array(item['parameters']), ...parameters] }] as const];
  });
  const components = record(member(document, 'components'));
  const asUsed = {
    ...record(document),
    paths: { ...withOrderByStart(paths), ...Object.fromEntries(added) },
    components: { ...components, schemas: withExtendedProperties(record(components['schemas'])) },
  };
  // It requires the type of every object; the API names it only where it could be another one.
  const description = readOpenApi('msgraph', asUsed, { neverRequired: ['@odata.type'] });
  const remarks = added.map(([used]) => `added ${used}, which is described under another spelling`);
  return {
    ...description,
    remarks: [
      ...description.remarks,
      ...remarks,
      'added singleValueExtendedProperties to events',
      'added start/dateTime to what a calendar view can be ordered by',
    ],
  };
};
