import type { AccessToken, Outbound } from '@patchbay/capabilities';
import { davRequest, type CaldavServer, type DavAnswer, type DavRequest } from './caldav.http.js';

/** Somebody's account, as its calendars are read. */
export interface CaldavAccount {
  readonly server: CaldavServer;
  /** Where the account's calendars are listed. */
  findHome(): Promise<string>;
  /** The id of a calendar that was found there; it stays when the account moves to another host. */
  idOf(url: string): string;
  /** Where the calendar is now. @throws ProviderError `not_found` for an id that is none */
  locate(calendarId: string): Promise<string>;
}

/** Opens an account with what was typed. */
export type OpenCaldavAccount = (token: AccessToken) => CaldavAccount;

/** The way to a server, wherever its calendars are. */
export interface CaldavApi {
  readonly outbound: Outbound;
  readonly now: () => Date;
}

/** A small server takes long to look through a large calendar. Milliseconds. */
const deadlineMs = 60_000;
/** Of one answer: a list of twenty thousand events takes half of it. Reading as much takes half a second. */
export const answerBytesMax = 8 * 1024 * 1024;

/** A request while calendars are read. */
export const readingRequest = (server: CaldavServer, request: Omit<DavRequest, 'deadlineMs' | 'bytesMax'>): Promise<DavAnswer> =>
  davRequest(server, { deadlineMs, bytesMax: answerBytesMax, raised: { responseBytesMax: answerBytesMax, silenceMs: deadlineMs }, ...request });

/** Somebody waits for it, or a booking does: a server that hangs is found out sooner. Milliseconds. */
export const eventDeadlineMs = 12_000;

/** A request about single events. It may have less time, when it is one of several that somebody waits for. */
export const eventRequest = (
  server: CaldavServer,
  request: Omit<DavRequest, 'deadlineMs' | 'bytesMax'> & Partial<Pick<DavRequest, 'deadlineMs'>>,
): Promise<DavAnswer> =>
  davRequest(server, { deadlineMs: eventDeadlineMs, bytesMax: answerBytesMax, raised: { responseBytesMax: answerBytesMax }, ...request });
