import { z } from 'zod';
import { fakeSituation, noInput, type FakeSituation } from '../../_kit/fake-situation.js';
import type { OutlookCalendars, StoredCalendar } from './outlook.fake-calendars.js';
import { dayWithId, writtenEvent, type StoredEvent } from './outlook.fake-events.js';

/** What people, and Exchange, can do to Outlook's calendars without us. */
export interface OutlookSituations {
  readonly calendars: OutlookCalendars;
  readonly now: () => Date;
  forgetSyncStates(): void;
  limitPages(limits: { readonly pageMax: number; readonly spreadsSeries: boolean }): void;
  setTeams(hasTeams: boolean): void;
  throttleBatches(count: number): void;
}

/** The situations of Outlook's calendars, for the sandbox. */
export const outlookSituations = (outlook: OutlookSituations): readonly FakeSituation[] => [
  fakeSituation({
    name: 'forget-sync-states',
    input: noInput,
    buttons: [{ label: 'Forget the state behind every delta token', input: {} }],
    begin: () => outlook.forgetSyncStates(),
  }),
  fakeSituation({
    name: 'limit-pages',
    input: z.strictObject({ page_max: z.int().min(1).max(500), spreads_series: z.boolean().default(false) }),
    buttons: [
      { label: 'Hand out pages of two events', input: { page_max: 2 } },
      { label: 'Hand out pages of any size', input: { page_max: 500 } },
    ],
    begin: ({ page_max: pageMax, spreads_series: spreadsSeries }) => outlook.limitPages({ pageMax, spreadsSeries }),
  }),
  fakeSituation({
    name: 'set-teams',
    input: z.strictObject({ has_teams: z.boolean() }),
    buttons: [
      { label: 'Make calendars those of personal accounts, without Teams', input: { has_teams: false } },
      { label: 'Let events have Teams meetings', input: { has_teams: true } },
    ],
    begin: ({ has_teams: hasTeams }) => outlook.setTeams(hasTeams),
  }),
  fakeSituation({
    name: 'throttle-batches',
    input: z.strictObject({ count: z.int().min(0).max(1_000) }),
    buttons: [{ label: 'Refuse the next five requests inside of batches', input: { count: 5 } }],
    begin: ({ count }) => outlook.throttleBatches(count),
  }),
  ...byHand(outlook),
];

const place = { email: z.string().min(1), calendar_id: z.string().optional() };

interface Place {
  readonly email: string;
  readonly calendar_id?: string | undefined;
  readonly id?: string | undefined;
}

const byHand = ({ calendars, now }: OutlookSituations): readonly FakeSituation[] => {
  const calendarAt = ({ email, calendar_id: id }: Place): StoredCalendar | undefined =>
    calendars.ofAccount(email).find((calendar) => (id === undefined ? calendar.isDefault : calendar.id === id));
  const foundAt = (where: Place): FoundByHand | undefined => findEvent(calendarAt(where), where.id);
  return [
    fakeSituation({
      name: 'put-event',
      input: z
        .strictObject({ ...place, id: z.string().optional(), event: writtenEvent.partial().optional() })
        .refine(
          (where) => calendarAt(where) !== undefined && (where.id === undefined || foundAt(where) !== undefined),
          'there is no such calendar or event',
        )
        .refine(
          ({ id, event }) => id !== undefined || event === undefined || (event.start !== undefined && event.end !== undefined),
          'an event has times',
        ),
      accountButton: 'Put a lunch into the calendar, an hour from now',
      begin: ({ event, ...where }) => {
        const calendar = calendarAt(where);
        const found = foundAt(where);
        const fields = { ...(found === undefined ? lunch(now()) : {}), ...definedOf(event ?? {}) };
        if (found === undefined && calendar !== undefined) calendars.add(calendar, { ...lunch(now()), ...fields });
        if (found !== undefined && found.date === null) calendars.change(found, fields);
        if (found !== undefined && found.date !== null) calendars.except(found, found.date, fields);
      },
    }),
    fakeSituation({
      name: 'remove-event',
      input: z.strictObject({ ...place, id: z.string() }).refine((where) => foundAt(where) !== undefined, 'there is no such calendar or event'),
      begin: (where) => {
        const found = foundAt(where);
        if (found === undefined) return;
        if (found.date === null) calendars.remove(found);
        else calendars.except(found, found.date, 'deleted');
      },
    }),
  ];
};

/** An event, or with its day one occurrence of a series. */
interface FoundByHand {
  readonly calendar: StoredCalendar;
  readonly event: StoredEvent;
  readonly date: string | null;
}

const findEvent = (calendar: StoredCalendar | undefined, id: string | undefined): FoundByHand | undefined => {
  if (calendar === undefined || id === undefined) return undefined;
  for (const event of calendar.events.values()) {
    if (event.isRemoved) continue;
    const date = event.id === id ? null : dayWithId(event, id);
    if (event.id === id || date !== null) return { calendar, event, date };
  }
  return undefined;
};

/** Without what was left out, which is no change. */
const definedOf = <T extends object>(fields: T): { readonly [Name in keyof T]: Exclude<T[Name], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [Name in keyof T]: Exclude<T[Name], undefined>;
  };

const lunch = (now: Date) => ({
  subject: 'Lunch',
  start: { dateTime: hoursFrom(now, 1), timeZone: 'UTC' },
  end: { dateTime: hoursFrom(now, 2), timeZone: 'UTC' },
});

const hoursFrom = (now: Date, hours: number): string =>
  new Date(now.getTime() + hours * 3_600_000).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
