import type { BookingRow } from '@patchbay/bookings';

/** A booking and its event in a calendar. Bound to a connection without an event id: an attempt to write the event may have taken effect. */
export interface EventRow extends BookingRow, LinkState {
  readonly calendar_id: string | null;
  readonly event_id: string | null;
  readonly html_link: string | null;
  readonly link_grace_until: Date | null;
  /** What was told last of the links of those who do not organise the booking, by their ids: perhaps of who soon will. */
  readonly other_links: Readonly<Record<string, LinkState>>;
  /** When our last write was recorded; when it said that the event takes place, and when the event took place before it by what was known. */
  readonly written_at: Date | null;
  readonly written: EventTimes | null;
  readonly written_before: EventTimes | null;
  /** When the event takes place by what was announced last; null while that is as booked. */
  readonly announced: EventTimes | null;
  /** The `wanted_order` whose time was written last; null when the time is to be written, whatever was. */
  readonly timed_order: string | null;
  /** Since when the event is looked for in calendars of its account that cannot all be asked. */
  readonly sought_since: Date | null;
  /** When the event was not there last, to have its link written. */
  readonly link_missed_at: Date | null;
  /** When it was written back within the last hour. */
  readonly restored_at: readonly Date[];
}

/** What is known of the link of the meeting that somebody hosts. */
export interface LinkState {
  readonly link_url: string | null;
  readonly link_is_omitted: boolean;
  readonly link_order: string;
}

/** When an event takes place. Both null: it is gone. */
export interface EventTimes {
  readonly start: string | null;
  readonly end: string | null;
}
