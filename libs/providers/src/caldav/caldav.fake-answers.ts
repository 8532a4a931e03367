import type { FakeRequest, FakeResponse } from '../_kit/fake.js';
import { escapeHtml } from '../_kit/fake-http.js';
import type { FakeCalendar, FakeCalendars, FakeFile } from './caldav.fake-calendars.js';
import { isMatchedBy, refusalOf, rewritten } from './caldav.fake-files.js';
import {
  davElement,
  davHref,
  davMultistatus,
  davPrecondition,
  davQuestionOf,
  type FakeDavQuestion,
  type FakeDavResource,
} from './caldav.fake-multistatus.js';

/** A request for something below somebody's calendars. */
export interface FakeCalendarCall {
  readonly request: FakeRequest;
  readonly calendars: FakeCalendars;
  readonly email: string;
  /** Where their calendars are, as hrefs have it. */
  readonly homePath: string;
  /** Where their principal is, as hrefs have it. */
  readonly principalPath: string;
  /** What follows in the address: nothing, a calendar, or a calendar and a file. */
  readonly segments: readonly string[];
}

/** A calendar that is there, and what is asked of it. */
interface Target extends FakeCalendarCall {
  readonly calendar: FakeCalendar;
  readonly path: string;
}

const plain = (status: number, headers: Readonly<Record<string, string>> = {}): FakeResponse => ({ status, headers });

/** Answers for calendars and the files in them. */
export const answerCalendars = (call: FakeCalendarCall): FakeResponse => {
  const { calendars, email, homePath, request, segments } = call;
  const [slug, name, ...more] = segments;
  if (slug === undefined) return request.method === 'PROPFIND' ? answerHome(call) : plain(405);
  const calendar = calendars.find(email, slug);
  if (calendar === undefined || more.length > 0) return plain(404);
  const target = { ...call, calendar, path: `${homePath}${calendar.slug}/` };
  if (name !== undefined) return answerFile(target, name);
  if (request.method === 'PROPFIND') return answerCalendar(target);
  return request.method === 'REPORT' ? answerReport(target) : plain(405);
};

const answerHome = (call: FakeCalendarCall): FakeResponse => {
  const { calendars, email, homePath, principalPath, request } = call;
  const home = { href: homePath, properties: { resourcetype: '<d:resourcetype><d:collection/></d:resourcetype>' } };
  const listed = calendars.of(email).map((calendar) => ({
    href: `${homePath}${calendar.slug}/`,
    properties: propertiesOf(calendars, calendar, principalPath),
  }));
  const inbox = {
    href: `${homePath}inbox/`,
    properties: {
      resourcetype: '<d:resourcetype><d:collection/><c:schedule-inbox/></d:resourcetype>',
      'schedule-default-calendar-URL': davElement('c:schedule-default-calendar-URL', davHref(`${homePath}work/`)),
    },
  };
  return davMultistatus(davQuestionOf(request).properties, request.headers['depth'] === '1' ? [home, ...listed, inbox] : [home]);
};

const answerCalendar = ({ calendars, calendar, path, principalPath, request }: Target): FakeResponse => {
  const own = { href: path, properties: propertiesOf(calendars, calendar, principalPath) };
  const files = request.headers['depth'] === '1' ? [...calendar.files.values()].map((file) => toResource(path, file)) : [];
  return davMultistatus(davQuestionOf(request).properties, [own, ...files]);
};

const answerReport = (target: Target): FakeResponse => {
  const { calendar, calendars, path, request } = target;
  const question = davQuestionOf(request);
  if (question.report === 'sync-collection' && calendars.syncHabit === 'sync') return answerChanges(target, question);
  if (question.report === 'calendar-query') {
    const found = [...calendar.files.values()].filter(isMatchedBy(request.body.toString('utf8'), calendar.timeZone));
    return davMultistatus(
      question.properties,
      found.map((file) => toResource(path, file)),
    );
  }
  if (question.report !== 'calendar-multiget') return davPrecondition(403, 'supported-report');
  const resources = question.hrefs.map((href): FakeDavResource => {
    const name = decodeURIComponent(href.split('/').at(-1) ?? '');
    const file = calendar.files.get(name);
    return file === undefined ? { href, status: '404 Not Found' } : toResource(path, file);
  });
  return davMultistatus(question.properties, resources);
};

/** https://www.rfc-editor.org/rfc/rfc6578#section-3.2 */
const answerChanges = ({ calendar, calendars, path, request }: Target, { properties, syncToken }: FakeDavQuestion): FakeResponse => {
  if (request.headers['depth'] !== '0') return plain(400);
  const since = syncToken === null ? null : sequenceIn(calendars, calendar, syncToken);
  if (since === undefined) return davPrecondition(403, 'valid-sync-token');
  const all = calendars.changes(calendar, since);
  const told = all.slice(0, calendars.changesMax);
  const isTruncated = told.length < all.length;
  const resources = told.map(({ name, file }): FakeDavResource =>
    file === null ? { href: `${path}${encodeURIComponent(name)}`, status: '404 Not Found' } : toResource(path, file),
  );
  const upTo = isTruncated ? (told.at(-1)?.sequence ?? 0) : calendar.sequence;
  return davMultistatus(
    properties,
    isTruncated ? [...resources, { href: path, status: '507 Insufficient Storage' }] : resources,
    tokenOf(calendars, calendar, upTo),
  );
};

const tokenOf = ({ age }: FakeCalendars, { slug }: FakeCalendar, sequence: number): string =>
  `http://sandbox.example/ns/sync/${slug}/${age}/${sequence}`;

const sequenceIn = (calendars: FakeCalendars, calendar: FakeCalendar, token: string): number | undefined => {
  const sequence = Number(/\/(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  return token === tokenOf(calendars, calendar, sequence) && sequence <= calendar.sequence ? sequence : undefined;
};

const answerFile = ({ calendar, calendars, email, request }: Target, name: string): FakeResponse => {
  const file = calendar.files.get(name);
  const { method, headers } = request;
  if (method === 'GET') {
    if (file === undefined) return plain(404);
    return { status: 200, headers: { 'content-type': 'text/calendar; charset=utf-8', etag: file.etag }, body: file.text };
  }
  if (method !== 'PUT' && method !== 'DELETE') return plain(405);
  if (!calendar.isWritable) return davPrecondition(403, 'need-privileges');
  const isAsExpected = headers['if-match'] === undefined || headers['if-match'] === file?.etag;
  if (!isAsExpected || (headers['if-none-match'] === '*' && file !== undefined)) return plain(412);
  if (method === 'DELETE') return plain(calendars.remove(calendar, name) ? 204 : 404);
  const text = request.body.toString('utf8');
  if (calendars.refusesOrganizers && /^ORGANIZER/m.test(text)) return davPrecondition(403, 'allowed-organizer-scheduling-object-change');
  const refusal = refusalOf(text, { name, email, others: [...calendar.files.values()] });
  if (refusal !== null) return davPrecondition(403, refusal);
  const { etag } = calendars.put(calendar, name, calendars.rewritesFiles ? rewritten(text, email) : text);
  return plain(file === undefined ? 201 : 204, calendars.rewritesFiles ? {} : { etag });
};

const toResource = (path: string, { name, etag, text }: FakeFile): FakeDavResource => ({
  href: `${path}${encodeURIComponent(name)}`,
  properties: {
    resourcetype: '<d:resourcetype/>',
    getetag: davElement('d:getetag', escapeHtml(etag)),
    getcontenttype: davElement('d:getcontenttype', 'text/calendar; charset=utf-8'),
    'calendar-data': davElement('c:calendar-data', escapeHtml(text)),
  },
});

const propertiesOf = (calendars: FakeCalendars, calendar: FakeCalendar, principalPath: string): Readonly<Record<string, string>> => {
  const { title, component, isWritable, timeZone, sequence } = calendar;
  const privileges = (isWritable ? ['read', 'write'] : ['read']).map((name) => `<d:privilege><d:${name}/></d:privilege>`).join('');
  return {
    resourcetype: '<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>',
    displayname: davElement('d:displayname', escapeHtml(title)),
    owner: davElement('d:owner', davHref(calendar.owner ?? principalPath)),
    'current-user-principal': davElement('d:current-user-principal', davHref(principalPath)),
    'current-user-privilege-set': davElement('d:current-user-privilege-set', privileges),
    'supported-calendar-component-set': davElement('c:supported-calendar-component-set', `<c:comp name="${component}"/>`),
    'calendar-timezone': davElement(
      'c:calendar-timezone',
      `BEGIN:VCALENDAR&#13;\nBEGIN:VTIMEZONE&#13;\nTZID:${timeZone}&#13;\nEND:VTIMEZONE&#13;\nEND:VCALENDAR`,
    ),
    'supported-report-set': davElement('d:supported-report-set', reportsOf(calendars)),
    ...(calendars.syncHabit === 'sync' && { 'sync-token': davElement('d:sync-token', tokenOf(calendars, calendar, sequence)) }),
    ...(calendars.syncHabit !== 'etags' && { getctag: davElement('cs:getctag', `"${calendars.age}-${sequence}"`) }),
  };
};

/** https://www.rfc-editor.org/rfc/rfc3253#section-3.1.5 */
const reportsOf = ({ syncHabit }: FakeCalendars): string =>
  ['c:calendar-query', 'c:calendar-multiget', ...(syncHabit === 'sync' ? ['d:sync-collection'] : [])]
    .map((name) => `<d:supported-report><d:report><${name}/></d:report></d:supported-report>`)
    .join('');
