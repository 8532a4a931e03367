import type { FakeAccount, FakeRequest, FakeResponse } from '../_kit/fake.js';
import { emptyAnswer, jsonAnswer, jsonObjectOf } from '../_kit/fake-http.js';
import { zoomFailures, zoomRateLimited } from './zoom.fake-errors.js';
import { meetingProblems, type StoredMeeting, type ZoomMeetings } from './zoom.fake-meetings.js';

/** One call of the REST API, below `/v2`, by somebody who is signed in. */
export interface ZoomCall {
  readonly request: FakeRequest;
  readonly segments: readonly string[];
  readonly account: FakeAccount;
  readonly scopes: readonly string[];
  readonly meetings: ZoomMeetings;
  readonly now: () => Date;
  /** Counts a create or update; false when the day's are used up. */
  takeDailyCall(): boolean;
}

/** Routes a call of the REST API. */
export const answerZoom = (call: ZoomCall): FakeResponse => {
  const { request, segments, account } = call;
  const [area, id = '', part, ...rest] = segments;
  if (rest.length > 0) return zoomFailures.unrecognised();
  if (area === 'meetings' && part === undefined) return answerMeeting(call, id);
  if (area !== 'users') return zoomFailures.unrecognised();
  if (id !== 'me' && id !== account.id && id !== account.email) return zoomFailures.userMissing(id);
  if (part === undefined && request.method === 'GET') return guarded(call, ['user:read', 'user:read:user'], () => jsonAnswer(200, toUser(account)));
  if (part === 'meetings' && request.method === 'GET') return guarded(call, ['meeting:read', 'meeting:read:list_meetings'], () => listMeetings(call));
  if (part === 'meetings' && request.method === 'POST') return guarded(call, ['meeting:write', 'meeting:write:meeting'], () => createMeeting(call));
  return zoomFailures.unrecognised();
};

const answerMeeting = (call: ZoomCall, id: string): FakeResponse => {
  const { request, account, meetings } = call;
  const found = (answer: (meeting: StoredMeeting) => FakeResponse): FakeResponse => {
    const meeting = meetings.find(id);
    if (meeting === null) return zoomFailures.meetingMissing(id);
    return meeting.hostEmail === account.email ? answer(meeting) : zoomFailures.notYourMeeting();
  };
  if (!/^\d+$/.test(id)) return zoomFailures.validation([{ field: 'meetingId', message: 'Invalid meeting ID.' }]);
  if (request.method === 'GET') {
    return guarded(call, ['meeting:read', 'meeting:read:meeting'], () => found((meeting) => jsonAnswer(200, toMeeting(meeting, call))));
  }
  if (request.method === 'PATCH')
    return guarded(call, ['meeting:write', 'meeting:update:meeting'], () => found((meeting) => changeMeeting(call, meeting)));
  if (request.method !== 'DELETE') return zoomFailures.unrecognised();
  return guarded(call, ['meeting:write', 'meeting:delete:meeting'], () =>
    found((meeting) => {
      meetings.remove(meeting);
      return emptyAnswer();
    }),
  );
};

/** Every call names the scopes, old and granular, of which it needs one. */
const guarded = ({ scopes }: ZoomCall, needed: readonly string[], answer: () => FakeResponse): FakeResponse =>
  needed.some((scope) => scopes.includes(scope)) ? answer() : zoomFailures.scopeMissing(needed);

const createMeeting = (call: ZoomCall): FakeResponse => {
  const wanted = jsonObjectOf(call.request);
  if (wanted === null) return zoomFailures.validation([{ field: 'body', message: 'Request Body should be a valid JSON object.' }]);
  const problems = meetingProblems(wanted);
  if (problems.length > 0) return zoomFailures.validation(problems);
  if (!call.takeDailyCall()) return zoomRateLimited('daily', nextMidnight(call.now()));
  return jsonAnswer(201, toMeeting(call.meetings.create(call.account.email, wanted), call));
};

const changeMeeting = (call: ZoomCall, meeting: StoredMeeting): FakeResponse => {
  const wanted = jsonObjectOf(call.request);
  if (wanted === null) return zoomFailures.validation([{ field: 'body', message: 'Request Body should be a valid JSON object.' }]);
  const problems = meetingProblems(wanted);
  if (problems.length > 0) return zoomFailures.validation(problems);
  if (!call.takeDailyCall()) return zoomRateLimited('daily', nextMidnight(call.now()));
  call.meetings.change(meeting, wanted);
  return emptyAnswer();
};

const listMeetings = (call: ZoomCall): FakeResponse => {
  const { request, meetings, account, now } = call;
  const type = request.query.get('type') ?? 'scheduled';
  // Default 30, never more than 300. https://developers.zoom.us/docs/api/meetings/#tag/meetings/get/users/{userId}/meetings
  const size = Number(request.query.get('page_size') ?? 30);
  const from = positionOf(request.query.get('next_page_token'));
  if (!Number.isInteger(size) || size < 1 || size > 300) return zoomFailures.validation([{ field: 'page_size', message: 'Invalid field.' }]);
  if (from === null) return zoomFailures.validation([{ field: 'next_page_token', message: 'The next page token is invalid or expired.' }]);
  const found = meetings
    .ofHost(account.email)
    .filter((meeting) => isListed(meeting, type, now()))
    .sort((one, other) => (one.startTime ?? '').localeCompare(other.startTime ?? ''));
  const hasMore = from + size < found.length;
  return jsonAnswer(200, {
    page_size: size,
    total_records: found.length,
    next_page_token: hasMore ? Buffer.from(`from:${from + size}`).toString('base64url') : '',
    meetings: found.slice(from, from + size).map((meeting) => toListedMeeting(meeting, call)),
  });
};

const positionOf = (token: string | null): number | null => {
  if (token === null || token === '') return 0;
  const position = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  return position === null ? null : Number(position[1]);
};

const isListed = ({ startTime, duration, type: meetingType }: StoredMeeting, type: string, now: Date): boolean => {
  if (type === 'live') return false;
  // Instant meetings are never in a list of scheduled ones.
  if (meetingType === 1) return false;
  if (startTime === null) return true;
  const isOver = Date.parse(startTime) + duration * 60_000 < now.getTime();
  if (type === 'previous_meetings') return isOver;
  return type === 'scheduled' || !isOver;
};

const toListedMeeting = (meeting: StoredMeeting, call: ZoomCall): object => ({
  uuid: meeting.uuid,
  id: meeting.id,
  host_id: call.account.id,
  topic: meeting.topic,
  type: meeting.type,
  ...(meeting.startTime === null ? {} : { start_time: meeting.startTime }),
  duration: meeting.duration,
  timezone: meeting.timezone,
  created_at: meeting.createdAt,
  join_url: joinUrl(meeting, call),
  // Lists cut the agenda off; only the meeting itself has all of it.
  ...(meeting.agenda === '' ? {} : { agenda: meeting.agenda.slice(0, 250) }),
});

const toMeeting = (meeting: StoredMeeting, call: ZoomCall): object => ({
  ...toListedMeeting(meeting, call),
  host_email: meeting.hostEmail,
  status: 'waiting',
  agenda: meeting.agenda,
  start_url: `${call.request.baseUrl}/s/${meeting.id}?zak=${Buffer.from(meeting.uuid).toString('base64url')}`,
  password: meeting.password,
  h323_password: meeting.password,
  pstn_password: meeting.password,
  encrypted_password: encrypted(meeting),
  tracking_fields: meeting.trackingFields,
  settings: meeting.settings,
  pre_schedule: false,
});

const joinUrl = (meeting: StoredMeeting, { request }: ZoomCall): string => `${request.baseUrl}/j/${meeting.id}?pwd=${encrypted(meeting)}`;

const encrypted = ({ uuid, password }: StoredMeeting): string => Buffer.from(`${uuid}${password}`).toString('base64url').slice(0, 32);

const toUser = ({ id, email, givenName, familyName }: FakeAccount): object => ({
  id,
  first_name: givenName,
  last_name: familyName,
  display_name: `${givenName} ${familyName}`,
  email,
  type: 2,
  role_name: 'Member',
  pmi: 5_551_234_567,
  use_pmi: false,
  timezone: 'Europe/Berlin',
  verified: 1,
  created_at: '2024-01-15T09:00:00Z',
  last_login_time: '2026-01-15T09:00:00Z',
  language: 'en-US',
  account_id: 'sandboxAccountId000001',
  status: 'active',
});

const nextMidnight = (now: Date): string => {
  const midnight = new Date(now);
  midnight.setUTCHours(24, 0, 0, 0);
  return `${midnight.toISOString().slice(0, 19)}Z`;
};
