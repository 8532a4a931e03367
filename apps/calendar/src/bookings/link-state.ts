import type { EventOf, meetingLinkCreated, meetingLinkOmitted } from '@patchbay/contracts';
import type { EventRow } from './bookings.repository.js';

/** An event that says what is known of a booking's meeting link. */
export type LinkEvent = EventOf<typeof meetingLinkCreated> | EventOf<typeof meetingLinkOmitted>;

export type LinkState = Pick<EventRow, 'link_url' | 'link_is_omitted' | 'link_order'>;

/** Takes one more event into account; they may come in any order. @returns null when it changes nothing. */
export function linkAfter(link: LinkState, event: LinkEvent): LinkState | null {
  const order = `${new Date(event.timestamp).toISOString()} ${event.id}`;
  if (order <= link.link_order) return null;
  return event.type === 'meeting_link_created'
    ? { link_url: event.data.join_url, link_is_omitted: false, link_order: order }
    : { link_url: null, link_is_omitted: true, link_order: order };
}

type Waiting = LinkState & Pick<EventRow, 'wanted' | 'is_cancelled' | 'connection_id' | 'link_grace_until'>;

/** When the calendar has to follow: null while nothing is known of the booking itself, after the grace while a link may still come, else now. */
export function dueAt(booking: Waiting, now: Date): Date | null {
  const { wanted, is_cancelled: isCancelled, connection_id: connectionId, link_grace_until: graceUntil } = booking;
  if (isCancelled) return now;
  if (wanted === null) return null;
  const hasStarted = connectionId !== null;
  const knowsLink = wanted.conferencing === 'none' || booking.link_url !== null || booking.link_is_omitted;
  return hasStarted || knowsLink || graceUntil === null || graceUntil < now ? now : graceUntil;
}
