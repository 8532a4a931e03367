import type { EventOf, meetingLinkCreated, meetingLinkOmitted } from '@patchbay/contracts';
import type { EventRow, LinkState } from './event-row.js';

/** An event that says what is known of a booking's meeting link. */
export type LinkEvent = EventOf<typeof meetingLinkCreated> | EventOf<typeof meetingLinkOmitted>;

type Linked = LinkState & Pick<EventRow, 'user_id' | 'wanted' | 'other_links'>;
type Links = Pick<EventRow, keyof LinkState | 'other_links'>;

/** Takes one more event into account; they may come in any order. @returns null when it changes nothing. */
export function linkAfter(link: LinkState, event: LinkEvent): LinkState | null {
  const order = `${new Date(event.timestamp).toISOString()} ${event.id}`;
  if (order <= link.link_order) return null;
  return event.type === 'meeting_link_created'
    ? { link_url: event.data.join_url, link_is_omitted: false, link_order: order }
    : { link_url: null, link_is_omitted: true, link_order: order };
}

/** The links of a booking when it gets another organiser, or goes on with the one it has. */
export function linksAfter(row: Linked, { organizerId, since }: { readonly organizerId: string; readonly since: string }): Links {
  if (row.user_id === organizerId) return { ...linkStateOf(row), other_links: row.other_links };
  const { [organizerId]: link = noLink, ...others } = row.other_links;
  return { ...link, other_links: { ...others, [row.user_id]: linkLeft(row, since) } };
}

/**
 * What is kept of the link of whoever was the organiser. What was told of it before the booking was given away goes with their meeting, lest it comes back with
 * them; what was told since is of the meeting that they have when they organise it again: the events of two services may overtake each other.
 */
const linkLeft = (row: Linked, since: string): LinkState =>
  row.wanted !== null && row.link_order < since ? { ...noLink, link_order: row.link_order } : linkStateOf(row);

/** Before anything was told. */
export const noLink: LinkState = { link_url: null, link_is_omitted: false, link_order: '' };

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
