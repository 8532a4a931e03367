import { randomBytes, randomInt } from 'node:crypto';
import type { FakeLedger } from '../_kit/fake.js';
import { isJsonObject } from '../_kit/fake-http.js';

/** A meeting as Zoom stores it. */
export interface StoredMeeting {
  readonly id: number;
  readonly uuid: string;
  readonly hostEmail: string;
  readonly createdAt: string;
  readonly password: string;
  readonly topic: string;
  readonly agenda: string;
  /** 1 instant, 2 scheduled, 3 recurring without a fixed time, 8 recurring with one. */
  readonly type: number;
  /** In UTC, without milliseconds; null for meetings that have no time. */
  readonly startTime: string | null;
  readonly duration: number;
  readonly timezone: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly trackingFields: readonly unknown[];
}

/** A field that Zoom refuses, and why. */
export interface MeetingProblem {
  readonly field: string;
  readonly message: string;
}

/** Meetings of every account, and the ways to change them. */
export interface ZoomMeetings {
  find(id: string): StoredMeeting | null;
  ofHost(email: string): readonly StoredMeeting[];
  create(hostEmail: string, wanted: Readonly<Record<string, unknown>>): StoredMeeting;
  change(meeting: StoredMeeting, wanted: Readonly<Record<string, unknown>>): void;
  remove(meeting: StoredMeeting): void;
  reset(): void;
}

/** Creates the meetings of one fake. */
export const createZoomMeetings = (now: () => Date, ledger: FakeLedger): ZoomMeetings => {
  const meetings = new Map<number, StoredMeeting>();
  const record = (kind: string, meeting: StoredMeeting): void => {
    const { id, hostEmail, topic, agenda, startTime, duration, trackingFields } = meeting;
    const key = [agenda, ...trackingFields.map((field) => JSON.stringify(field))].filter(Boolean).join(' ');
    const details = { topic, agenda, start_time: startTime, duration, tracking_fields: trackingFields };
    ledger.record({ provider: 'zoom', kind, id: String(id), key, account: hostEmail, details });
  };

  return {
    find: (id) => meetings.get(Number(id)) ?? null,
    ofHost: (email) => [...meetings.values()].filter(({ hostEmail }) => hostEmail === email),
    create: (hostEmail, wanted) => {
      const meeting = createdMeeting({ hostEmail, wanted, id: freeId(meetings), createdAt: withoutMilliseconds(now()) });
      meetings.set(meeting.id, meeting);
      record('meeting.created', meeting);
      return meeting;
    },
    change: (meeting, wanted) => {
      const changed = { ...meeting, ...wantedFields(wanted, meeting.timezone), settings: { ...meeting.settings, ...settingsOf(wanted) } };
      meetings.set(meeting.id, changed);
      record('meeting.changed', changed);
    },
    remove: (meeting) => {
      meetings.delete(meeting.id);
      record('meeting.deleted', meeting);
    },
    reset: () => meetings.clear(),
  };
};

/** Checks the fields that Zoom checks. */
export const meetingProblems = (wanted: Readonly<Record<string, unknown>>): readonly MeetingProblem[] => {
  const problems: MeetingProblem[] = [];
  const check = (field: string, isFine: (value: unknown) => boolean, message: string): void => {
    if (wanted[field] !== undefined && !isFine(wanted[field])) problems.push({ field, message });
  };
  const text = (max: number) => (value: unknown) => typeof value === 'string' && value.length <= max;
  check('topic', text(200), 'Invalid field. The maximum length of topic is 200.');
  check('agenda', text(2000), 'Invalid field. The maximum length of agenda is 2000.');
  check('password', text(10), 'Invalid field. The maximum length of password is 10.');
  check('type', (value) => [1, 2, 3, 8].includes(value as number), 'Invalid field.');
  check('duration', (value) => Number.isInteger(value) && (value as number) > 0, 'Invalid field.');
  check('timezone', (value) => typeof value === 'string' && isTimeZone(value), 'Invalid field.');
  check('start_time', (value) => typeof value === 'string' && toUtc(value, 'UTC') !== null, "Invalid field. Use format yyyy-MM-dd'T'HH:mm:ss'Z'.");
  check('settings', isJsonObject, 'Invalid field.');
  check('tracking_fields', Array.isArray, 'Invalid field.');
  return problems;
};

interface NewMeeting {
  readonly hostEmail: string;
  readonly wanted: Readonly<Record<string, unknown>>;
  readonly id: number;
  readonly createdAt: string;
}

const createdMeeting = ({ hostEmail, wanted, id, createdAt }: NewMeeting): StoredMeeting => {
  const type = typeof wanted['type'] === 'number' ? wanted['type'] : 2;
  const defaults = {
    topic: 'Zoom Meeting',
    agenda: '',
    duration: 60,
    timezone: 'Europe/Berlin',
    trackingFields: [],
    password: String(randomInt(100_000, 1_000_000)),
  };
  const meeting = {
    ...defaults,
    ...wantedFields(wanted, defaults.timezone),
    id,
    uuid: randomBytes(16).toString('base64'),
    hostEmail,
    createdAt,
    type,
  };
  // A scheduled meeting without a time starts now.
  const startTime = type === 3 || type === 1 ? null : (meeting.startTime ?? createdAt);
  return { ...meeting, startTime, settings: { ...defaultSettings, ...settingsOf(wanted) } };
};

const wantedFields = (wanted: Readonly<Record<string, unknown>>, zone: string) => {
  const { topic, agenda, duration, timezone, password, tracking_fields: trackingFields, start_time: startTime } = wanted;
  const ownZone = typeof timezone === 'string' ? timezone : zone;
  return {
    ...(typeof topic === 'string' ? { topic } : {}),
    ...(typeof agenda === 'string' ? { agenda } : {}),
    ...(typeof duration === 'number' ? { duration } : {}),
    ...(typeof timezone === 'string' ? { timezone } : {}),
    ...(typeof password === 'string' && password !== '' ? { password } : {}),
    ...(Array.isArray(trackingFields) ? { trackingFields } : {}),
    ...(typeof startTime === 'string' ? { startTime: toUtc(startTime, ownZone) } : {}),
  };
};

const settingsOf = ({ settings }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => (isJsonObject(settings) ? settings : {});

const defaultSettings = {
  host_video: false,
  participant_video: false,
  cn_meeting: false,
  in_meeting: false,
  join_before_host: false,
  jbh_time: 0,
  mute_upon_entry: false,
  watermark: false,
  use_pmi: false,
  approval_type: 2,
  audio: 'both',
  auto_recording: 'none',
  enforce_login: false,
  alternative_hosts: '',
  waiting_room: true,
  meeting_authentication: false,
} as const;

/** Meeting ids have eleven digits. */
const freeId = (taken: ReadonlyMap<number, unknown>): number => {
  const id = randomInt(80_000_000_000, 89_999_999_999);
  return taken.has(id) ? freeId(taken) : id;
};

const withoutMilliseconds = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

/** A time with `Z` is UTC; without, it is wall time in the meeting's zone. Null when it is neither. */
const toUtc = (time: string, zone: string): string | null => {
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(Z?)$/.exec(time);
  const asUtc = parts === null ? Number.NaN : Date.parse(`${parts[1] ?? ''}Z`);
  if (parts === null || Number.isNaN(asUtc)) return null;
  if (parts[2] === 'Z') return withoutMilliseconds(new Date(asUtc));
  const guess = asUtc - offsetMs(asUtc, zone);
  return withoutMilliseconds(new Date(asUtc - offsetMs(guess, zone)));
};

const offsetMs = (ms: number, zone: string): number => {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(ms);
  const offset = /GMT([+-])(\d{2}):(\d{2})/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '');
  return offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000;
};

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
};
