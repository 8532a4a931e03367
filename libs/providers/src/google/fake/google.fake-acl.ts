import type { FakeResponse } from '../../_kit/fake.js';
import { emptyAnswer, isJsonObject, jsonAnswer, jsonObjectOf } from '../../_kit/fake-http.js';
import type { CalendarCall } from '../google.fake-call.js';
import type { StoredCalendar } from '../google.fake-calendars.js';
import { googleFailures } from '../google.fake-errors.js';

interface AclRule {
  readonly id: string;
  readonly role: string;
  readonly scope: { readonly type: string; readonly value?: string };
}

const roles: ReadonlySet<unknown> = new Set(['none', 'freeBusyReader', 'reader', 'writerWithoutPrivateAccess', 'writer', 'owner']);

// A calendar is made anew when its fake is reset, and with it what is kept here.
const rulesByCalendar = new WeakMap<StoredCalendar, Map<string, AclRule>>();

/** `/calendars/{id}/acl` and `/acl/{ruleId}`. https://developers.google.com/workspace/calendar/api/v3/reference/acl */
export const answerAcl = (call: CalendarCall, calendar: StoredCalendar, ruleId: string | undefined): FakeResponse => {
  const { request } = call;
  if (calendar.accessRole !== 'owner') return googleFailures.readOnly();
  const rules = rulesOf(calendar);
  if (ruleId === undefined) {
    if (request.method === 'GET') return listRules(call, [...rules.values()]);
    return request.method === 'POST' ? putRule(rules, jsonObjectOf(request)) : googleFailures.notFound();
  }
  const rule = rules.get(ruleId);
  if (rule === undefined) return googleFailures.notFound();
  if (request.method === 'GET') return jsonAnswer(200, toApiRule(rule));
  if (rule.scope.value === calendar.email) return googleFailures.ownAcl();
  if (request.method === 'DELETE') {
    rules.delete(ruleId);
    return emptyAnswer();
  }
  return ['PUT', 'PATCH'].includes(request.method) ? putRule(rules, { scope: rule.scope, ...jsonObjectOf(request) }) : googleFailures.notFound();
};

const rulesOf = (calendar: StoredCalendar): Map<string, AclRule> => {
  const known = rulesByCalendar.get(calendar);
  if (known !== undefined) return known;
  const own: AclRule = { id: `user:${calendar.email}`, role: 'owner', scope: { type: 'user', value: calendar.email } };
  const rules = new Map([[own.id, own]]);
  rulesByCalendar.set(calendar, rules);
  return rules;
};

const listRules = ({ request, eventsPerPageMax }: CalendarCall, rules: readonly AclRule[]): FakeResponse => {
  const from = Number(request.query.get('pageToken') ?? 0);
  const size = Math.min(Number(request.query.get('maxResults') ?? 100), 250, eventsPerPageMax);
  if (!Number.isInteger(from) || !Number.isInteger(size) || size < 1) return googleFailures.invalid('Invalid Value');
  return jsonAnswer(200, {
    kind: 'calendar#acl',
    etag: '"p33aclaclaclacl"',
    ...(from + size < rules.length ? { nextPageToken: String(from + size) } : { nextSyncToken: 'CPDAlvWDx70CEhE' }),
    items: rules.slice(from, from + size).map(toApiRule),
  });
};

/** One scope has one rule: inserted again, it has the new role. */
const putRule = (rules: Map<string, AclRule>, wanted: Readonly<Record<string, unknown>> | null): FakeResponse => {
  const scope = wanted?.['scope'];
  if (wanted === null || !isJsonObject(scope)) return googleFailures.required('Missing scope.');
  const { type, value } = scope;
  if (!roles.has(wanted['role'])) return googleFailures.invalid('Invalid role.');
  if (typeof type !== 'string' || !isScope(type, value)) return googleFailures.invalid('Invalid scope value.');
  const address = typeof value === 'string' ? value.toLowerCase() : undefined;
  const rule: AclRule = {
    id: address === undefined ? 'default' : `${type}:${address}`,
    role: String(wanted['role']),
    scope: address === undefined ? { type } : { type, value: address },
  };
  rules.set(rule.id, rule);
  return jsonAnswer(200, toApiRule(rule));
};

const isScope = (type: string, value: unknown): boolean => {
  if (type === 'default') return value === undefined;
  if (type === 'domain') return typeof value === 'string' && /^[^\s@]+\.[^\s@]+$/.test(value);
  return ['user', 'group'].includes(type) && typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);
};

const toApiRule = ({ id, role, scope }: AclRule): object => ({
  kind: 'calendar#aclRule',
  etag: `"${role.length}00000${id.length}"`,
  id,
  scope,
  role,
});
