import { Inject, Injectable } from '@nestjs/common';
import {
  judgeFailure,
  ProviderError,
  type AccessToken,
  type CalendarCapability,
  type CalendarEvent,
  type FailureVerdict,
  type RemoteEvent,
} from '@patchbay/capabilities';
import { calendarEventCreated, calendarEventDeleted, calendarEventUpdated, type Booking } from '@patchbay/contracts';
import { Database, type ColumnValues, type Lease, type Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { announceStep, settleFailed, type ActingProvider } from '@patchbay/bookings';
import { AccessTokens, CLOCK, type Clock } from '@patchbay/service-kit';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { PROVIDERS } from '../calendar.providers.js';
import type { EventRow } from './bookings.repository.js';

/** A calendar of an account. */
interface Place {
  readonly connectionId: string;
  readonly provider: string;
  readonly calendarId: string;
}

type EventLease = Lease<EventRow>;

const nowhere = { connection_id: null, provider: null, calendar_id: null, event_id: null, html_link: null };

/** Keeps the calendar events of bookings: whatever was wanted last, once, however often an attempt is cut short. The row's id names the event. */
@Injectable()
export class RemoteEventsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountsRepository) private readonly accounts: AccountsRepository,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async bringAbout(lease: EventLease): Promise<void> {
    const { wanted, is_cancelled: isCancelled } = lease.row;
    const bound = placeOf(lease.row);
    if (isCancelled || wanted === null) return this.#remove(lease, bound);
    const place = bound ?? (await this.#choose(lease));
    if (place !== null) await this.#write(lease, place, wanted);
  }

  async #remove(lease: EventLease, place: Place | null): Promise<void> {
    const { row } = lease;
    try {
      if (place !== null) await this.#call(lease, place, (calendar, token) => calendar.deleteEvent(token, place.calendarId, row.id));
    } catch (error) {
      return this.#fail(lease, { verdict: judgeFailure(error), place });
    }
    await this.#done(lease, nowhere, (tx) => {
      if (place === null || row.event_id === null) return;
      tx.outbox.add(calendarEventDeleted, { ...idsOf(row, place), event_id: row.event_id }, { tenantId: row.tenant_id });
      const provider = this.#acting(place.provider);
      announceStep(tx, row, { type: 'calendar_event_deleted', provider, message: `${provider.displayName} removed the calendar event.` });
    });
  }

  /** The organiser's first active calendar. Null when there is none yet; the lease is settled then. */
  async #choose(lease: EventLease): Promise<Place | null> {
    const { row } = lease;
    const usable = await this.accounts.usable({ tenant_id: row.tenant_id, user_id: row.user_id });
    const account = usable.find(({ status }) => status === 'active') ?? usable[0];
    if (account === undefined)
      await this.#wait(lease, 'no_account', { id: 'calendar', message: 'No calendar is connected that the booking could be written to.' });
    else if (account.status !== 'active') await this.#fail(lease, { verdict: mustReconnect, place: { provider: account.provider } });
    else if (account.calendar_id === null) {
      const { displayName } = this.#acting(account.provider);
      // While they are read for the first time there is nothing to tell anyone.
      const message =
        account.last_error === null ? null : `The calendars of ${displayName} could not be read yet; the calendar event waits for them.`;
      await this.#wait(lease, 'calendars_not_read', { id: account.provider, message });
    } else return { connectionId: account.id, provider: account.provider, calendarId: account.calendar_id };
    return null;
  }

  /** The booking stays unapplied, so that it is taken up when a calendar is there while it is still to come. */
  async #wait(lease: EventLease, reason: string, { id, message }: { readonly id: string; readonly message: string | null }): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lease.settle(tx, { isApplied: false, nextAttemptAt: null, lastError: reason });
      if (message === null || lease.row.last_error === reason) return;
      announceStep(tx, lease.row, { type: 'error', provider: { id, displayName: id }, message, details: { reason } });
    });
  }

  async #write(lease: EventLease, place: Place, booking: Booking): Promise<void> {
    const { row } = lease;
    // From here on until the outcome is recorded, the event may stand there without our knowing: it must not be written anywhere else.
    await lease.hold({ connection_id: place.connectionId, provider: place.provider, calendar_id: place.calendarId });
    try {
      const event = eventOf(row, booking);
      const updated = row.event_id === null ? null : await this.#update(lease, place, event);
      const remote = updated ?? (await this.#call(lease, place, (calendar, token) => calendar.createEvent(token, place.calendarId, event)));
      await this.#record(lease, { place, remote, isNew: updated === null, joinUrl: event.meetingUrl ?? null });
    } catch (error) {
      const verdict = judgeFailure(error);
      // Where nothing can be written nothing was: another calendar may be chosen.
      const isFree = verdict.kind === 'never' && row.event_id === null;
      await this.#fail(lease, { verdict, place, set: isFree ? nowhere : {} });
    }
  }

  /** @returns null when the event is gone: someone removed it by hand. */
  async #update(lease: EventLease, place: Place, event: CalendarEvent): Promise<RemoteEvent | null> {
    try {
      return await this.#call(lease, place, (calendar, token) => calendar.updateEvent(token, place.calendarId, event));
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'not_found') return null;
      throw error;
    }
  }

  #call<Result>(lease: EventLease, place: Place, call: (calendar: CalendarCapability, token: AccessToken) => Promise<Result>): Promise<Result> {
    const { connectionId, provider } = place;
    const calendar = this.providers.find(provider)?.capabilities.calendar;
    if (calendar === undefined) throw new ProviderError(provider, 'unavailable', { reason: 'not_configured' });
    const withToken = async (value: string): Promise<Result> => {
      await lease.hold();
      return call(calendar, { value, accountId: connectionId });
    };
    return this.tokens.use(connectionId, withToken, isRefusedToken);
  }

  async #record(lease: EventLease, written: { place: Place; remote: RemoteEvent; isNew: boolean; joinUrl: string | null }): Promise<void> {
    const { place, remote, isNew, joinUrl } = written;
    const { row } = lease;
    const provider = this.#acting(place.provider);
    await this.#done(lease, { event_id: remote.id, html_link: remote.htmlLink }, (tx) => {
      const event = { ...idsOf(row, place), event_id: remote.id, html_link: remote.htmlLink, join_url: joinUrl };
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

  async #done(lease: EventLease, set: ColumnValues, announce: (tx: Transaction) => void): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lease.settle(tx, { isApplied: true, nextAttemptAt: null, lastError: null, set });
      announce(tx);
    });
  }

  async #fail(lease: EventLease, failed: { verdict: FailureVerdict; place: Pick<Place, 'provider'> | null; set?: ColumnValues }): Promise<void> {
    const { verdict, place, set = {} } = failed;
    const provider = this.#acting(place?.provider ?? 'calendar');
    const effect = 'the calendar event';
    await this.database.transaction((tx) => settleFailed(tx, lease, { failure: verdict, provider, effect, now: this.clock(), set }));
  }

  #acting(id: string): ActingProvider {
    return { id, displayName: this.providers.find(id)?.provider.displayName ?? id };
  }
}

const mustReconnect: FailureVerdict = { kind: 'reconnect', reason: 'connection_needs_reauth', retryAfterMs: undefined, outcomeUnknown: false };

const isRefusedToken = (error: unknown): boolean => error instanceof ProviderError && error.code === 'unauthorized';

const placeOf = ({ connection_id: connectionId, provider, calendar_id: calendarId }: EventRow): Place | null =>
  connectionId === null || provider === null || calendarId === null ? null : { connectionId, provider, calendarId };

const idsOf = (row: EventRow, { connectionId, provider, calendarId }: Place) => ({
  user_id: row.user_id,
  booking_id: row.booking_id,
  connection_id: connectionId,
  provider,
  calendar_id: calendarId,
});

const eventOf = (row: EventRow, booking: Booking): CalendarEvent => ({
  key: row.id,
  title: booking.title,
  description: booking.description,
  location: booking.location,
  startTime: booking.start_time,
  endTime: booking.end_time,
  timeZone: booking.time_zone,
  attendees: booking.attendees.map(({ email, name }) => ({ email, name })),
  meetingUrl: booking.conferencing === 'none' ? undefined : (row.link_url ?? undefined),
});
