import { randomBytes } from 'node:crypto';
import type { FakeLedger } from '../_kit/fake.js';
import { exceptionsOf } from './fake/google.fake-occurrences.js';
import { eventRange, isEventProblem, mergePatch, toEventFields, withConference, type EventProblem, type StoredEvent } from './google.fake-events.js';

/** One calendar with its events. */
export interface StoredCalendar {
  readonly id: string;
  /** Whose it is. */
  readonly email: string;
  readonly summary: string;
  readonly timeZone: string;
  readonly isPrimary: boolean;
  readonly accessRole: 'owner' | 'reader';
  readonly events: Map<string, StoredEvent>;
  /** Grows with every change; sync tokens are positions in it. */
  revision: number;
  /** Its owner wants it out of the list of Google's page; it goes on as it was. */
  isHidden: boolean;
}

/** What a caller sends to write an event. */
export interface EventWrite {
  readonly calendar: StoredCalendar;
  readonly wanted: Readonly<Record<string, unknown>>;
  readonly sendUpdates: string;
  /** Without it Google ignores `conferenceData`. */
  readonly keepsConference: boolean;
  /** Somebody else whose event it is. */
  readonly invitedBy?: string | undefined;
}

/** Calendars of every account, and the ways to change them. */
export interface GoogleCalendars {
  ofAccount(email: string): readonly StoredCalendar[];
  find(email: string, calendarId: string): StoredCalendar | null;
  insert(write: EventWrite & { readonly id: string }): StoredEvent | EventProblem;
  /** Replaces (`PUT`) or merges (`PATCH`) an event. */
  change(write: EventWrite & { readonly event: StoredEvent; readonly mode: 'replace' | 'merge' }): StoredEvent | EventProblem;
  remove(calendar: StoredCalendar, event: StoredEvent, sendUpdates: string): void;
  /** Puts an event into another calendar of its owner, under the same id. https://developers.google.com/workspace/calendar/api/v3/reference/events/move */
  move(calendar: StoredCalendar, event: StoredEvent, to: StoredCalendar): void;
  reset(): void;
}

/** What calendars work with. */
export interface GoogleCalendarParts {
  readonly now: () => Date;
  readonly ledger: FakeLedger;
  /** Something in a calendar is other than it was. */
  readonly onChange: (calendar: StoredCalendar) => void;
}

/** Creates the calendars. Every account has a calendar of its own, a second one, and one it may only read. */
export const createGoogleCalendars = (parts: GoogleCalendarParts): GoogleCalendars => new Calendars(parts);

class Calendars implements GoogleCalendars {
  private readonly byAccount = new Map<string, readonly StoredCalendar[]>();

  constructor(private readonly parts: GoogleCalendarParts) {}

  ofAccount(email: string): readonly StoredCalendar[] {
    const known = this.byAccount.get(email);
    if (known !== undefined) return known;
    const created = sampleCalendars(email);
    this.byAccount.set(email, created);
    return created;
  }

  find(email: string, calendarId: string): StoredCalendar | null {
    return this.ofAccount(email).find((calendar) => (calendarId === 'primary' ? calendar.isPrimary : calendar.id === calendarId)) ?? null;
  }

  insert({ calendar, wanted, sendUpdates, keepsConference, invitedBy, id }: EventWrite & { readonly id: string }): StoredEvent | EventProblem {
    const fields = toEventFields(keepsConference ? wanted : withoutConference(wanted), calendar.timeZone);
    if (isEventProblem(fields)) return fields;
    const status = wanted['status'] === 'tentative' ? 'tentative' : 'confirmed';
    const created = this.parts.now().toISOString();
    const event = this.store(calendar, {
      id,
      created,
      sequence: 0,
      status,
      creator: invitedBy ?? calendar.email,
      exceptionOf: null,
      fields: withConference(fields, meetingCode()),
    });
    this.record('event.created', calendar, { event, sendUpdates });
    return event;
  }

  change({ calendar, event, wanted, sendUpdates, keepsConference, mode }: Parameters<GoogleCalendars['change']>[0]): StoredEvent | EventProblem {
    const change = keepsConference ? wanted : withoutConference(wanted);
    const kept = keepsConference ? {} : { conferenceData: event.fields['conferenceData'] };
    const merged = mode === 'merge' ? (mergePatch(event.fields, change) as Readonly<Record<string, unknown>>) : { ...kept, ...change };
    const fields = toEventFields(merged, calendar.timeZone);
    if (isEventProblem(fields)) return fields;
    const status = statusAfter(event, wanted['status']);
    const link = fields['conferenceData'] === undefined ? {} : pick(event.fields, 'hangoutLink');
    const sequence = hasMoved(event, fields) ? event.sequence + 1 : event.sequence;
    const changed = this.store(calendar, { ...event, sequence, status, fields: withConference({ ...link, ...fields }, meetingCode()) });
    const isDeleted = status === 'cancelled' && event.status !== 'cancelled';
    if (isDeleted || hasOtherOccurrences(event, changed)) this.dropExceptions(calendar, changed);
    this.record(isDeleted ? 'event.deleted' : 'event.changed', calendar, { event: changed, sendUpdates });
    return changed;
  }

  remove(calendar: StoredCalendar, event: StoredEvent, sendUpdates: string): void {
    const removed = this.store(calendar, { ...event, status: 'cancelled', sequence: event.sequence + 1 });
    this.dropExceptions(calendar, removed);
    this.record('event.deleted', calendar, { event: removed, sendUpdates });
  }

  move(calendar: StoredCalendar, event: StoredEvent, to: StoredCalendar): void {
    this.store(to, event);
    this.store(calendar, { ...event, status: 'cancelled' });
  }

  reset(): void {
    this.byAccount.clear();
  }

  /** Exceptions go with their series, and nobody is told of each; those of a series that has other occurrences now are told of as cancelled. */
  private dropExceptions(calendar: StoredCalendar, series: StoredEvent): void {
    for (const exception of exceptionsOf(calendar, series.id)) {
      const dropped = { ...exception, status: 'cancelled' as const };
      if (series.status === 'cancelled') calendar.events.set(dropped.id, dropped);
      else this.store(calendar, dropped);
    }
  }

  private store(calendar: StoredCalendar, event: Omit<StoredEvent, 'revision' | 'updated'>): StoredEvent {
    calendar.revision += 1;
    const stored = { ...event, updated: this.parts.now().toISOString(), revision: calendar.revision };
    calendar.events.set(event.id, stored);
    this.parts.onChange(calendar);
    return stored;
  }

  private record(kind: string, calendar: StoredCalendar, { event, sendUpdates }: { event: StoredEvent; sendUpdates: string }): void {
    const { start, end, summary, description, attendees, location, extendedProperties } = event.fields;
    const content = { summary, description, start, end, attendees, location, extendedProperties, status: event.status };
    const details = { calendar_id: calendar.id, ...content, send_updates: sendUpdates };
    this.parts.ledger.record({ provider: 'google', kind, id: event.id, key: markerOf(event), account: calendar.email, details });
  }
}

const sampleCalendars = (email: string): readonly StoredCalendar[] => {
  const name = email.replace('@', '-at-').replace(/[^a-z0-9-]/g, '-');
  const calendar = (id: string, summary: string, accessRole: 'owner' | 'reader'): StoredCalendar => ({
    id,
    email,
    summary,
    timeZone: 'Europe/Berlin',
    isPrimary: id === email,
    accessRole,
    events: new Map(),
    revision: 0,
    isHidden: false,
  });
  return [
    calendar(email, email, 'owner'),
    calendar(`${name}-work@group.calendar.google.com`, 'Work', 'owner'),
    calendar(`${name}-holidays@group.v.calendar.google.com`, 'Holidays', 'reader'),
  ];
};

/** Google moves the sequence when guests have to be told again. */
const hasMoved = (event: StoredEvent, fields: Readonly<Record<string, unknown>>): boolean => {
  const before = eventRange(event);
  const after = eventRange({ ...event, fields });
  return before.startMs !== after.startMs || before.endMs !== after.endMs || event.fields['location'] !== fields['location'];
};

const hasOtherOccurrences = (before: StoredEvent, after: StoredEvent): boolean =>
  eventRange(before).startMs !== eventRange(after).startMs || String(before.fields['recurrence']) !== String(after.fields['recurrence']);

const statusAfter = (event: StoredEvent, wanted: unknown): StoredEvent['status'] =>
  wanted === 'confirmed' || wanted === 'tentative' || wanted === 'cancelled' ? wanted : event.status;

const withoutConference = ({ conferenceData: _, ...wanted }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => wanted;

const pick = (fields: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> =>
  fields[name] === undefined ? {} : { [name]: fields[name] };

/** What the app wrote to find its event again: private properties, else the id it chose. */
const markerOf = ({ id, fields }: StoredEvent): string => {
  const properties = fields['extendedProperties'] as { readonly private?: Readonly<Record<string, string>> } | undefined;
  return properties?.private === undefined
    ? id
    : Object.entries(properties.private)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
};

const meetingCode = (): string => {
  const letters = [...randomBytes(10)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
  return `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}`;
};
