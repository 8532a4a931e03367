import type { BookingChange } from '@patchbay/contracts';
import type { EventTimes } from '../bookings/event-row.js';
import { gone, isSameTime } from './told-change.js';

/** What was told of a booking's event. */
export interface Telling {
  readonly standing: EventTimes;
  /** When the reading began that told it. */
  readonly since: Date;
  /** Nobody told that it is gone: it was only not there when everything was read. */
  readonly isMissing: boolean;
}

/** A reading at its end. */
interface JudgingReading {
  /** When it began. */
  readonly readAt: Date;
  /** It read everything anew. */
  readonly isFull: boolean;
}

/** What is known of the booking. */
export interface BookedEvent {
  readonly booked: EventTimes;
  /** When our last write was recorded; null when that was not noted. */
  readonly writtenAt: Date | null;
  /** Where the event stood before our last write, by what we knew. */
  readonly writtenBefore: EventTimes | null;
  /** Where it stands by what was announced last; null where it is as booked. */
  readonly announced: EventTimes | null;
}

/** What a telling means. */
export type TellingVerdict =
  /** It may be of before our last write, or an incomplete answer: whether it still holds is seen later. */
  | { readonly kind: 'later' }
  /** The event is where it was known to be. */
  | { readonly kind: 'known' }
  | { readonly kind: 'change'; readonly change: BookingChange; readonly previous: EventTimes };

/** A provider may tell for as long what stood there before a write. Milliseconds. */
export const echoMs = 60_000;

/** An answer that should have told everything may leave something out; one so much later does not leave out the same. Milliseconds. */
export const missingMs = 10 * 60_000;

/**
 * Decides whether somebody changed the event of a booking. Nothing of ours is on its way to it.
 */
export function judgeTelling({ standing, since, isMissing }: Telling, event: BookedEvent, { readAt, isFull }: JudgingReading): TellingVerdict {
  const { booked, writtenAt, writtenBefore, announced } = event;
  if (isSameTime(standing, booked)) return announced === null ? { kind: 'known' } : { kind: 'change', change: 'restored', previous: announced };
  const isBefore = writtenAt !== null && since < writtenAt;
  const isEcho =
    writtenAt !== null && writtenBefore !== null && isSameTime(standing, writtenBefore) && since.getTime() < writtenAt.getTime() + echoMs;
  // What is still the last word long after our write came after it.
  const isSettled = writtenAt === null || readAt.getTime() >= writtenAt.getTime() + echoMs;
  if ((isBefore || isEcho) && !isSettled) return { kind: 'later' };
  const known = announced ?? booked;
  if (isSameTime(standing, known)) return { kind: 'known' };
  if (isMissing && !(isFull && readAt.getTime() >= since.getTime() + missingMs)) return { kind: 'later' };
  return { kind: 'change', change: isSameTime(standing, gone) ? 'deleted' : 'moved', previous: known };
}
