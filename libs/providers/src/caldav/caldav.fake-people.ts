import { randomUUID } from 'node:crypto';
import type { CalendarTime } from '@patchbay/capabilities';
import type { CalendarReadingHarness, PlacedEvent } from '@patchbay/capabilities/testing';
import { request } from 'undici';
import { basicAuthorization } from '../_kit/keyed-call.js';

/** Somebody with a calendar program of their own. */
export interface CalendarPerson {
  readonly username: string;
  readonly password: string;
  /** What they are invited by. */
  readonly email: string;
  /** The calendar that they write into unless they say otherwise. */
  readonly calendarUrl: string;
}

/** What they do there: files are put and deleted over HTTP, as every program does it. */
export type CalendarHabits = Pick<CalendarReadingHarness, 'put' | 'change' | 'remove' | 'moveOccurrence' | 'cancelOccurrence'> & {
  /** Writes a file as it is; answers its address. */
  putText(name: string, text: string): Promise<string>;
  /** The server puts somebody else's event into the calendar, to which its owner is invited, with everything that it bears. */
  putGuestCopy(key: string): Promise<string>;
};

interface Written {
  readonly url: string;
  readonly uid: string;
  readonly event: PlacedEvent;
  readonly moved: readonly { readonly originalStart: CalendarTime; readonly to: PlacedEvent }[];
  readonly cancelled: readonly CalendarTime[];
}

/** Works on any CalDAV server, not only on ours in memory. */
export const calendarPerson = (person: CalendarPerson): CalendarHabits => {
  const written = new Map<string, Written>();
  const send = async (method: 'PUT' | 'DELETE', url: string, body: string | null = null): Promise<void> => {
    const headers = {
      authorization: basicAuthorization(person.username, person.password),
      ...(body !== null && { 'content-type': 'text/calendar; charset=utf-8' }),
    };
    const answer = await request(url, { method, headers, body });
    const said = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} was answered ${answer.statusCode}: ${said}`);
  };
  const save = async (file: Written): Promise<void> => {
    written.set(file.uid, file);
    await send('PUT', file.url, textOf(file, person.email));
  };
  const find = (id: string): Written => {
    const file = written.get(id);
    if (file === undefined) throw new Error(`there is no ${id}`);
    return file;
  };
  const putText = async (name: string, text: string): Promise<string> => {
    const url = `${person.calendarUrl}${encodeURIComponent(name)}`;
    await send('PUT', url, text);
    return url;
  };
  return {
    putText,
    putGuestCopy: (key) => {
      const event: PlacedEvent = { ...invitation, response: 'accepted' };
      return putText(`${key}.ics`, calendarText(...zones, ...eventLines({ uid: key, email: person.email, more: [`X-PATCHBAY-KEY:${key}`] }, event)));
    },
    put: async (event, calendarId = person.calendarUrl) => {
      const uid = randomUUID();
      await save({ url: `${calendarId}${uid}.ics`, uid, event, moved: [], cancelled: [] });
      return uid;
    },
    change: (id, event) => save({ ...find(id), event }),
    remove: (id) => send('DELETE', find(id).url),
    moveOccurrence: (id, originalStart, to) => save({ ...find(id), moved: [...find(id).moved, { originalStart, to }] }),
    cancelOccurrence: (id, originalStart) => save({ ...find(id), cancelled: [...find(id).cancelled, originalStart] }),
  };
};

const invitation = {
  title: 'Consultation',
  start: { dateTime: '2027-03-01T10:00:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2027-03-01T10:30:00', timeZone: 'Europe/Berlin' },
} as const;

/** A calendar file out of lines. */
export const calendarText = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//A calendar program//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');

const textOf = ({ uid, event, moved, cancelled }: Written, email: string): string => {
  const left = cancelled.map((time) => `EXDATE${timeText(time)}`);
  const exceptions = moved.flatMap(({ originalStart, to }) => eventLines({ uid, email, more: [`RECURRENCE-ID${timeText(originalStart)}`] }, to));
  return calendarText(...zones, ...eventLines({ uid, email, more: [...(event.recurrence ?? []), ...left] }, event), ...exceptions);
};

interface AroundEvent {
  readonly uid: string;
  readonly email: string;
  readonly more: readonly string[];
}

const eventLines = ({ uid, email, more }: AroundEvent, event: PlacedEvent): readonly string[] => [
  'BEGIN:VEVENT',
  `UID:${uid}`,
  'DTSTAMP:20270101T000000Z',
  `SUMMARY:${event.title.replaceAll(',', String.raw`\,`)}`,
  `DTSTART${timeText(event.start)}`,
  `DTEND${timeText(event.end)}`,
  `TRANSP:${event.isFree === true ? 'TRANSPARENT' : 'OPAQUE'}`,
  ...(event.response === undefined ? [] : ['ORGANIZER:mailto:host@example.org', `ATTENDEE;PARTSTAT=${answers[event.response]}:mailto:${email}`]),
  ...more,
  'END:VEVENT',
];

const answers = { accepted: 'ACCEPTED', tentative: 'TENTATIVE', declined: 'DECLINED', unanswered: 'NEEDS-ACTION' } as const;

const timeText = (time: CalendarTime): string => {
  if ('date' in time) return `;VALUE=DATE:${time.date.replaceAll('-', '')}`;
  const text = time.dateTime.replaceAll(/[-:]/g, '');
  return time.timeZone === null ? `:${text}` : `;TZID=${time.timeZone}:${text}`;
};

const zone = (
  name: string,
  [standard, daylight]: readonly [string, string],
  [toStandard, toDaylight]: readonly [string, string],
): readonly string[] => [
  'BEGIN:VTIMEZONE',
  `TZID:${name}`,
  'BEGIN:STANDARD',
  'DTSTART:20071104T020000',
  `TZOFFSETFROM:${daylight}`,
  `TZOFFSETTO:${standard}`,
  `RRULE:FREQ=YEARLY;${toStandard}`,
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:20070311T020000',
  `TZOFFSETFROM:${standard}`,
  `TZOFFSETTO:${daylight}`,
  `RRULE:FREQ=YEARLY;${toDaylight}`,
  'END:DAYLIGHT',
  'END:VTIMEZONE',
];

/** The strictest servers want the definition of every zone that is named. */
const zones = [
  ...zone('America/New_York', ['-0500', '-0400'], ['BYMONTH=11;BYDAY=1SU', 'BYMONTH=3;BYDAY=2SU']),
  ...zone('Europe/Berlin', ['+0100', '+0200'], ['BYMONTH=10;BYDAY=-1SU', 'BYMONTH=3;BYDAY=-1SU']),
];
