import { randomUUID } from 'node:crypto';
import type { AccessToken } from '../access-token.js';
import type { CalendarEventsCapability, EventDetails, EventDraft, EventPage, EventQuery } from '../calendar-events.js';
import type { CalendarTime, EventResponse } from '../calendar-reading.js';
import type { ProviderSituations } from './situations.js';

/** What a provider's events can do, as far as they differ. */
export interface CalendarEventsTraits {
  /** How many reminders an event can have; where it is one, it pops up. */
  readonly reminders: 'several' | 'one';
  /** True when an event can have the reminders of its calendar, which is not the same as none. */
  readonly hasDefaultReminders: boolean;
  /** True when the provider makes online meetings; else asking for one is `conference_unsupported`. */
  readonly makesConferences: boolean;
  /** True when floating times stay such; else they become times of the calendar's zone. */
  readonly floats: boolean;
  /** True when an account can have a calendar that it may only read. */
  readonly hasReadOnlyCalendars: boolean;
}

/** A calendar account at a running fake, whose calendars are empty. */
export interface CalendarEventsHarness {
  readonly events: CalendarEventsCapability;
  readonly token: AccessToken;
  /** A calendar that can be written. */
  readonly calendarId: string;
  /** A calendar that can only be read; any text where there is none. */
  readonly readOnlyCalendarId: string;
  readonly situations: ProviderSituations;
  /** A guest answers the invitation to an event of `calendarId`. */
  respond(id: string, email: string, response: Exclude<EventResponse, 'unanswered'>): Promise<void> | void;
  stop(): Promise<void>;
}

/** A time on the clock of a zone, of Berlin unless told. */
export const at = (dateTime: string, timeZone: string | null = 'Europe/Berlin'): CalendarTime => ({ dateTime, timeZone });

/** An event of half an hour with one guest; a test mentions only what it is about. */
export const aDraft = (draft: Partial<EventDraft> = {}): EventDraft => ({
  title: 'Consultation',
  description: 'Bring the papers.',
  location: 'Room 5',
  start: at('2027-03-01T10:00:00'),
  end: at('2027-03-01T10:30:00'),
  recurrence: [],
  attendees: [{ email: 'guest@example.com', name: 'Gus Guest', isOptional: false }],
  reminders: null,
  isFree: false,
  visibility: 'default',
  conference: null,
  ...draft,
});

/** Half an hour at ten in New York on four days; the clocks change there before the second one. */
export const aSeries = (draft: Partial<EventDraft> = {}): EventDraft =>
  aDraft({
    title: 'Standup',
    start: at('2027-03-13T10:00:00', 'America/New_York'),
    end: at('2027-03-13T10:30:00', 'America/New_York'),
    recurrence: ['RRULE:FREQ=DAILY;COUNT=4'],
    ...draft,
  });

/** All that a test asks of one calendar. */
export class AskedCalendar {
  constructor(private readonly harness: () => CalendarEventsHarness) {}

  create(draft: EventDraft, key: string = randomUUID()): Promise<EventDetails> {
    const { events, token, calendarId } = this.harness();
    return events.createEvent(token, calendarId, { key, draft });
  }

  get(id: string): Promise<EventDetails> {
    const { events, token, calendarId } = this.harness();
    return events.getEvent(token, calendarId, id);
  }

  update(id: string, change: Partial<EventDraft>): Promise<EventDetails> {
    const { events, token, calendarId } = this.harness();
    return events.updateEvent(token, calendarId, { id, change });
  }

  remove(id: string): Promise<void> {
    const { events, token, calendarId } = this.harness();
    return events.deleteEvent(token, calendarId, id);
  }

  /** One page of March 2027. */
  page(query: Partial<EventQuery> = {}): Promise<EventPage> {
    const { events, token, calendarId } = this.harness();
    const march = { from: new Date('2027-03-01T00:00:00Z'), to: new Date('2027-04-01T00:00:00Z') };
    return events.listEvents(token, calendarId, { ...march, text: null, attendee: null, cursor: null, limit: 50, ...query });
  }

  /** All pages of March 2027. */
  async list(query: Partial<EventQuery> = {}): Promise<readonly EventDetails[]> {
    const found: EventDetails[] = [];
    for (let cursor: string | null = null, count = 0; count < 100; count += 1) {
      const { events, cursor: next }: EventPage = await this.page({ ...query, cursor });
      found.push(...events);
      if (next === null) return found;
      cursor = next;
    }
    throw new Error('the list has no end');
  }

  async titles(query: Partial<EventQuery> = {}): Promise<readonly string[]> {
    return (await this.list(query)).map(({ title }) => title);
  }
}
