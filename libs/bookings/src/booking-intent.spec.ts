import { bookingCancelled, bookingCreated, bookingRescheduled, type Booking } from '@patchbay/contracts';
import { intentAfter, intentAfterMove, noIntent, type BookingEvent, type BookingIntent } from './booking-intent.js';

const [example] = bookingCreated.examples;
const booking = bookingCreated.data.parse(example);
const at = (startTime: string): Booking => ({ ...booking, start_time: startTime, end_time: '2026-12-31T10:00:00Z' });
const envelope = { version: 1, tenant_id: 'default' };

const created: BookingEvent = {
  ...envelope,
  id: 'a',
  type: bookingCreated.type,
  timestamp: '2026-11-21T10:00:00Z',
  data: at('2026-12-01T10:00:00Z'),
};
const moved = (id: string, timestamp: string, startTime: string): BookingEvent => ({
  ...envelope,
  id,
  type: bookingRescheduled.type,
  timestamp,
  data: { ...at(startTime), previous_start_time: booking.start_time, previous_end_time: booking.end_time },
});
const first = moved('b', '2026-11-21T11:00:00Z', '2026-12-02T10:00:00Z');
/** The same instant, written with another offset. */
const second = moved('c', '2026-11-21T14:00:00+02:00', '2026-12-03T10:00:00Z');
const cancelled: BookingEvent = {
  ...envelope,
  id: 'd',
  type: bookingCancelled.type,
  timestamp: '2026-11-21T10:30:00Z',
  data: { booking_id: booking.booking_id, organizer: booking.organizer },
};

const permutations = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items.length < 2 ? [items] : items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
const after = (events: readonly BookingEvent[]): BookingIntent =>
  events.reduce<BookingIntent>((intent, event) => intentAfter(intent, event) ?? intent, noIntent);

describe('intentAfter', () => {
  it.each(permutations([created, first, second, second, created]))('ends in the newest state, whatever the order of arrival', (...events) => {
    expect(after(events)).toMatchObject({ is_cancelled: false, wanted: { start_time: '2026-12-03T10:00:00Z' } });
  });

  it.each(permutations([created, first, cancelled, second]))('ends in the cancellation, whatever came before or after it', (...events) => {
    expect(after(events).is_cancelled).toBe(true);
  });

  it('takes the move for the newer one when a booking was created in the same instant', () => {
    const sameInstant = { ...first, timestamp: created.timestamp };

    for (const events of permutations([created, sameInstant])) expect(after(events).wanted?.start_time).toBe('2026-12-02T10:00:00Z');
  });

  it('says that a repeated or older event changes nothing', () => {
    const intent = after([created, first]);

    expect([intentAfter(intent, first), intentAfter(intent, created)]).toEqual([null, null]);
  });

  it('keeps the booking itself, without what is only about the move', () => {
    expect(after([first]).wanted).not.toHaveProperty('previous_start_time');
  });
});

describe('a booking whose event somebody moves in a calendar', () => {
  const known = intentAfter(noIntent, first) ?? noIntent;
  const move = { id: 'm', timestamp: '2026-11-21T11:30:00Z', start_time: '2026-12-05T10:00:00Z', end_time: '2026-12-05T11:00:00Z' };
  const followed = intentAfterMove(known, move);

  it('takes place then, and is otherwise as it was', () => {
    const { start_time, end_time } = move;

    expect(followed?.wanted).toEqual({ ...known.wanted, start_time, end_time });
  });

  it('goes where the product says later, and stays when that is older news', () => {
    expect(intentAfter(followed ?? noIntent, second)?.wanted?.start_time).toBe('2026-12-03T10:00:00Z');
    expect(intentAfter(followed ?? noIntent, created)).toBeNull();
    expect(intentAfterMove(intentAfter(known, second) ?? noIntent, move)).toBeNull();
  });

  it('does not follow when it is cancelled, not known, or would take no time', () => {
    expect(intentAfterMove({ ...known, is_cancelled: true }, move)).toBeNull();
    expect(intentAfterMove(noIntent, move)).toBeNull();
    expect(intentAfterMove(known, { ...move, end_time: move.start_time })).toBeNull();
  });
});
