import { createHash } from 'node:crypto';
import type { FakeOptions, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';
import { basicCredentialsOf, escapeHtml } from '../_kit/fake-http.js';

/** What two CalDAV servers differ in. */
interface DavHabits {
  /** Where the service is, below the base URL. */
  readonly root: string;
  readonly realm: string;
  readonly passwordOf: (holder: FakeHolder) => string;
  readonly principalOf: (holder: FakeHolder) => string;
  readonly homeOf: (holder: FakeHolder, baseUrl: string) => string;
}

const pathOf = (baseUrl: string): string => new URL(baseUrl).pathname.replace(/\/$/, '');

const plainServer: DavHabits = {
  root: '/dav/',
  realm: 'Sandbox CalDAV',
  passwordOf: ({ handle, version }) => `sandbox-${handle}-password-${version}`,
  principalOf: ({ handle }) => `/dav/principals/${handle}/`,
  homeOf: ({ handle }, baseUrl) => `${pathOf(baseUrl)}/dav/calendars/${handle}/`,
};

/** iCloud answers at its bare host, and numbers its accounts. */
const icloud: DavHabits = {
  root: '/',
  realm: 'MMCalDav',
  passwordOf: (holder) => appPasswordOf(holder),
  principalOf: (holder) => `/${numberOf(holder)}/principal/`,
  // In real life on the account's partition, as an absolute address.
  homeOf: (holder, baseUrl) => `${baseUrl}/${numberOf(holder)}/calendars/`,
};

/** A CalDAV server in memory, as far as an account is found on it. */
export const createCaldavFake = (options: FakeOptions = {}): CredentialsFake =>
  createCredentialsFake(
    {
      id: 'caldav',
      displayName: 'CalDAV',
      credentialsOf: (holder, baseUrl) => ({ server_url: `${baseUrl}/dav`, username: holder.email, password: plainServer.passwordOf(holder) }),
      answer: (request, holders) => answerDav(plainServer, request, holders),
      failure: davFailure,
    },
    options,
  );

/** An iCloud in memory, as far as an account is found on it. */
export const createAppleFake = (options: FakeOptions = {}): CredentialsFake =>
  createCredentialsFake(
    {
      id: 'apple',
      displayName: 'Apple iCloud',
      credentialsOf: (holder) => ({ username: holder.email, password: appPasswordOf(holder) }),
      answer: (request, holders) => answerDav(icloud, request, holders),
      failure: davFailure,
    },
    options,
  );

const answerDav = (habits: DavHabits, request: FakeRequest, holders: readonly FakeHolder[]): FakeResponse => {
  const path = request.path.endsWith('/') ? request.path : `${request.path}/`;
  // https://www.rfc-editor.org/rfc/rfc6764#section-5
  if (path === '/.well-known/caldav/') return { status: 301, headers: { location: `${pathOf(request.baseUrl)}${habits.root}` } };
  if (!path.startsWith(habits.root)) return davFailure(404, null);
  const shown = basicCredentialsOf(request);
  const holder = holders.find(({ email }) => email === shown?.clientId);
  if (holder === undefined || habits.passwordOf(holder) !== shown?.clientSecret) {
    return { ...davFailure(401, null), headers: { 'content-type': 'text/plain', 'www-authenticate': `Basic realm="${habits.realm}"` } };
  }
  if (request.method !== 'PROPFIND') return { status: 405, headers: { allow: 'OPTIONS, PROPFIND' } };
  const isPrincipal = path === habits.principalOf(holder);
  if (path !== habits.root && !isPrincipal) return davFailure(404, null);

  const principal = element('d:current-user-principal', href(`${pathOf(request.baseUrl)}${habits.principalOf(holder)}`));
  const known: Readonly<Record<string, string>> = {
    'current-user-principal': principal,
    ...(isPrincipal && {
      'calendar-home-set': element('c:calendar-home-set', href(habits.homeOf(holder, request.baseUrl))),
      displayname: element('d:displayname', escapeHtml(holder.handle)),
    }),
  };
  return multistatus(`${pathOf(request.baseUrl)}${path}`, askedProperties(request), known);
};

/** Local names of what a PROPFIND asks for; prefixes are the caller's own. */
const askedProperties = ({ body }: FakeRequest): readonly string[] => {
  const inner = /<(?:\w+:)?prop\b[^>]*>([\s\S]*)<\/(?:\w+:)?prop>/.exec(body.toString('utf8'))?.[1] ?? '';
  return [...inner.matchAll(/<(?:\w+:)?([\w-]+)[^>]*>/g)].map(([, name = '']) => name).filter((name) => name !== '');
};

/** What is not there is told as such, beside what is. https://www.rfc-editor.org/rfc/rfc4918#section-9.1 */
const multistatus = (path: string, asked: readonly string[], known: Readonly<Record<string, string>>): FakeResponse => {
  const found = asked.flatMap((name) => known[name] ?? []);
  const missing = asked.filter((name) => known[name] === undefined).map((name) => `<d:${name}/>`);
  const propstat = (properties: readonly string[], status: string): string =>
    properties.length === 0 ? '' : element('d:propstat', `${element('d:prop', properties.join(''))}${element('d:status', `HTTP/1.1 ${status}`)}`);
  const response = element('d:response', `${href(path)}${propstat(found, '200 OK')}${propstat(missing, '404 Not Found')}`);
  return {
    status: 207,
    headers: { 'content-type': 'application/xml; charset=utf-8', dav: '1, 3, calendar-access' },
    body: `<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">${response}</d:multistatus>`,
  };
};

const element = (name: string, content: string): string => `<${name}>${content}</${name}>`;
const href = (url: string): string => element('d:href', escapeHtml(url));

const davFailure = (status: number, retryAfter: string | null): FakeResponse => ({
  status,
  headers: { 'content-type': 'text/plain', ...(retryAfter === null ? {} : { 'retry-after': retryAfter }) },
  body: status === 401 ? 'Unauthorized' : 'An error occurred.',
});

const numberOf = ({ email }: FakeHolder): string => String(createHash('sha256').update(email).digest().readUInt32BE(0));

const appPasswordOf = ({ email, version }: FakeHolder): string => {
  const letters = [...createHash('sha256').update(`${email} ${version}`).digest().subarray(0, 16)].map((byte) =>
    String.fromCharCode(97 + (byte % 26)),
  );
  return [0, 4, 8, 12].map((start) => letters.slice(start, start + 4).join('')).join('-');
};
