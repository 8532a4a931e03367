import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { FakeAccountState, FakeOptions, FakeRequest, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { bearerOf, jsonAnswer, pathSegments } from '../_kit/fake-http.js';
import { createFakeLedger } from '../_kit/fake-ledger.js';
import { createFakeAccounts } from '../_kit/fake-accounts.js';
import { createFakeOAuth } from '../_kit/fake-oauth.js';
import { createFakeQuota, quotaSituation } from '../_kit/fake-quota.js';
import { accountInput, fakeSituation, type FakeSituation } from '../_kit/fake-situation.js';
import { createFakeCallbacks } from '../_kit/fake-callbacks.js';
import { channelSituations } from '../_kit/fake-channel-situations.js';
import { createGoogleChannels, type GoogleChannels } from './fake/google.fake-channels.js';
import { calendarSituations, googlePeople, type GooglePeople } from './fake/google.fake-people.js';
import { answerAccountCall } from './google.fake-account-apis.js';
import { answerCalendar } from './google.fake-calendar-api.js';
import type { CalendarCall } from './google.fake-call.js';
import { createGoogleCalendars, type StoredCalendar } from './google.fake-calendars.js';
import { googleDriveFakeClient, googleFakeClient, googleSignInFakeClient, youtubeFakeClient } from './google.fake-clients.js';
import { googleFailures, googleScopeMissing, googleSuddenFailure, googleUnauthorized } from './google.fake-errors.js';
import { createIdTokenSigner } from './google.fake-id-token.js';
import { googleAuthorize, googleDiscovery, googleRevoke, googleToken, type GoogleOAuthParts } from './google.fake-oauth.js';

/** A Google in memory: consent, tokens, user info, Calendar v3 and what Drive and YouTube say of an account, under Google's own paths. */
export interface GoogleFake extends ProviderFake {
  readonly people: GooglePeople;
  readonly channels: Pick<GoogleChannels, 'drop' | 'idle' | 'mute' | 'openOf' | 'refuseAddresses'>;
  /** Google forgets every sync token: the next incremental list is answered 410. */
  expireSyncTokens(): void;
  /** Pages of events, and of permissions, become shorter than was asked for. */
  setEventsPerPageMax(events: number): void;
  /**
   * The apps' project is being tested, or in production again: refresh tokens that are issued from now on end after seven days, or not by themselves.
   * https://developers.google.com/identity/protocols/oauth2#expiration
   */
  setPublishingStatus(status: 'testing' | 'in_production'): void;
  /** The person deletes their YouTube channel and keeps the account. */
  closeChannel(email: string): void;
}

const samples = [
  { email: 'olivia.organiser@example.com', givenName: 'Olivia', familyName: 'Organiser' },
  { email: 'ben.bookings@example.com', givenName: 'Ben', familyName: 'Bookings' },
  { email: 'carla.calendar@example.com', givenName: 'Carla', familyName: 'Calendar' },
];

/** Creates a Google. `now` moves token lifetimes; the ledger counts every effect. */
export const createGoogleFake = (options: FakeOptions = {}): GoogleFake => {
  const now = options.now ?? (() => new Date());
  const ledger = options.ledger ?? createFakeLedger(now);
  const accounts = createFakeAccounts(
    samples,
    (email) =>
      `1${BigInt(`0x${createHash('sha256').update(email).digest('hex').slice(0, 16)}`)
        .toString()
        .padStart(20, '0')}`,
  );
  let isInTesting = false;
  const oauth = createFakeOAuth({
    provider: 'google',
    now,
    ledger,
    clients: options.clients ?? [googleFakeClient, googleDriveFakeClient, youtubeFakeClient, googleSignInFakeClient],
    refreshTokenSeconds: () => (isInTesting ? sevenDays : null),
    refreshTokenIdleSeconds: sixMonths,
    // https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
    revokesWholeApp: true,
    accessTokenSeconds: 3599,
    codeSeconds: 600,
    rotatesRefreshTokens: false,
    prefixes: { code: '4/0A', access: 'ya29.a0', refresh: '1//0' },
  });
  const parts: GoogleOAuthParts = { oauth, accounts, idTokens: createIdTokenSigner(), now };
  const channels = createGoogleChannels({ now, ledger, callbacks: createFakeCallbacks() });
  const calendars = createGoogleCalendars({ now, ledger, onChange: (calendar) => channels.notify(calendar) });
  const channelless = new Set<string>();
  // Sync tokens of an earlier epoch are forgotten ones.
  let syncEpoch = newEpoch();
  let eventsPerPageMax = 2500;
  const people = googlePeople(calendars);

  const quota = createFakeQuota(now);

  const answerCalendarCall = (request: FakeRequest): FakeResponse => {
    const identity = oauth.identify(bearerOf(request));
    if (identity.status !== 'valid') return googleUnauthorized();
    if (quota.take(identity.email) !== null) return googleFailures.quotaExceeded();
    const segments = pathSegments(request.path.slice('/calendar/v3'.length));
    if (segments === null) return googleFailures.notFound();
    const call: CalendarCall = { request, segments, email: identity.email, calendars, channels, now, syncEpoch, eventsPerPageMax };
    return hasCalendarScope(identity.scopes, segments) ? answerCalendar(call) : googleScopeMissing();
  };

  const handle = (request: FakeRequest): FakeResponse => {
    const { path } = request;
    const route = `${request.method} ${path}`;
    if (path === '/o/oauth2/v2/auth' && ['GET', 'POST'].includes(request.method)) return googleAuthorize(parts, request);
    if (route === 'POST /token' || route === 'POST /oauth2/v4/token') return googleToken(parts, request);
    if (route === 'POST /revoke' || route === 'POST /o/oauth2/revoke') return googleRevoke(parts, request);
    if (route === 'GET /oauth2/v3/certs') return jsonAnswer(200, parts.idTokens.jwks());
    if (route === 'GET /.well-known/openid-configuration') return googleDiscovery(request);
    if (path.startsWith('/calendar/v3/')) return answerCalendarCall(request);
    return answerAccountCall({ oauth, accounts, channelless }, request) ?? googleFailures.notFound();
  };

  const fake: Omit<GoogleFake, 'situations'> = {
    id: 'google',
    displayName: 'Google',
    handle,
    failure: googleSuddenFailure,
    accounts: () =>
      accounts.all().map((account) => ({
        ...stateOf(account.email, calendars.ofAccount(account.email)),
        name: `${account.givenName} ${account.familyName}`,
        grants: oauth.grantsOf(account.email),
      })),
    revokeGrant: (email) => {
      channels.drop(email);
      oauth.revokeGrant(email);
    },
    expireTokens: () => oauth.expireTokens(),
    expireSyncTokens: () => {
      syncEpoch = newEpoch();
    },
    people,
    channels,
    setEventsPerPageMax: (events) => {
      eventsPerPageMax = events;
    },
    setPublishingStatus: (status) => {
      isInTesting = status === 'testing';
    },
    closeChannel: (email) => {
      channelless.add(email);
    },
    reset: () => {
      isInTesting = false;
      eventsPerPageMax = 2500;
      channelless.clear();
      oauth.reset();
      accounts.reset();
      calendars.reset();
      channels.reset();
      quota.reset();
      syncEpoch = newEpoch();
    },
  };
  return {
    ...fake,
    situations: [...calendarSituations({ ...fake, calendars, now }), ...channelSituations(channels), quotaSituation(quota), ...situationsOf(fake)],
  };
};

const situationsOf = ({ setPublishingStatus, closeChannel }: Omit<GoogleFake, 'situations'>): readonly FakeSituation[] => [
  fakeSituation({
    name: 'publishing-status',
    input: z.strictObject({ status: z.enum(['testing', 'in_production']) }),
    buttons: [
      { label: 'Test the project: refresh tokens end after seven days', input: { status: 'testing' } },
      { label: 'Take the project into production', input: { status: 'in_production' } },
    ],
    begin: ({ status }) => setPublishingStatus(status),
  }),
  fakeSituation({
    name: 'close-channel',
    input: accountInput,
    accountButton: 'Close the YouTube channel',
    begin: ({ email }) => closeChannel(email),
  }),
];

const sevenDays = 7 * 86_400;
// In days it is named nowhere: half a year is as good as any.
const sixMonths = 182 * 86_400;

/** Which scopes open which calls. https://developers.google.com/workspace/calendar/api/auth */
const hasCalendarScope = (scopes: readonly string[], segments: readonly string[]): boolean => {
  const prefix = 'https://www.googleapis.com/auth/';
  const granted = new Set(scopes.filter((scope) => scope.startsWith(prefix)).map((scope) => scope.slice(prefix.length)));
  if (granted.has('calendar')) return true;
  if (segments.includes('acl')) return granted.has('calendar.acls');
  if (segments.includes('events') || segments[0] === 'channels') return granted.has('calendar.events') || granted.has('calendar.events.owned');
  return ['calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly', 'calendar.calendars.readonly'].some((scope) =>
    granted.has(scope),
  );
};

const stateOf = (email: string, calendars: readonly StoredCalendar[]): Pick<FakeAccountState, 'email' | 'collections'> => ({
  email,
  collections: calendars.map(({ id, summary, events }) => ({
    id,
    title: summary,
    items: [...events.values()].map((event) => ({
      id: event.id,
      title: textOf(event.fields['summary']) ?? '(no title)',
      status: event.status,
      starts: timeOf(event.fields['start']),
      ends: timeOf(event.fields['end']),
      link: textOf(event.fields['location']) ?? textOf(event.fields['hangoutLink']),
      notes: (Array.isArray(event.fields['attendees']) ? event.fields['attendees'] : []).map(({ email: guest }: { readonly email: string }) => guest),
    })),
  })),
});

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const timeOf = (value: unknown): string | null => {
  const time = value as { readonly dateTime?: string; readonly date?: string } | undefined;
  return time?.dateTime ?? time?.date ?? null;
};

const newEpoch = (): string => randomBytes(4).toString('hex');
