import { createHash } from 'node:crypto';
import type { FakeOptions, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type CredentialsFakeHabits, type FakeHolder } from '../_kit/fake-credentials.js';
import { basicCredentialsOf, escapeHtml, pathSegments } from '../_kit/fake-http.js';
import { fakeSituation, noInput } from '../_kit/fake-situation.js';
import { answerCalendars } from './caldav.fake-answers.js';
import { FakeCalendars } from './caldav.fake-calendars.js';
import { davElement, davHref, davMultistatus, davQuestionOf } from './caldav.fake-multistatus.js';

/** What two CalDAV servers differ in. */
interface DavHabits {
  /** Where the service is, below the base URL. */
  readonly root: string;
  readonly realm: string;
  readonly passwordOf: (holder: FakeHolder) => string;
  readonly principalOf: (holder: FakeHolder) => string;
  /** Below the base URL. */
  readonly homeOf: (holder: FakeHolder) => string;
  /** How it is told: some servers tell a path, others a whole address. */
  readonly homeHrefOf: (home: string, baseUrl: string) => string;
  /** {@link FakeCalendars.rewritesFiles} */
  readonly rewritesFiles: boolean;
}

/** A CalDAV server in memory, with the calendars on it. */
export interface CaldavFake extends CredentialsFake {
  readonly calendars: FakeCalendars;
}

const pathOf = (baseUrl: string): string => new URL(baseUrl).pathname.replace(/\/$/, '');

const plainServer: DavHabits = {
  root: '/dav/',
  realm: 'Sandbox CalDAV',
  passwordOf: ({ handle, version }) => `sandbox-${handle}-password-${version}`,
  principalOf: ({ handle }) => `/dav/principals/${handle}/`,
  homeOf: ({ handle }) => `/dav/calendars/${handle}/`,
  homeHrefOf: (home, baseUrl) => `${pathOf(baseUrl)}${home}`,
  rewritesFiles: false,
};

/** iCloud answers at its bare host, and numbers its accounts. */
const icloud: DavHabits = {
  root: '/',
  realm: 'MMCalDav',
  passwordOf: (holder) => appPasswordOf(holder),
  principalOf: (holder) => `/${numberOf(holder)}/principal/`,
  homeOf: (holder) => `/${numberOf(holder)}/calendars/`,
  // In real life on the account's partition.
  homeHrefOf: (home, baseUrl) => `${baseUrl}${home}`,
  rewritesFiles: true,
};

/** A CalDAV server in memory. */
export const createCaldavFake = (options: FakeOptions = {}): CaldavFake =>
  withCalendars(plainServer, options, {
    id: 'caldav',
    displayName: 'CalDAV',
    credentialsOf: (holder, baseUrl) => ({ server_url: `${baseUrl}/dav`, username: holder.email, password: plainServer.passwordOf(holder) }),
  });

/** An iCloud in memory. */
export const createAppleFake = (options: FakeOptions = {}): CaldavFake =>
  withCalendars(icloud, options, {
    id: 'apple',
    displayName: 'Apple iCloud',
    credentialsOf: (holder) => ({ username: holder.email, password: appPasswordOf(holder) }),
  });

const withCalendars = (
  habits: DavHabits,
  options: FakeOptions,
  shown: Pick<CredentialsFakeHabits, 'id' | 'displayName' | 'credentialsOf'>,
): CaldavFake => {
  const calendars = new FakeCalendars();
  calendars.rewritesFiles = habits.rewritesFiles;
  const answer: CredentialsFakeHabits['answer'] = (request, holders) => answerDav({ habits, calendars, request, holders });
  const fake = createCredentialsFake({ ...shown, answer, failure: davFailure }, options);
  return {
    ...fake,
    calendars,
    accounts: () =>
      fake.accounts().map((account) => ({ ...account, collections: [...account.collections, ...calendars.collectionsOf(account.email)] })),
    reset: () => {
      fake.reset();
      calendars.reset();
    },
    situations: [
      fakeSituation({
        name: 'forget-sync-tokens',
        input: noInput,
        buttons: [{ label: 'Forget all sync tokens', input: {} }],
        begin: () => (calendars.age += 1),
      }),
    ],
  };
};

interface DavCall {
  readonly habits: DavHabits;
  readonly calendars: FakeCalendars;
  readonly request: FakeRequest;
  readonly holders: readonly FakeHolder[];
}

const answerDav = ({ habits, calendars, request, holders }: DavCall): FakeResponse => {
  const path = request.path.endsWith('/') ? request.path : `${request.path}/`;
  // https://www.rfc-editor.org/rfc/rfc6764#section-5
  if (path === '/.well-known/caldav/') return { status: 301, headers: { location: `${pathOf(request.baseUrl)}${habits.root}` } };
  if (!path.startsWith(habits.root)) return davFailure(404, null);
  const shown = basicCredentialsOf(request);
  const holder = holders.find(({ email }) => email === shown?.clientId);
  if (holder === undefined || habits.passwordOf(holder) !== shown?.clientSecret) {
    return { ...davFailure(401, null), headers: { 'content-type': 'text/plain', 'www-authenticate': `Basic realm="${habits.realm}"` } };
  }
  const home = habits.homeOf(holder);
  const principalPath = `${pathOf(request.baseUrl)}${habits.principalOf(holder)}`;
  if (path.startsWith(home)) {
    const segments = pathSegments(path.slice(home.length));
    if (segments === null) return davFailure(400, null);
    return answerCalendars({ request, calendars, email: holder.email, homePath: `${pathOf(request.baseUrl)}${home}`, principalPath, segments });
  }
  if (request.method !== 'PROPFIND') return { status: 405, headers: { allow: 'OPTIONS, PROPFIND' } };
  const isPrincipal = path === habits.principalOf(holder);
  if (path !== habits.root && !isPrincipal) return davFailure(404, null);

  const properties: Readonly<Record<string, string>> = {
    'current-user-principal': davElement('d:current-user-principal', davHref(principalPath)),
    ...(isPrincipal && {
      'calendar-home-set': davElement('c:calendar-home-set', davHref(habits.homeHrefOf(home, request.baseUrl))),
      'calendar-user-address-set': davElement('c:calendar-user-address-set', `${davHref(`mailto:${holder.email}`)}${davHref(principalPath)}`),
      displayname: davElement('d:displayname', escapeHtml(holder.handle)),
    }),
  };
  return davMultistatus(davQuestionOf(request).properties, [{ href: `${pathOf(request.baseUrl)}${path}`, properties }]);
};

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
