import type { SandboxControl } from '@patchbay/local-stack';
import { request } from 'undici';
import { dayMs, hourMs, lengthMs, type MirroredEvent } from './events.js';

/** Somebody who changes a calendar at its provider, without Patchbay. */
export interface Organiser {
  readonly provider: 'google' | 'outlook' | 'caldav';
  /** Whether single days of a series can be changed. */
  readonly changesDays: boolean;
  /** Puts it there, or makes it what it now is. */
  put(event: MirroredEvent, before?: MirroredEvent): Promise<void>;
  remove(event: MirroredEvent): Promise<void>;
  /** Learns how the provider calls what was put. */
  learn(): Promise<void>;
  /** What the provider calls an event is known: it can be changed. */
  knows(event: MirroredEvent): boolean;
  /** The provider forgets how far anybody had read. */
  forget(): Promise<void>;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const stamp = (ms: number): string => iso(ms).replaceAll(/[-:]|\.\d+/g, '');
const atGoogle = (ms: number) => ({ dateTime: iso(ms), timeZone: 'UTC' });
const times = (start: number) => ({ start: atGoogle(start), end: atGoogle(start + lengthMs) });

/** The provider's ids of events, by their titles. */
class KnownIds {
  #ids: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly sandbox: SandboxControl,
    private readonly fake: string,
    private readonly email: string,
  ) {}

  async learn(): Promise<void> {
    this.#ids = new Map((await this.sandbox.itemsOf(this.fake, this.email)).map(({ title, id }) => [title, id]));
  }

  find(title: string): string | undefined {
    return this.#ids.get(title);
  }

  of({ title }: MirroredEvent): string {
    const id = this.#ids.get(title);
    if (id === undefined) throw new Error(`${title} is not known at ${this.fake}`);
    return id;
  }
}

/** Somebody in front of Google Calendar. */
export function googleOrganiser(sandbox: SandboxControl, email: string): Organiser {
  const ids = new KnownIds(sandbox, 'google', email);
  const begin = (situation: string, input: object) => sandbox.begin('google', situation, { email, ...input });
  const dayOf = (event: MirroredEvent, day: number): string => `${ids.of(event)}_${stamp(event.at + day * dayMs)}`;
  const recurrence = ({ days }: MirroredEvent) => (days === 1 ? {} : { recurrence: [`RRULE:FREQ=DAILY;COUNT=${days}`] });
  return {
    provider: 'google',
    changesDays: true,
    put: async (event, before) => {
      if (before === undefined) return begin('put-event', { event: { summary: event.title, ...times(event.at), ...recurrence(event) } });
      if (event.days === 1) return begin('move-event', { id: ids.of(event), ...times(event.at) });
      for (const day of event.cancelled.filter((each) => !before.cancelled.includes(each))) await begin('remove-event', { id: dayOf(event, day) });
      for (const day of event.moved.filter((each) => !before.moved.includes(each)))
        await begin('move-event', { id: dayOf(event, day), ...times(event.at + day * dayMs + hourMs) });
    },
    remove: (event) => begin('remove-event', { id: ids.of(event) }),
    learn: () => ids.learn(),
    knows: ({ title }) => ids.find(title) !== undefined,
    forget: () => sandbox.begin('google', 'expire-sync-tokens', {}),
  };
}

/** Somebody in front of Outlook. */
export function outlookOrganiser(sandbox: SandboxControl, email: string): Organiser {
  const ids = new KnownIds(sandbox, 'microsoft', email);
  const begin = (situation: string, input: object) => sandbox.begin('microsoft', situation, { email, ...input });
  const wall = (ms: number) => ({ dateTime: iso(ms).slice(0, 'yyyy-mm-ddThh:mm:ss'.length), timeZone: 'UTC' });
  const placed = (at: number) => ({ start: wall(at), end: wall(at + lengthMs) });
  const recurrence = ({ at, days }: MirroredEvent) =>
    days === 1
      ? {}
      : {
          recurrence: {
            pattern: { type: 'daily', interval: 1 },
            range: { type: 'numbered', startDate: iso(at).slice(0, 'yyyy-mm-dd'.length), numberOfOccurrences: days },
          },
        };
  return {
    provider: 'outlook',
    changesDays: false,
    put: (event, before) =>
      before === undefined
        ? begin('put-event', { event: { subject: event.title, ...placed(event.at), ...recurrence(event) } })
        : begin('put-event', { id: ids.of(event), event: placed(event.at) }),
    remove: (event) => begin('remove-event', { id: ids.of(event) }),
    learn: () => ids.learn(),
    knows: ({ title }) => ids.find(title) !== undefined,
    forget: () => sandbox.begin('microsoft', 'forget-sync-states', {}),
  };
}

/** What is typed to open a CalDAV account. */
export interface CaldavLogin {
  readonly server_url: string;
  readonly username: string;
  readonly password: string;
}

/** The calendar that every account of the sandbox's CalDAV server has and can write. */
const writableCalendar = 'work';

/** Somebody with a program that speaks CalDAV; each event is a file. */
export function caldavOrganiser(sandbox: SandboxControl, { server_url: serverUrl, username, password }: CaldavLogin): Organiser {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const handle = username.split('.')[0] ?? username;
  const send = async (method: 'PUT' | 'DELETE', { title }: MirroredEvent, body: string | null): Promise<void> => {
    const url = [serverUrl, 'calendars', handle, writableCalendar, `${title.replaceAll(' ', '-')}.ics`].join('/');
    const answer = await request(url, { method, body, headers: { authorization, ...(body !== null && { 'content-type': 'text/calendar' }) } });
    const said = await answer.body.text();
    if (answer.statusCode > 299) throw new Error(`${method} of ${title} was answered ${answer.statusCode}: ${said.slice(0, 200)}`);
  };
  return {
    provider: 'caldav',
    changesDays: true,
    put: (event) => send('PUT', event, fileOf(event)),
    remove: (event) => send('DELETE', event, null),
    learn: async () => undefined,
    knows: () => true,
    forget: () => sandbox.begin('caldav', 'forget-sync-tokens', {}),
  };
}

function fileOf(event: MirroredEvent): string {
  const { title, at, days, cancelled, moved } = event;
  const uid = title.replaceAll(' ', '-');
  const component = (start: number, ...more: readonly string[]): readonly string[] => [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${stamp(Date.now())}`,
    `SUMMARY:${title}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(start + lengthMs)}`,
    ...more,
    'END:VEVENT',
  ];
  const rule = days === 1 ? [] : [`RRULE:FREQ=DAILY;COUNT=${days}`];
  const left = cancelled.map((day) => `EXDATE:${stamp(at + day * dayMs)}`);
  const exceptions = moved
    .filter((day) => !cancelled.includes(day))
    .flatMap((day) => component(at + day * dayMs + hourMs, `RECURRENCE-ID:${stamp(at + day * dayMs)}`));
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//Chaos//EN', ...component(at, ...rule, ...left), ...exceptions];
  return [...lines, 'END:VCALENDAR', ''].join('\r\n');
}
