import { Inject, Injectable } from '@nestjs/common';
import type { EventDetails, EventWriteOutcome } from '@patchbay/capabilities';
import {
  AppError,
  errorCatalog,
  type CalendarEvent,
  type CalendarEventOutcome,
  type createCalendarEvent,
  type deleteCalendarEvent,
  type getCalendarEvent,
  type InputOf,
  type listCalendarEvents,
  type OutputOf,
  type updateCalendarEvent,
  writeCalendarEvents,
} from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { cursorIn, cursorOf, type EventQuestion } from './event-cursors.js';
import { dependsOnTimes, toChange, toDraft } from './event-drafts.js';
import { isOutcomeUnknown } from './event-failures.js';
import { chooseKey, keyOf } from './event-keys.js';
import { toCalendarEvent } from './event-views.js';
import { OpenCalendars, outcomeFailure, type OpenCalendar } from './open-calendars.js';
import { prepareWrites, type PreparedWrite } from './prepared-writes.js';

const toRead = { kind: 'calendarEvents', otherwise: 'calendar_events_unsupported' } as const;
const toWrite = { kind: 'calendarEvents', otherwise: 'calendar_read_only' } as const;

/** How long events are read before several are written: a third of the time, for a reading may last as long as a writing. Milliseconds. */
const readingMs = 20_000;

/** Shows and changes the events of people's calendars, as they stand at the provider. */
@Injectable()
export class EventsService {
  constructor(
    @Inject(OpenCalendars) private readonly calendars: OpenCalendars,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError as the contract says, also for a cursor of another question */
  async list(user: UserCaller, input: InputOf<typeof listCalendarEvents>): Promise<OutputOf<typeof listCalendarEvents>> {
    const calendar = await this.calendars.open(user, placeOf(input), toRead);
    const { from, to, q: text = null, attendee = null, limit } = input;
    const question: EventQuestion = { calendar: calendar.storedId, from, to, text, attendee };
    const query = { from: new Date(from), to: new Date(to), text, attendee, cursor: cursorIn(question, input.cursor), limit };
    const page = await this.calendars.ask(calendar, { kind: 'calendarEvents', asked: 'list' }, (events, token) =>
      events.listEvents(token, calendar.calendarId, query),
    );
    return { items: page.events.map((event) => shown(event, calendar)), next_cursor: page.cursor === null ? null : cursorOf(question, page.cursor) };
  }

  async get(user: UserCaller, input: InputOf<typeof getCalendarEvent>): Promise<CalendarEvent> {
    const calendar = await this.calendars.open(user, placeOf(input), toRead);
    return shown(await this.#event(calendar, input.event_id), calendar);
  }

  async create(user: UserCaller, input: InputOf<typeof createCalendarEvent>): Promise<CalendarEvent> {
    const calendar = await this.calendars.open(user, placeOf(input), toWrite);
    const { chosen, givenKey } = chooseKey(input.idempotency_key);
    const create = { key: keyOf(calendar, chosen), draft: toDraft(input, calendar) };
    try {
      const created = await this.calendars.write(calendar, 'creation', (events, token) => events.createEvent(token, calendar.calendarId, create));
      return shown(created, calendar);
    } catch (error) {
      if (!isOutcomeUnknown(error) || givenKey === null) throw error;
      throw new AppError(error.code, { ...error.details, idempotency_key: givenKey }, { cause: error.cause });
    }
  }

  async update(user: UserCaller, input: InputOf<typeof updateCalendarEvent>): Promise<CalendarEvent> {
    const calendar = await this.calendars.open(user, placeOf(input), toWrite);
    const existing = dependsOnTimes(input) ? await this.#event(calendar, input.event_id) : null;
    const update = { id: input.event_id, change: toChange(input, calendar, existing) };
    const changed = await this.calendars.write(calendar, 'change', (events, token) => events.updateEvent(token, calendar.calendarId, update));
    return shown(changed, calendar);
  }

  async remove(user: UserCaller, input: InputOf<typeof deleteCalendarEvent>): Promise<null> {
    const calendar = await this.calendars.open(user, placeOf(input), toWrite);
    await this.calendars.write(calendar, 'change', (events, token) => events.deleteEvent(token, calendar.calendarId, input.event_id));
    return null;
  }

  /**
   * What is wrong with one operation is said before any is begun.
   *
   * @throws AppError as the contract says; `deadline_exceeded` when nobody waits any more: nothing is written then
   */
  async write(user: UserCaller, input: InputOf<typeof writeCalendarEvents>): Promise<OutputOf<typeof writeCalendarEvents>> {
    const beganMs = this.clock().getTime();
    const calendar = await this.calendars.open(user, placeOf(input), toWrite);
    const read = (id: string) => this.#event(calendar, id);
    const prepared = await prepareWrites(input.operations, calendar, { read, now: this.clock, until: new Date(beganMs + readingMs) });
    if (this.clock().getTime() >= beganMs + (writeCalendarEvents.deadlineMs ?? Infinity)) throw new AppError('deadline_exceeded');
    const writes = prepared.flatMap((one) => ('write' in one ? [one.write] : []));
    const write = () => this.calendars.write(calendar, 'change', (events, token) => events.writeEvents(token, calendar.calendarId, writes));
    const outcomes = (writes.length === 0 ? [] : await write()).values();
    return { items: prepared.map((one, index) => toOutcome(calendar, { index, prepared: one, outcomes })) };
  }

  #event(calendar: OpenCalendar, id: string): Promise<EventDetails> {
    return this.calendars.ask(calendar, { kind: 'calendarEvents', asked: 'event' }, (events, token) =>
      events.getEvent(token, calendar.calendarId, id),
    );
  }
}

const placeOf = ({ id, calendar_id }: { readonly id: string; readonly calendar_id: string }) => ({ accountId: id, calendarId: calendar_id });

const shown = (event: EventDetails, { calendarId, zone }: OpenCalendar): CalendarEvent => toCalendarEvent(event, { calendarId, calendarZone: zone });

interface SettledOne {
  readonly index: number;
  readonly prepared: PreparedWrite;
  /** Of the writes that were made, in their order. */
  readonly outcomes: Iterator<EventWriteOutcome>;
}

function toOutcome(calendar: OpenCalendar, { index, prepared, outcomes }: SettledOne): CalendarEventOutcome {
  if ('refusal' in prepared) return failed(index, prepared.refusal, null);
  const { write, givenKey } = prepared;
  const next = outcomes.next();
  if (next.done === true) throw new Error('unreachable: every write has an outcome');
  if ('error' in next.value) return failed(index, outcomeFailure(write.kind === 'create' ? 'creation' : 'change', next.value.error), givenKey);
  const { event } = next.value;
  return { index, status: 'succeeded', event: event === null ? null : shown(event, calendar), error: null };
}

function failed(index: number, failure: AppError, givenKey: string | null): CalendarEventOutcome {
  const { code } = failure;
  const error = { code, detail: errorCatalog[code].title };
  const unknown = { outcome: 'unknown' as const, ...(givenKey !== null && { idempotency_key: givenKey }) };
  return { index, status: 'failed', event: null, error: isOutcomeUnknown(failure) ? { ...error, ...unknown } : error };
}
