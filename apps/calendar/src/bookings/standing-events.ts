import { judgeFailure, ProviderError, type CalendarEvent, type RemoteEvent } from '@patchbay/capabilities';
import type { Lease } from '@patchbay/database';
import type { BookingEffects, Place } from '@patchbay/bookings';
import type { Clock } from '@patchbay/service-kit';
import type { EventRow } from './event-row.js';

/** A calendar of an account. */
export interface CalendarPlace extends Place {
  readonly calendarId: string;
}

/** An event, and the calendar that it stands in. */
export interface StandingEvent {
  readonly place: CalendarPlace;
  readonly remote: RemoteEvent;
}

type EventLease = Lease<EventRow>;

/** A calendar that cannot be asked for so long is no reason any more to leave what is wanted undone. Milliseconds. */
const soughtMsMax = 5 * 60_000;

/**
 * Events of bookings that were written before: where we wrote them, or in another calendar of the account, where somebody has moved them perhaps a moment ago.
 * The provider itself is asked: what was read of its calendars may be older than that. In calendars that we did not write them into there may also be the
 * copies of guests, who let others write in their calendars: those bear the same name, and are left alone.
 */
export class StandingEvents {
  constructor(
    private readonly effects: BookingEffects<EventRow, 'calendar'>,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns null when the event stands in no calendar that can be written: somebody removed it by hand.
   * @throws ProviderError also when another calendar cannot be asked, in the first minutes
   */
  async update(lease: EventLease, place: CalendarPlace, event: CalendarEvent): Promise<StandingEvent | null> {
    return (await this.#updateIn(lease, place, event)) ?? this.#inOthers(lease, place, (other) => this.#updateIn(lease, other, event));
  }

  /**
   * @returns where the event stood until now; null when it stands in no calendar that can be written.
   * @throws ProviderError also when another calendar cannot be asked, in the first minutes
   */
  async remove(lease: EventLease, place: CalendarPlace): Promise<CalendarPlace | null> {
    // What was found nowhere, and was told of since, need not be the event.
    const isToldOnly = lease.row.event_id === null && lease.row.written_at !== null;
    const removed = isToldOnly && !(await this.#holds(lease, place)) ? null : await this.#removeFrom(lease, place);
    return removed ?? this.#inOthers(lease, place, (other) => this.#removeFrom(lease, other));
  }

  async #updateIn(lease: EventLease, place: CalendarPlace, event: CalendarEvent): Promise<StandingEvent | null> {
    try {
      return { place, remote: await this.effects.call(lease, place, (calendar, token) => calendar.updateEvent(token, place.calendarId, event)) };
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'not_found') return null;
      throw error;
    }
  }

  async #removeFrom(lease: EventLease, place: CalendarPlace): Promise<CalendarPlace | null> {
    const wasThere = await this.effects.call(lease, place, (calendar, token) => calendar.deleteEvent(token, place.calendarId, lease.row.id));
    return wasThere ? place : null;
  }

  #holds(lease: EventLease, place: CalendarPlace): Promise<boolean> {
    return this.effects.call(lease, place, (calendar, token) => calendar.holdsEvent(token, place.calendarId, lease.row.id));
  }

  /** What `attempt` comes to in the first calendar that holds the event. One that plainly refuses has nothing that we could change. */
  async #inOthers<Result>(
    lease: EventLease,
    place: CalendarPlace,
    attempt: (other: CalendarPlace) => Promise<Result | null>,
  ): Promise<Result | null> {
    let unasked: ProviderError | undefined;
    const ask = async <Answer>(question: Promise<Answer>): Promise<Answer | null> => {
      try {
        return await question;
      } catch (error) {
        if (isRefusal(error)) return null;
        // A token that is refused opens none of them.
        if (!(error instanceof ProviderError) || error.code === 'unauthorized') throw error;
        unasked = error;
        return null;
      }
    };
    const calendars = await ask(this.effects.call(lease, place, (calendar, token) => calendar.listCalendars(token)));
    for (const { id, isWritable } of calendars ?? []) {
      const other = { ...place, calendarId: id };
      if (!isWritable || id === place.calendarId || (await ask(this.#holds(lease, other))) !== true) continue;
      const found = await attempt(other).catch(nothingIfRefused);
      if (found !== null) return found;
    }
    if (unasked !== undefined) await this.#wait(lease, unasked);
    return null;
  }

  /** @throws what a calendar could not be asked for, until that has lasted for minutes */
  async #wait(lease: EventLease, unasked: ProviderError): Promise<void> {
    const now = this.clock();
    const since = lease.row.sought_since;
    if (since === null) await lease.hold({ sought_since: now });
    if (since === null || now.getTime() - since.getTime() < soughtMsMax) throw unasked;
  }
}

const isRefusal = (error: unknown): boolean => error instanceof ProviderError && judgeFailure(error).kind === 'never';

/** @throws what is no refusal: the event stands there, and is not as it is wanted. */
const nothingIfRefused = (error: unknown): null => {
  if (isRefusal(error)) return null;
  throw error;
};
