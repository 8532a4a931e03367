import type { Booking, bookingCancelled, bookingCreated, bookingRescheduled, EventOf } from '@patchbay/contracts';

/** An event that says what shall become of a booking. */
export type BookingEvent = EventOf<typeof bookingCreated> | EventOf<typeof bookingRescheduled> | EventOf<typeof bookingCancelled>;

/** What is wanted of a booking, as far as its events have told. */
export interface BookingIntent {
  /** The booking whole, as it shall be; null while only its cancellation is known. */
  readonly wanted: Booking | null;
  /** The place of the event that `wanted` comes from among all events of the booking. */
  readonly wanted_order: string;
  /** Final: no later event brings the booking back. */
  readonly is_cancelled: boolean;
}

/** Before any event. */
export const noIntent: BookingIntent = { wanted: null, wanted_order: '', is_cancelled: false };

/**
 * Takes one more event into account. Events may come in any order and any number of times: the end is the same.
 *
 * @returns null when the event changes nothing.
 */
export function intentAfter(intent: BookingIntent, event: BookingEvent): BookingIntent | null {
  if (intent.is_cancelled) return null;
  if (event.type === 'booking_cancelled') return { ...intent, is_cancelled: true };
  const order = orderOf(event);
  return order > intent.wanted_order ? { wanted: wholeBooking(event.data), wanted_order: order, is_cancelled: false } : null;
}

/** A booking was moved by whoever has its event in their calendar. */
export interface BookingMove {
  /** Of the event that tells of it. */
  readonly id: string;
  readonly timestamp: string;
  readonly start_time: string;
  readonly end_time: string;
}

/**
 * Takes into account that a booking was moved in a calendar, at its place among the events of the booking.
 *
 * @returns null when that changes nothing: the product said something newer, or the booking is not known.
 */
export function intentAfterMove(intent: BookingIntent, { id, timestamp, start_time, end_time }: BookingMove): BookingIntent | null {
  if (intent.is_cancelled || intent.wanted === null || Date.parse(end_time) <= Date.parse(start_time)) return null;
  const order = orderOf({ id, timestamp, type: 'booking_rescheduled' });
  return order > intent.wanted_order ? { wanted: { ...intent.wanted, start_time, end_time }, wanted_order: order, is_cancelled: false } : null;
}

/** Text that sorts as the events happened. Two of the same instant: a booking is created before it moves; beyond that any order will do, if it is always the same. */
const orderOf = ({ id, type, timestamp }: Pick<BookingEvent, 'id' | 'type' | 'timestamp'>): string =>
  `${new Date(timestamp).toISOString()} ${type === 'booking_created' ? 'created' : 'moved'} ${id}`;

function wholeBooking(data: Booking & { readonly previous_start_time?: string; readonly previous_end_time?: string }): Booking {
  const { previous_start_time: _start, previous_end_time: _end, ...booking } = data;
  return booking;
}
