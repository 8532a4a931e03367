import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FakeItem, FakeOptions, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { createCredentialsFake, type CredentialsFake, type FakeHolder } from '../_kit/fake-credentials.js';
import { accountInput, fakeSituation } from '../_kit/fake-situation.js';
import { createFakeFeed, type FakeFeed, type FakeTime } from './ics.fake-feed.js';

/** How a server differs from others. */
export interface IcsFakeOptions extends FakeOptions {
  /** What it says that a feed can be asked for by. Default: both. */
  readonly validators?: readonly ('etag' | 'last-modified')[];
  /**
   * Answers nobody who is not called like a browser, as many tenants of Microsoft 365 do: `Mozilla/5.0` alone is none, a platform and a version of Chrome are.
   * https://github.com/nextcloud/server/issues/54799, https://github.com/derekantrican/GAS-ICS-Sync/issues/500
   */
  readonly wantsBrowsers?: boolean;
}

/** A server with a feed for each account. */
export interface IcsFake extends CredentialsFake {
  /** What its owner does in the calendar behind the feed. */
  feedOf(email: string): FakeFeed;
}

const time = z.union([
  z.strictObject({ date: z.iso.date() }),
  z.strictObject({ dateTime: z.iso.datetime({ local: true }), timeZone: z.string().nullable() }),
]);
const putInput = accountInput.extend({
  uid: z.string().min(1),
  title: z.string().min(1),
  start: time,
  end: time,
  is_free: z.boolean().default(false),
});
const removeInput = accountInput.extend({ uid: z.string().min(1) });

/** Calendars that are published as a file, in memory. As at Google, the address has a secret in it, and the file says when it was made. */
export const createIcsFake = (options: IcsFakeOptions = {}): IcsFake => {
  const { validators = ['etag', 'last-modified'], wantsBrowsers = false, now = () => new Date() } = options;
  const feeds = new Map<string, FakeFeed>();
  const feedOf = (email: string): FakeFeed => {
    const feed = feeds.get(email) ?? createFakeFeed(`Calendar of ${email}`, now);
    feeds.set(email, feed);
    return feed;
  };
  const credentials = createCredentialsFake(
    {
      id: 'ics',
      displayName: 'Calendar feed (ICS)',
      credentialsOf: (holder, baseUrl) => ({ url: `${baseUrl}${pathOf(holder)}` }),
      answer: (request, holders, at) => {
        if (wantsBrowsers && !isLikeBrowser(request)) return refuseCaller(request);
        const holder = holders.find((one) => pathOf(one) === request.path);
        return holder === undefined ? feedFailure(404, null) : answerFeed(request, feedOf(holder.email), { validators, now: at });
      },
      failure: feedFailure,
    },
    options,
  );

  return {
    ...credentials,
    feedOf,
    accounts: () =>
      credentials.accounts().map((account) => ({
        ...account,
        collections: [...account.collections, { id: 'feed', title: 'In the feed', items: feedOf(account.email).events().map(toItem) }],
      })),
    reset: () => {
      credentials.reset();
      feeds.clear();
    },
    situations: [
      fakeSituation({
        name: 'put-event',
        input: putInput,
        begin: ({ email, uid, title, start, end, is_free: isFree }) => feedOf(email).put(uid, { title, start, end, isFree }),
      }),
      fakeSituation({ name: 'remove-event', input: removeInput, begin: ({ email, uid }) => feedOf(email).remove(uid) }),
    ],
  };
};

const pathOf = ({ email, version }: FakeHolder): string => {
  const secret = createHash('sha256').update(`${email} ${version}`).digest('hex').slice(0, 32);
  return `/calendar/ical/${encodeURIComponent(email)}/private-${secret}/basic.ics`;
};

const answerFeed = (
  request: FakeRequest,
  feed: FakeFeed,
  { validators, now }: { readonly validators: readonly string[]; readonly now: Date },
): FakeResponse => {
  if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
  const modified = new Date(Math.floor(feed.changedAt().getTime() / 1_000) * 1_000);
  const headers = {
    'content-type': 'text/calendar; charset=UTF-8',
    ...(validators.includes('etag') && { etag: feed.etag() }),
    ...(validators.includes('last-modified') && { 'last-modified': modified.toUTCString() }),
  };
  const { 'if-none-match': noneMatch, 'if-modified-since': since } = request.headers;
  const isSame = noneMatch !== undefined ? noneMatch === feed.etag() : since !== undefined && Date.parse(since) >= modified.getTime();
  return isSame ? { status: 304, headers } : { status: 200, headers, body: feed.text(now) };
};

const isLikeBrowser = ({ headers }: FakeRequest): boolean => {
  const name = headers['user-agent'] ?? '';
  return /\((Linux|X11|Android|Windows|Macintosh)[^)]*\)/.test(name) && /\b(Chrome|Firefox)\/\d+/.test(name);
};

const errorPage = '/owa/auth/errorfe.aspx';
const unsupported = 'Microsoft.Exchange.Clients.Owa2.Server.Core.OwaBasicUnsupportedException';

/** Some are led to a page of errors, where the others are at once. */
const refuseCaller = ({ path }: FakeRequest): FakeResponse =>
  path === errorPage
    ? {
        status: 500,
        headers: { 'content-type': 'text/html; charset=utf-8', 'x-owa-error': unsupported },
        body: 'Outlook is not supported on this browser.',
      }
    : { status: 302, headers: { location: `${errorPage}?httpCode=500&owaError=${unsupported}` } };

const feedFailure = (status: number, retryAfter: string | null): FakeResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=UTF-8', ...(retryAfter === null ? {} : { 'retry-after': retryAfter }) },
  body: `<html><title>Error ${status}</title></html>`,
});

const toItem = ({ uid, event }: ReturnType<FakeFeed['events']>[number]): FakeItem => ({
  id: uid,
  title: event.title,
  status: event.isFree === true ? 'free' : 'busy',
  starts: shown(event.start),
  ends: shown(event.end),
  link: null,
  notes: [...(event.recurrence ?? [])],
});

const shown = (moment: FakeTime): string => ('date' in moment ? moment.date : `${moment.dateTime} ${moment.timeZone ?? ''}`.trim());
