import { ProviderError, type CalendarEvent, type RemoteEvent } from '@patchbay/capabilities';
import type { Lease } from '@patchbay/database';
import type { BookingEffects, Place } from '@patchbay/bookings';
import type { EventRow } from './bookings.repository.js';

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

/**
 * Events of bookings that were written before: where we wrote them, or in another calendar of the account, where somebody has moved them perhaps a moment ago.
 * The provider itself is asked: what was read of its calendars may be older than that.
 */
export class StandingEvents {
  constructor(private readonly effects: BookingEffects<EventRow, 'calendar'>) {}

  /** @returns null when the event stands in no calendar that can be written: somebody removed it by hand. */
  async update(lease: EventLease, place: CalendarPlace, event: CalendarEvent): Promise<StandingEvent | null> {
    return (await this.#updateIn(lease, place, event)) ?? this.#inOthers(lease, place, (other) => this.#updateIn(lease, other, event));
  }

  /** @returns where the event stood until now; null when it stands in no calendar that can be written. */
  async remove(lease: EventLease, place: CalendarPlace): Promise<CalendarPlace | null> {
    return (await this.#removeFrom(lease, place)) ?? this.#inOthers(lease, place, (other) => this.#removeFrom(lease, other));
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

  /** What `attempt` comes to in the first calendar where it comes to anything. One that plainly refuses has nothing that we could change. */
  async #inOthers<Result>(
    lease: EventLease,
    place: CalendarPlace,
    attempt: (other: CalendarPlace) => Promise<Result | null>,
  ): Promise<Result | null> {
    const calendars = await this.effects.call(lease, place, (calendar, token) => calendar.listCalendars(token)).catch(nothingIfRefused);
    for (const { id, isWritable } of calendars ?? []) {
      if (!isWritable || id === place.calendarId) continue;
      const found = await attempt({ ...place, calendarId: id }).catch(nothingIfRefused);
      if (found !== null) return found;
    }
    return null;
  }
}

const refusals: readonly ProviderError['code'][] = ['not_found', 'forbidden', 'invalid_request'];

/** @throws what is no refusal: nobody knows then whether the event stands there. */
const nothingIfRefused = (error: unknown): null => {
  if (error instanceof ProviderError && refusals.includes(error.code) && !error.outcomeUnknown) return null;
  throw error;
};
