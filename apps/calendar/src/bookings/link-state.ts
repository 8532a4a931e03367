import type { EventOf, meetingLinkCreated, meetingLinkOmitted } from '@patchbay/contracts';
import type { EventRow, OtherLink } from './bookings.repository.js';

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

/** The same for the link of somebody who does not organise the booking, as far as is known: the events of two services may overtake each other. */
export function otherLinkAfter(other: OtherLink | null, event: LinkEvent): OtherLink | null {
  const link = linkAfter(other ?? noLink, event);
  return link === null ? null : { user_id: event.data.user_id, ...link };
}

/** What becomes of the link when somebody organises the booking: the one of whoever did before goes with their meeting. */
export function linkOf(row: LinkState & Pick<EventRow, 'user_id' | 'other_link'>, organizerId: string): LinkState {
  if (row.user_id === organizerId) return linkStateOf(row);
  return row.other_link?.user_id === organizerId ? linkStateOf(row.other_link) : noLink;
}

const noLink: LinkState = { link_url: null, link_is_omitted: false, link_order: '' };

const linkStateOf = ({ link_url, link_is_omitted, link_order }: LinkState): LinkState => ({ link_url, link_is_omitted, link_order });

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
