import type { Clock, Logger } from '@patchbay/service-kit';
import type { BookingRow, BookingRows } from './booking-rows.js';

const dayMs = 24 * 60 * 60_000;
/** How long a booking is kept after its end: more than a year, so that one of the same week last year can still be looked up. Milliseconds. */
const keptMs = 400 * dayMs;
const hourMs = 60 * 60_000;
/** Soon after the start, too, for a service may never run for an hour; not at once, when it has other things to do. Milliseconds. */
const firstMs = 5 * 60_000;

/** What {@link forgetHourly} works with. */
export interface RetentionParts {
  readonly bookings: Pick<BookingRows<BookingRow>, 'forget'>;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Forgets hourly the bookings that ended long ago. Replicas may do it at once. @returns what stops it. */
export function forgetHourly({ bookings, log, clock }: RetentionParts): () => void {
  const sweep = (): void => {
    const before = new Date(clock().getTime() - keptMs);
    void bookings.forget(before).catch((error: unknown) => log.warn({ err: error }, 'a sweep failed'));
  };
  const first = setTimeout(sweep, firstMs).unref();
  const timer = setInterval(sweep, hourMs).unref();
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}
