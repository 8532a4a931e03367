import { Inject, Injectable } from '@nestjs/common';
import type { EventDetails, EventWrite, EventWriteOutcome } from '@patchbay/capabilities';
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
  type writeCalendarEvents,
} from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import { cursorIn, cursorOf, type EventQuestion } from './event-cursors.js';
import { dependsOnTimes, toChange, toDraft } from './event-drafts.js';
import { toCalendarEvent } from './event-views.js';
import { OpenCalendars, outcomeFailure, type OpenCalendar } from './open-calendars.js';

const toRead = { kind: 'calendarEvents', otherwise: 'calendar_events_unsupported' } as const;
const toWrite = { kind: 'calendarEvents', otherwise: 'calendar_read_only' } as const;

type Operation = InputOf<typeof writeCalendarEvents>['operations'][number];

/** Shows and changes the events of people's calendars, as they stand at the provider. */
@Injectable()
export class EventsService {
  constructor(@Inject(OpenCalendars) private readonly calendars: OpenCalendars) {}

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
    const create = { key: keyOf(calendar, input.idempotency_key), draft: toDraft(input, calendar.zone) };
    const created = await this.calendars.write(calendar, 'creation', (events, token) => events.createEvent(token, calendar.calendarId, create));
    return shown(created, calendar);
  }

  async update(user: UserCaller, input: InputOf<typeof updateCalendarEvent>): Promise<CalendarEvent> {
    const calendar = await this.calendars.open(user, placeOf(input), toWrite);
    const existing = dependsOnTimes(input) ? await this.#event(calendar, input.event_id) : null;
    const update = { id: input.event_id, change: toChange(input, calendar.zone, existing) };
    const changed = await this.calendars.write(calendar, 'change', (events, token) => events.updateEvent(token, calendar.calendarId, update));
    return shown(changed, calendar);
  }

  async remove(user: UserCaller, input: InputOf<typeof deleteCalendarEvent>): Promise<null> {
    const calendar = await this.calendars.open(user, placeOf(input), toWrite);
    await this.calendars.write(calendar, 'change', (events, token) => events.deleteEvent(token, calendar.calendarId, input.event_id));
    return null;
  }

  /** What is wrong with one operation is said before any is begun. */
  async write(user: UserCaller, input: InputOf<typeof writeCalendarEvents>): Promise<OutputOf<typeof writeCalendarEvents>> {
    const calendar = await this.calendars.open(user, placeOf(input), toWrite);
    const writes: EventWrite[] = [];
    for (const [index, operation] of input.operations.entries()) writes.push(await this.#writeOf(calendar, operation, index));
    const outcomes = await this.calendars.write(calendar, 'change', (events, token) => events.writeEvents(token, calendar.calendarId, writes));
    return { items: writes.map((write, index) => toOutcome(calendar, { write, index, outcome: outcomes[index] })) };
  }

  #event(calendar: OpenCalendar, id: string): Promise<EventDetails> {
    return this.calendars.ask(calendar, { kind: 'calendarEvents', asked: 'event' }, (events, token) =>
      events.getEvent(token, calendar.calendarId, id),
    );
  }

  async #writeOf(calendar: OpenCalendar, operation: Operation, index: number): Promise<EventWrite> {
    if (operation.operation === 'delete') return { kind: 'delete', id: operation.event_id };
    try {
      if (operation.operation === 'create')
        return { kind: 'create', key: keyOf(calendar, operation.idempotency_key), draft: toDraft(operation.event, calendar.zone) };
      const existing = dependsOnTimes(operation.event) ? await this.#event(calendar, operation.event_id) : null;
      return { kind: 'update', id: operation.event_id, change: toChange(operation.event, calendar.zone, existing) };
    } catch (error) {
      throw inOperation(error, index);
    }
  }
}

const placeOf = ({ id, calendar_id }: { readonly id: string; readonly calendar_id: string }) => ({ accountId: id, calendarId: calendar_id });

const shown = (event: EventDetails, { calendarId, zone }: OpenCalendar): CalendarEvent => toCalendarEvent(event, { calendarId, calendarZone: zone });

/** Keys are made of what people choose, so that nobody can name an event of a booking, or one of another account. */
const keyOf = ({ accountId, storedId }: OpenCalendar, chosen: string | undefined): string =>
  chosen === undefined ? uuidv4() : uuidv5(`${storedId} ${chosen}`, accountId);

/** Names the fields at fault as they were sent. */
function inOperation(error: unknown, index: number): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code !== 'request_invalid') return new AppError(error.code, { ...error.details, operation: index }, { cause: error });
  const details = Object.entries(error.details).map(([field, fault]) => [`operations.${index}.event.${field}`, fault]);
  return new AppError('request_invalid', Object.fromEntries(details), { cause: error });
}

interface WrittenOne {
  readonly write: EventWrite;
  readonly index: number;
  readonly outcome: EventWriteOutcome | undefined;
}

function toOutcome(calendar: OpenCalendar, { write, index, outcome }: WrittenOne): CalendarEventOutcome {
  if (outcome === undefined) throw new Error('unreachable: every write has an outcome');
  if ('event' in outcome) {
    const { event } = outcome;
    return { index, status: 'succeeded', event: event === null ? null : shown(event, calendar), error: null };
  }
  const { code } = outcomeFailure(write.kind === 'create' ? 'creation' : 'change', outcome.error);
  return { index, status: 'failed', event: null, error: { code, detail: errorCatalog[code].title } };
}
