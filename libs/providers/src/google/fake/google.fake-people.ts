import type { FakeSituation } from '../../_kit/fake-situation.js';
import { fakeSituation, noInput } from '../../_kit/fake-situation.js';
import { z } from 'zod';
import type { GoogleCalendars, StoredCalendar } from '../google.fake-calendars.js';
import { isEventProblem, toEventFields, type EventProblem, type StoredEvent } from '../google.fake-events.js';
import { occurrenceOf } from './google.fake-occurrences.js';

/** An event as somebody writes it by hand, in Google's own fields. */
export interface HandWrittenEvent {
  readonly email: string;
  /** `primary`, or an id. */
  readonly calendarId: string;
  /** An event to change, or an occurrence of a series. A new event where there is none; without it under an id of Google's. */
  readonly id?: string | undefined;
  /** Somebody else whose event it is. */
  readonly invitedBy?: string | undefined;
  readonly event: Readonly<Record<string, unknown>>;
}

/** What people do in Google's own pages, beside every app. */
export interface GooglePeople {
  /** Puts an event into a calendar, or replaces one. Answers its id. */
  putEvent(written: HandWrittenEvent): string;
  /** Changes some fields of an event, as dragging it elsewhere does, or taking it out of the bin. */
  changeEvent(changed: HandWrittenEvent & { readonly id: string }): void;
  removeEvent(event: Pick<HandWrittenEvent, 'email' | 'calendarId'> & { readonly id: string }): void;
  /** Puts an event into another calendar of the same person. */
  moveEvent(event: Pick<HandWrittenEvent, 'email' | 'calendarId'> & { readonly id: string; readonly to: string }): void;
  /** A guest answers the invitation to an event. */
  answer(answer: GuestAnswer): void;
  /** Hides a calendar from the list, or shows it again. */
  hideCalendar(calendar: Pick<HandWrittenEvent, 'email' | 'calendarId'>, isHidden: boolean): void;
}

/** What a guest says to an invitation. */
export interface GuestAnswer extends Pick<HandWrittenEvent, 'email' | 'calendarId'> {
  readonly id: string;
  readonly guest: string;
  readonly response: 'accepted' | 'tentative' | 'declined';
}

/** People in front of these calendars. */
export const googlePeople = (calendars: GoogleCalendars): GooglePeople => ({
  putEvent: ({ email, calendarId, id, invitedBy, event }) => {
    const calendar = found(calendars.find(email, calendarId));
    const write = { calendar, wanted: event, sendUpdates: 'none', keepsConference: true, invitedBy };
    const newId = id ?? `hand${String(calendar.revision).padStart(8, '0')}`;
    if (id === undefined || (calendar.events.get(id) ?? occurrenceOf(calendar, id)) === null)
      return accepted(calendars.insert({ ...write, id: newId })).id;
    return accepted(calendars.change({ ...write, event: eventIn(calendar, id), mode: 'replace' })).id;
  },
  changeEvent: ({ email, calendarId, id, event: wanted }) => {
    const calendar = found(calendars.find(email, calendarId));
    const event = eventIn(calendar, id);
    accepted(calendars.change({ calendar, event, wanted, sendUpdates: 'none', keepsConference: false, mode: 'merge' }));
  },
  removeEvent: ({ email, calendarId, id }) => {
    const calendar = found(calendars.find(email, calendarId));
    calendars.remove(calendar, eventIn(calendar, id), 'none');
  },
  moveEvent: ({ email, calendarId, id, to }) => {
    const calendar = found(calendars.find(email, calendarId));
    calendars.move(calendar, eventIn(calendar, id), found(calendars.find(email, to)));
  },
  hideCalendar: ({ email, calendarId }, isHidden) => {
    found(calendars.find(email, calendarId)).isHidden = isHidden;
  },
  answer: ({ email, calendarId, id, guest, response }) => {
    const calendar = found(calendars.find(email, calendarId));
    const event = eventIn(calendar, id);
    const attendees = (event.fields['attendees'] as readonly { readonly email: string }[]).map((attendee) =>
      attendee.email === guest ? { ...attendee, responseStatus: response } : attendee,
    );
    accepted(calendars.change({ calendar, event, wanted: { attendees }, sendUpdates: 'none', keepsConference: false, mode: 'merge' }));
  },
});

const found = <Thing>(thing: Thing | null): Thing => {
  if (thing === null) throw new Error('unreachable: there is no such calendar or event');
  return thing;
};

const eventIn = (calendar: StoredCalendar, id: string): StoredEvent => found(calendar.events.get(id) ?? occurrenceOf(calendar, id));

const accepted = (result: StoredEvent | EventProblem): StoredEvent => {
  if (isEventProblem(result)) throw new Error(`unreachable: ${result.message}`);
  return result;
};

/** What the situations of the calendars begin. */
export interface CalendarSituations {
  readonly calendars: GoogleCalendars;
  readonly people: GooglePeople;
  expireSyncTokens(): void;
  setEventsPerPageMax(events: number): void;
  readonly now: () => Date;
}

/** What can happen to calendars at Google, for the sandbox. */
export const calendarSituations = (situations: CalendarSituations): readonly FakeSituation[] => [
  fakeSituation({
    name: 'expire-sync-tokens',
    input: noInput,
    buttons: [{ label: 'Forget every sync token', input: {} }],
    begin: () => situations.expireSyncTokens(),
  }),
  fakeSituation({
    name: 'events-per-page',
    input: z.strictObject({ events: z.number().int().min(1).max(2500) }),
    buttons: [
      { label: 'List two events on a page', input: { events: 2 } },
      { label: 'List as many events on a page as asked for', input: { events: 2500 } },
    ],
    begin: ({ events }) => situations.setEventsPerPageMax(events),
  }),
  ...byHand(situations),
];

/** What people do in front of Google's pages. */
const byHand = ({ calendars, people, now }: CalendarSituations): readonly FakeSituation[] => {
  const place = { email: z.string().min(1), calendar_id: z.string().min(1).default('primary') };
  const isThere = ({ email, calendar_id: calendarId, id }: { email: string; calendar_id: string; id?: string | undefined }): boolean => {
    const calendar = calendars.find(email, calendarId);
    return calendar !== null && (id === undefined || calendar.events.has(id) || occurrenceOf(calendar, id) !== null);
  };
  const lunch = () => ({ summary: 'Lunch', start: { dateTime: hoursFrom(now(), 1) }, end: { dateTime: hoursFrom(now(), 2) } });

  return [
    fakeSituation({
      name: 'put-event',
      input: z
        .strictObject({ ...place, id: z.string().optional(), invited_by: z.string().optional(), event: z.looseObject({}).optional() })
        .refine(isThere, 'there is no such calendar or event')
        .refine(({ event }) => event === undefined || !isEventProblem(toEventFields(event, 'UTC')), 'Google would refuse this event'),
      accountButton: 'Put a lunch into the calendar, an hour from now',
      begin: ({ email, calendar_id: calendarId, id, invited_by: invitedBy, event }) => {
        people.putEvent({ email, calendarId, id, invitedBy, event: event ?? lunch() });
      },
    }),
    fakeSituation({
      name: 'move-event',
      input: z
        .strictObject({ ...place, id: z.string(), start: z.looseObject({}), end: z.looseObject({}) })
        .refine(isThere, 'there is no such calendar or event')
        .refine(({ start, end }) => !isEventProblem(toEventFields({ start, end }, 'UTC')), 'Google would refuse these times'),
      begin: ({ email, calendar_id: calendarId, id, start, end }) => people.changeEvent({ email, calendarId, id, event: { start, end } }),
    }),
    fakeSituation({
      name: 'remove-event',
      input: z.strictObject({ ...place, id: z.string() }).refine(isThere, 'there is no such calendar or event'),
      begin: ({ email, calendar_id: calendarId, id }) => people.removeEvent({ email, calendarId, id }),
    }),
  ];
};

const hoursFrom = (now: Date, hours: number): string => new Date(now.getTime() + hours * 3_600_000).toISOString();
