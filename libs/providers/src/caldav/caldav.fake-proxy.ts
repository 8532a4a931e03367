import { randomUUID } from 'node:crypto';
import { tokenOfCredentials, type AccessToken, type CalendarReadingCapability } from '@patchbay/capabilities';
import { request as send } from 'undici';
import type { FakeRequest, FakeResponse, ProviderFake } from '../_kit/fake.js';
import { startFake } from '../_kit/fake-server.js';
import { basicAuthorization } from '../_kit/keyed-call.js';
import { createOutbound } from '../_kit/outbound.js';
import { inProcessRateLimiter } from '../_kit/rate-limiter.js';
import { undiciTransport } from '../_kit/transport.js';
import { calendarOnlookers } from './caldav.fake-guests.js';
import type { WritingHarness } from './caldav.fake-harness.js';
import { calendarPerson } from './caldav.fake-people.js';
import { caldav } from './caldav.provider.js';

/** An account on a CalDAV server that is not ours. */
export interface RealAccount {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** What the owner is invited by. */
  readonly email: string;
  /** Below which calendars are made, with a slash at its end. */
  readonly calendarsPath: string;
}

type Headers = Readonly<Record<string, string>>;

/** Stands before a server and lets bad days happen on the way. What is answered is the server's own. */
class Proxy implements ProviderFake {
  readonly id = 'caldav';
  readonly displayName = 'A CalDAV server';
  isRevoked = false;
  private readonly told = new Set<string>();
  private readonly forgotten = new Set<string>();

  constructor(private readonly account: RealAccount) {}

  async handle({ method, path, headers, body }: FakeRequest): Promise<FakeResponse> {
    const { host: _host, connection: _connection, 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = headers;
    const { username } = this.account;
    const shown = this.isRevoked && kept['authorization'] !== undefined ? { authorization: basicAuthorization(username, 'another-password') } : {};
    const answer = await send(`${this.account.url}${path}`, {
      method: method as 'GET',
      headers: { ...definedOf(kept), 'accept-encoding': 'identity', ...shown },
      body: body.length === 0 ? null : this.withoutForgotten(body.toString('utf8')),
    });
    const text = await answer.body.text();
    for (const [, token = ''] of text.matchAll(/<(?:\w+:)?sync-token>([^<]+)</g)) this.told.add(token);
    const { 'content-type': type, location, etag, 'www-authenticate': challenge } = answer.headers;
    // Some name themselves with host and port: that would lead around us.
    const onward = typeof location === 'string' ? location.replace(this.account.url, '') : undefined;
    return {
      status: answer.statusCode,
      headers: definedOf({ 'content-type': type, etag, location: onward, 'www-authenticate': challenge }),
      body: text,
    };
  }

  failure(status: number, retryAfter: string | null): FakeResponse {
    return { status, headers: retryAfter === null ? {} : { 'retry-after': retryAfter } };
  }

  /** Whatever token is shown that the server has given out so far is one that it never gave. */
  forgetTokens(): void {
    for (const token of this.told) this.forgotten.add(token);
  }

  accounts() {
    return [];
  }
  revokeGrant(): void {
    this.isRevoked = true;
  }
  expireTokens(): void {}
  reset(): void {}

  private withoutForgotten(body: string): string {
    return body.replace(/(<d:sync-token>)([^<]+)/, (whole, tag: string, token: string) =>
      this.forgotten.has(token) ? `${tag}${altered(token)}` : whole,
    );
  }
}

/** Another token of the same shape. */
const altered = (token: string): string => token.replace(/[^/]*$/, (last) => last.replaceAll(/\d/g, (digit) => String((Number(digit) + 1) % 10)));

const definedOf = (headers: Readonly<Record<string, string | readonly string[] | undefined>>): Headers =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])));

/** Two new calendars on the server, and its owner with a calendar program beside us. They go with the server. */
export const connectToRealServer = async (account: RealAccount): Promise<WritingHarness> => {
  const { url, username, password, email, calendarsPath } = account;
  const proxy = new Proxy(account);
  const running = await startFake(proxy);
  const transport = undiciTransport();
  const clock = { now: () => new Date(), sleep: async () => {} };
  const limits = { provider: { limit: 100_000, perMs: 1_000 }, account: { limit: 100_000, perMs: 1_000 } };
  const outbound = createOutbound({ provider: 'caldav', limits, transport, limiter: inProcessRateLimiter(), clock });
  const {
    calendar,
    calendarEvents: events,
    calendarReading: reading,
  } = caldav.connect({ config: {}, outbound, userAimedOutbound: outbound, now: clock.now });
  const paths = [randomUUID(), randomUUID()].map((name) => `${calendarsPath}${name}/`);
  for (const path of paths) await makeCalendar(`${url}${path}`, { username, password });
  const [calendarUrl = '', otherUrl = ''] = paths.map((path) => `${url}${path}`);
  const [calendarId = '', otherCalendarId = ''] = paths.map((path) => `${running.url}${path}`);
  const { failNext, dropAfterExecuting, cutAnswers, down, up } = running.faults;
  const owner = { username, password, email, calendarUrl };
  const person = calendarPerson(owner);
  const token = tokenOfCredentials({ server_url: running.url, username, password }, 'connection-1');
  return {
    reading,
    token,
    calendarId,
    otherCalendarId,
    calendar,
    events,
    readOnlyCalendarId: await readOnly(reading, token),
    situations: { revokeGrant: () => proxy.revokeGrant(), failNext, dropAfterExecuting, cutAnswers, down, up },
    ...person,
    ...calendarOnlookers(owner),
    put: (event, where) => person.put(event, where === otherCalendarId ? otherUrl : calendarUrl),
    expireCursors: () => proxy.forgetTokens(),
    shortenPages: () => undefined,
    stop: async () => {
      await running.stop();
      await transport.close();
    },
  };
};

/** The address of a calendar that the server does not let its owner write; empty where there is none. */
const readOnly = async (reading: CalendarReadingCapability, token: AccessToken): Promise<string> =>
  (await reading.listCalendars(token)).find(({ isWritable }) => !isWritable)?.id ?? '';

const makeCalendar = async (url: string, { username, password }: Pick<RealAccount, 'username' | 'password'>): Promise<void> => {
  const answer = await send(url, { method: 'MKCALENDAR' as 'GET', headers: { authorization: basicAuthorization(username, password) } });
  const said = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`MKCALENDAR was answered ${answer.statusCode}: ${said}`);
};
