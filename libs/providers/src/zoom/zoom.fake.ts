import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FakeClient, FakeOptions, FakeRequest, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { fakePage } from '../_kit/fake-consent-page.js';
import { bearerOf, escapeHtml, htmlAnswer, pathSegments } from '../_kit/fake-http.js';
import { createFakeLedger } from '../_kit/fake-ledger.js';
import { createFakeAccounts } from '../_kit/fake-accounts.js';
import { createFakeOAuth } from '../_kit/fake-oauth.js';
import { fakeSituation, type FakeSituation } from '../_kit/fake-situation.js';
import { answerZoom } from './zoom.fake-api.js';
import { zoomFailures, zoomSuddenFailure } from './zoom.fake-errors.js';
import { createZoomMeetings, type StoredMeeting } from './zoom.fake-meetings.js';
import { zoomAuthorize, zoomRevoke, zoomToken, type ZoomOAuthParts } from './zoom.fake-oauth.js';

/** The app that is registered at a Zoom fake unless a test says otherwise. */
export const zoomFakeClient: FakeClient = { clientId: 'sandbox-zoom-client', clientSecret: 'sandbox-zoom-secret', name: 'Patchbay' };

/** A Zoom in memory: consent, rotating tokens, users and meetings, under Zoom's own paths. */
export interface ZoomFake extends ProviderFake {
  /** How many meetings one person may create or change in a day; Zoom's own is 100. Null, the default, is no limit. */
  limitDailyCalls(limit: number | null): void;
}

const samples = [
  { email: 'olivia.organiser@example.com', givenName: 'Olivia', familyName: 'Organiser' },
  { email: 'ben.bookings@example.com', givenName: 'Ben', familyName: 'Bookings' },
  { email: 'zoe.zoom@example.com', givenName: 'Zoe', familyName: 'Zoom' },
];

const appScopes = [
  'meeting:read', 'meeting:write', 'user:read', 'meeting:read:meeting', 'meeting:read:list_meetings', 'meeting:write:meeting',
  'meeting:update:meeting', 'meeting:delete:meeting', 'user:read:user',
] as const; // prettier-ignore

/** Creates a Zoom. `now` moves token lifetimes; the ledger counts every effect. */
export const createZoomFake = (options: FakeOptions = {}): ZoomFake => {
  const now = options.now ?? (() => new Date());
  const ledger = options.ledger ?? createFakeLedger(now);
  const accounts = createFakeAccounts(samples, (email) => createHash('sha256').update(email).digest('base64url').slice(0, 22));
  const oauth = createFakeOAuth({
    provider: 'zoom',
    now,
    ledger,
    clients: options.clients ?? [zoomFakeClient],
    accessTokenSeconds: 3600,
    codeSeconds: 600,
    rotatesRefreshTokens: true,
    // https://developers.zoom.us/docs/integrations/oauth/#refreshing-an-access-token
    refreshTokenSeconds: () => 90 * 86_400,
    prefixes: { code: '', access: 'eyJzdiI6IjAwMDAwMSJ9.', refresh: 'eyJzdiI6IjAwMDAwMiJ9.' },
  });
  const parts: ZoomOAuthParts = { oauth, accounts, appScopes };
  const meetings = createZoomMeetings(now, ledger);
  const dailyCalls = new Map<string, number>();
  let dailyLimit: number | null = null;

  const takeDailyCall = (email: string): boolean => {
    const day = `${email} ${now().toISOString().slice(0, 10)}`;
    const used = (dailyCalls.get(day) ?? 0) + 1;
    dailyCalls.set(day, used);
    return dailyLimit === null || used <= dailyLimit;
  };

  const answerApi = (request: FakeRequest): FakeResponse => {
    const identity = oauth.identify(bearerOf(request));
    if (identity.status === 'expired') return zoomFailures.expiredToken();
    if (identity.status !== 'valid') return zoomFailures.invalidToken();
    const segments = pathSegments(request.path.slice('/v2'.length));
    if (segments === null) return zoomFailures.unrecognised();
    const { email, scopes } = identity;
    return answerZoom({ request, segments, account: accounts.named(email), scopes, meetings, now, takeDailyCall: () => takeDailyCall(email) });
  };

  const handle = (request: FakeRequest): FakeResponse => {
    const { method, path } = request;
    if (path === '/oauth/authorize' && (method === 'GET' || method === 'POST')) return zoomAuthorize(parts, request);
    if (path === '/oauth/token' && method === 'POST') return zoomToken(parts, request);
    if (path === '/oauth/revoke' && method === 'POST') return zoomRevoke(parts, request);
    if (path.startsWith('/v2/')) return answerApi(request);
    const meetingId = /^\/[js]\/(\d+)$/.exec(path)?.[1];
    return meetingId === undefined ? zoomFailures.unrecognised() : meetingPage(meetings.find(meetingId));
  };

  const fake: Omit<ZoomFake, 'situations'> = {
    id: 'zoom',
    displayName: 'Zoom',
    handle,
    failure: zoomSuddenFailure,
    accounts: () =>
      accounts.all().map(({ email, givenName, familyName }) => ({
        email,
        name: `${givenName} ${familyName}`,
        grants: oauth.grantsOf(email),
        collections: [{ id: 'meetings', title: 'Meetings', items: meetings.ofHost(email).map(toItem) }],
      })),
    revokeGrant: (email) => oauth.revokeGrant(email),
    expireTokens: () => oauth.expireTokens(),
    limitDailyCalls: (limit) => {
      dailyLimit = limit;
      dailyCalls.clear();
    },
    reset: () => {
      oauth.reset();
      accounts.reset();
      meetings.reset();
      dailyCalls.clear();
    },
  };
  return { ...fake, situations: situationsOf(fake) };
};

const situationsOf = ({ limitDailyCalls }: Pick<ZoomFake, 'limitDailyCalls'>): readonly FakeSituation[] => [
  fakeSituation({
    name: 'daily-limit',
    input: z.strictObject({ limit: z.number().int().min(0).nullable() }),
    buttons: [
      { label: 'Nobody may make another meeting today', input: { limit: 0 } },
      { label: 'No daily limit', input: { limit: null } },
    ],
    begin: ({ limit }) => limitDailyCalls(limit),
  }),
];

const toItem = ({ id, topic, startTime, duration, agenda }: StoredMeeting) => ({
  id: String(id),
  title: topic,
  status: 'scheduled',
  starts: startTime,
  ends: startTime === null ? null : `${new Date(Date.parse(startTime) + duration * 60_000).toISOString().slice(0, 19)}Z`,
  link: `/j/${id}`,
  notes: agenda === '' ? [] : [agenda],
});

/** Where a join link leads: a pretend meeting room. */
const meetingPage = (meeting: StoredMeeting | null): FakeResponse => {
  if (meeting === null) return htmlAnswer(404, fakePage('No such meeting', '<p class="note">Pretend Zoom</p><h1>This meeting does not exist</h1>'));
  const { topic, startTime, duration, hostEmail } = meeting;
  const when = startTime === null ? 'at any time' : `${startTime}, ${duration} minutes`;
  const content = `<p class="note">Pretend Zoom</p><h1>${escapeHtml(topic)}</h1><p>${escapeHtml(when)}<br>Host: ${escapeHtml(hostEmail)}</p>`;
  return htmlAnswer(200, fakePage(topic, content));
};
