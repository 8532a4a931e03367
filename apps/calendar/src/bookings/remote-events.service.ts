import { Inject, Injectable } from '@nestjs/common';
import { judgeFailure, type CalendarEvent, type FailureVerdict } from '@patchbay/capabilities';
import { calendarEventCreated, calendarEventDeleted, calendarEventUpdated, type Booking } from '@patchbay/contracts';
import { Database, type ColumnValues, type Lease } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { announceStep, BookingEffects, idsOf, isMadeNowhere, isOffered, mustReconnect, placeOf, PROVIDERS } from '@patchbay/bookings';
import { AccessTokens, CLOCK, type Clock } from '@patchbay/service-kit';
import { AccountsRepository, type CalendarAccountRow } from '../accounts/accounts.repository.js';
import { accountForBookings } from '../accounts/default-account.js';
import { NoticesRepository } from '../push/notices.repository.js';
import { CalendarsRepository } from '../sync/calendars.repository.js';
import { BookingsRepository } from './bookings.repository.js';
import type { EventRow } from './event-row.js';
import { StandingEvents, type CalendarPlace, type StandingEvent } from './standing-events.js';

type EventLease = Lease<EventRow>;

/** What a write came to. */
interface WrittenEvent extends StandingEvent {
  readonly isNew: boolean;
  readonly event: CalendarEvent;
}

/**
 * So soon what was written is read back, also where the provider does not call: an event that somebody deletes before it was ever read would go unseen.
 * What the provider itself tells of the write comes meanwhile. Milliseconds.
 */
const readBackMs = 1_000;

const noEvent = { event_id: null, html_link: null };
const nowhere = { connection_id: null, provider: null, calendar_id: null, ...noEvent };

/** Keeps the calendar events of bookings: whatever was wanted last, once, however often an attempt is cut short. The row's id names the event. */
@Injectable()
export class RemoteEventsService {
  readonly #effects: BookingEffects<EventRow, 'calendar'>;
  readonly #standing: StandingEvents;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountsRepository) private readonly accounts: AccountsRepository,
    @Inject(AccessTokens) tokens: AccessTokens,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(NoticesRepository) private readonly notices: NoticesRepository,
    @Inject(BookingsRepository) private readonly bookings: BookingsRepository,
    @Inject(CalendarsRepository) private readonly calendars: CalendarsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#effects = new BookingEffects({ database, tokens, providers, clock }, { capability: 'calendar', effect: 'the calendar event' });
    this.#standing = new StandingEvents(this.#effects, clock);
  }

  async bringAbout(lease: EventLease): Promise<void> {
    const { wanted, is_cancelled: isCancelled } = lease.row;
    const bound = calendarOf(lease.row);
    if (isCancelled || wanted === null) return this.#remove(lease, bound);
    const place = bound ?? (await this.#choose(lease));
    if (place !== null) await this.#write(lease, place, wanted);
  }

  async #remove(lease: EventLease, place: CalendarPlace | null): Promise<void> {
    const { row } = lease;
    let stood: CalendarPlace | null;
    try {
      stood = place === null ? null : await this.#standing.remove(lease, place);
    } catch (error) {
      return this.#effects.fail(lease, { verdict: judgeFailure(error), place });
    }
    // Bound to its account still when it was not seen to go: should a reading tell of it, it goes then.
    await this.#effects.done(lease, { ...(stood === null && place !== null ? noEvent : nowhere), sought_since: null }, async (tx) => {
      if (place === null) return;
      // Its owner is busy for as long as nobody has read that it is gone.
      await this.notices.addOf(tx, stood ?? place, new Date(this.clock().getTime() + readBackMs));
      if (row.event_id === null) return;
      tx.outbox.add(calendarEventDeleted, { ...calendarIdsOf(row, place), event_id: row.event_id }, { tenantId: row.tenant_id });
      const provider = this.#effects.acting(place.provider);
      announceStep(tx, row, { type: 'calendar_event_deleted', provider, message: `${provider.displayName} removed the calendar event.` });
    });
  }

  /** The organiser's calendar for bookings. Null when there is none yet; the lease is settled then. */
  async #choose(lease: EventLease): Promise<CalendarPlace | null> {
    const account = accountForBookings(await this.#usable(lease.row));
    if (account === undefined)
      await this.#wait(lease, 'no_account', { id: 'calendar', message: 'No calendar is connected that the booking could be written to.' });
    else if (account.status !== 'active') await this.#effects.fail(lease, { verdict: mustReconnect, place: { provider: account.provider } });
    else if (account.calendar_id === null) {
      const { displayName } = this.#effects.acting(account.provider);
      // While they are read for the first time there is nothing to tell anyone.
      const message =
        account.last_error === null ? null : `The calendars of ${displayName} could not be read yet; the calendar event waits for them.`;
      await this.#wait(lease, 'calendars_not_read', { id: account.provider, message });
    } else return { connectionId: account.id, provider: account.provider, calendarId: account.calendar_id };
    return null;
  }

  async #usable(row: EventRow): Promise<readonly CalendarAccountRow[]> {
    const all = await this.accounts.usable({ tenant_id: row.tenant_id, user_id: row.user_id });
    return all.filter(({ provider }) => isOffered(this.providers, provider, 'calendar'));
  }

  /** The booking stays unapplied, so that it is taken up when a calendar is there while it is still to come. */
  async #wait(lease: EventLease, reason: string, { id, message }: { readonly id: string; readonly message: string | null }): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lease.settle(tx, { isApplied: false, nextAttemptAt: null, lastError: reason });
      if (message === null || lease.row.last_error === reason) return;
      announceStep(tx, lease.row, { type: 'error', provider: { id, displayName: id }, message, details: { reason } });
    });
  }

  async #write(lease: EventLease, place: CalendarPlace, booking: Booking): Promise<void> {
    const { row } = lease;
    // From here on until the outcome is recorded, the event may stand there without our knowing: it must not be written anywhere else.
    await lease.hold({ connection_id: place.connectionId, provider: place.provider, calendar_id: place.calendarId });
    try {
      const event = eventOf(row, booking);
      const updated = row.event_id === null ? null : await this.#standing.update(lease, place, event);
      if (updated !== null) return await this.#record(lease, { ...updated, isNew: false, event });
      // What is told of an event, but not when it takes place, does not make it again: whoever deleted it is announced when that is read.
      if (event.keepsTimes === true) return await this.#missLink(lease, place);
      const remote = await this.#effects.call(lease, place, (calendar, token) => calendar.createEvent(token, place.calendarId, event));
      await this.#record(lease, { place, remote, isNew: true, event });
    } catch (error) {
      const verdict = judgeFailure(error);
      if (await this.#moveOn(lease, place, verdict)) return;
      // Bound before this attempt: an earlier one may have written the event, and only a call to that calendar could tell.
      const isFree = isMadeNowhere(verdict, { mayExist: row.connection_id !== null });
      await this.#effects.fail(lease, { verdict, place, set: isFree ? nowhere : {} });
    }
  }

  /** The event gets its link when it is seen to stand. Where it stands for readings alone, it is not read again and again. */
  async #missLink(lease: EventLease, place: CalendarPlace): Promise<void> {
    const now = this.clock();
    await this.#effects.done(lease, { link_missed_at: now, sought_since: null }, async (tx) => {
      if (lease.row.link_missed_at === null) await this.notices.addOf(tx, place, now);
    });
  }

  /**
   * A booking whose calendar or account is certainly gone goes on elsewhere, if there is anywhere.
   *
   * @returns false when it stays: its failure is still to be recorded.
   */
  async #moveOn(lease: EventLease, place: CalendarPlace, { reason }: FailureVerdict): Promise<boolean> {
    const { row } = lease;
    const isAccountGone = reason === 'connection_not_found';
    if (!isAccountGone && reason !== 'not_found') return false;
    const next = accountForBookings((await this.#usable(row)).filter(({ id }) => !isAccountGone || id !== place.connectionId));
    const now = this.clock();
    return this.database.transaction(async (tx) => {
      if (!isAccountGone && !(await this.bookings.isCalendarGone(tx, place))) {
        // The list tells, and everything that waits is looked at again after it. It is not asked for again and again.
        if (row.last_error !== reason) await this.calendars.listAgain(tx, place.connectionId, now);
        return false;
      }
      // Where it was only about to be written now, there is nothing to leave behind.
      if (row.connection_id === null || next?.status !== 'active' || next.calendar_id === null) return false;
      await lease.settle(tx, { isApplied: false, nextAttemptAt: null, lastError: reason });
      await this.bookings.beginAnew(tx, row, now);
      return true;
    });
  }

  async #record(lease: EventLease, written: WrittenEvent): Promise<void> {
    const { place, remote, isNew, event: wanted } = written;
    const { row } = lease;
    const provider = this.#effects.acting(place.provider);
    const set = {
      calendar_id: place.calendarId,
      event_id: remote.id,
      html_link: remote.htmlLink,
      link_missed_at: null,
      sought_since: null,
      ...(wanted.keepsTimes === true ? {} : writtenColumns(row, wanted, { isNew, now: this.clock() })),
    };
    await this.#effects.done(lease, set, async (tx) => {
      await this.notices.addOf(tx, place, new Date(this.clock().getTime() + readBackMs));
      const event = { ...calendarIdsOf(row, place), event_id: remote.id, html_link: remote.htmlLink, join_url: wanted.meetingUrl ?? null };
      tx.outbox.add(isNew ? calendarEventCreated : calendarEventUpdated, event, { tenantId: row.tenant_id });
      const message = `${provider.displayName} ${isNew ? 'wrote' : 'updated'} the calendar event.`;
      announceStep(tx, row, {
        type: isNew ? 'calendar_event_created' : 'calendar_event_updated',
        provider,
        message,
        details: { event_id: remote.id },
      });
    });
  }
}

const calendarOf = (row: EventRow): CalendarPlace | null => {
  const place = placeOf(row);
  return place === null || row.calendar_id === null ? null : { ...place, calendarId: row.calendar_id };
};

const calendarIdsOf = (row: EventRow, place: CalendarPlace) => ({ ...idsOf(row, place), calendar_id: place.calendarId });

const eventOf = (row: EventRow, booking: Booking): CalendarEvent => ({
  key: row.id,
  title: booking.title,
  description: booking.description,
  location: booking.location,
  startTime: booking.start_time,
  endTime: booking.end_time,
  timeZone: booking.time_zone,
  // Its time was written already: where it stands by now is for whoever has it in their calendar to say.
  keepsTimes: row.event_id !== null && row.timed_order === row.wanted_order,
  attendees: booking.attendees.map(({ email, name }) => ({ email, name })),
  meetingUrl: booking.conferencing === 'none' ? undefined : (row.link_url ?? undefined),
});

/** What tells our own write, and what stood there before it, from what people do to the event. */
const writtenColumns = (
  row: EventRow,
  { startTime, endTime }: CalendarEvent,
  { isNew, now }: { readonly isNew: boolean; readonly now: Date },
): ColumnValues => {
  const isMadeAgain = isNew && row.event_id !== null;
  const before = isMadeAgain ? { start: null, end: null } : (row.announced ?? row.written);
  return {
    written_at: now,
    written: JSON.stringify({ start: startTime, end: endTime }),
    written_before: before === null ? null : JSON.stringify(before),
    announced: null,
    timed_order: row.wanted_order,
  };
};
