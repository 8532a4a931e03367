import { Inject, Injectable } from '@nestjs/common';
import { announceStep, intentAfterMove, intentColumns, organizerOf, PROVIDERS } from '@patchbay/bookings';
import { bookingChangeDetected, type BookingChange, type BookingChangeAction } from '@patchbay/contracts';
import type { ColumnValues, Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { BookingsRepository } from '../bookings/bookings.repository.js';
import type { EventTimes } from '../bookings/event-row.js';
import { RemoteEventsWorker } from '../bookings/remote-events.worker.js';
import type { CalendarRow } from '../sync/sync-rows.js';
import { TellingsRepository, type StandingElsewhere, type ToldBooking } from './tellings.repository.js';
import { echoMs, judgeTelling, missingMs, type TellingVerdict } from './telling-verdict.js';
import { momentOf, timesOf } from './told-change.js';

/** So often within an hour the event of a booking is written back; then whoever moves it again may have it. */
const restoresMax = 3;
const restoresMs = 60 * 60_000;

/** An event that went is looked for in other calendars as soon as that, and for so long. Milliseconds. */
const othersMsMin = 2_000;
const othersMsMax = 5 * 60_000;

/** What somebody did to the event of a booking. */
interface Detected {
  readonly change: BookingChange;
  readonly previous: EventTimes;
  readonly standing: EventTimes;
}

/** A reading at its end. */
interface EndedReading {
  /** When it began. */
  readonly readAt: Date;
  /** The contents that are shown from now on. */
  readonly generation: number;
  /** It read everything anew. */
  readonly isFull: boolean;
}

/** The event of a booking that was told of, and what that means. */
interface Judged {
  readonly booking: ToldBooking;
  readonly standing: EventTimes;
  readonly verdict: TellingVerdict;
}

/** Where events stand that went from a calendar, by the ids of their bookings. */
interface Whereabouts {
  readonly elsewhere: ReadonlyMap<string, StandingElsewhere>;
  /** All calendars that they may stand in were read since. */
  readonly isKnown: boolean;
}

/** What is done about it. */
interface Response {
  readonly action: BookingChangeAction;
  readonly set: ColumnValues;
  readonly message: string;
}

/** Announces what people do to the events of bookings in their calendars, and has happen what their owners want. */
@Injectable()
export class BookingChangesService {
  constructor(
    @Inject(TellingsRepository) private readonly tellings: TellingsRepository,
    @Inject(BookingsRepository) private readonly bookings: BookingsRepository,
    @Inject(RemoteEventsWorker) private readonly worker: Pick<RemoteEventsWorker, 'wake'>,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Looks at what was told of the bookings of a calendar. */
  async look(tx: Transaction, calendar: CalendarRow, reading: EndedReading): Promise<void> {
    await this.#removeLeftOver(tx, calendar);
    const judged = (await this.tellings.settled(tx, calendar, reading.generation)).map((booking) => judge(booking, reading));
    const seen = judged.filter(({ verdict }) => verdict.kind !== 'later');
    const deleted = seen.filter(isDeleted);
    const whereabouts = await this.#whereabouts(tx, calendar, deleted);
    const waiting = whereabouts.isKnown ? [] : deleted.filter(({ booking }) => !whereabouts.elsewhere.has(booking.id) && this.#mayWait(booking));
    for (const one of seen.filter((other) => !waiting.includes(other)))
      await this.#take(tx, one, { reading, there: whereabouts.elsewhere.get(one.booking.id) });
    await this.tellings.forget(
      tx,
      calendar.id,
      seen.filter((one) => !waiting.includes(one)).map(({ booking }) => booking),
    );
    await this.#lookSoon(tx, calendar, waiting);
    const missing = judged.flatMap(({ booking, verdict }) => (verdict.kind === 'later' && booking.told_is_missing ? [booking.told_since] : []));
    await this.#confirm(tx, calendar, { missing, reading });
    await this.#writeLinks(tx, calendar, reading);
  }

  /** What was not there when its link was to be written gets it where it stands, unless a reading may tell of before. */
  async #writeLinks(tx: Transaction, calendar: CalendarRow, { readAt, generation }: EndedReading): Promise<void> {
    const now = this.clock();
    for (const booking of await this.tellings.withoutLink(tx, calendar, { generation, now })) {
      const at = new Date(booking.link_missed_at.getTime() + echoMs);
      if (readAt < at) await this.tellings.readAgain(tx, calendar.id, { at, isFull: false });
      else {
        await this.bookings.want(tx, booking, { dueAt: now, set: {} });
        tx.onCommit(() => this.worker.wake());
      }
    }
  }

  /** What was cancelled and was nowhere to be found goes where it shows up. */
  async #removeLeftOver(tx: Transaction, calendar: CalendarRow): Promise<void> {
    const leftOver = await this.tellings.leftOver(tx, calendar);
    if (leftOver.length === 0) return;
    for (const booking of leftOver) await this.bookings.want(tx, booking, { dueAt: this.clock(), set: { calendar_id: calendar.remote_id } });
    tx.onCommit(() => this.worker.wake());
  }

  /** What went from a calendar may stand in another one of its account, which perhaps was not read since. */
  async #whereabouts(tx: Transaction, calendar: CalendarRow, deleted: readonly Judged[]): Promise<Whereabouts> {
    if (deleted.length === 0) return { elsewhere: new Map(), isKnown: true };
    const since = new Date(Math.max(...deleted.map(({ booking }) => booking.told_since.getTime())));
    const isKnown = !(await this.tellings.readOthers(tx, calendar, { since, now: this.clock() }));
    const ids = deleted.map(({ booking }) => booking.id);
    return { elsewhere: await this.tellings.elsewhere(tx, calendar, ids), isKnown };
  }

  #mayWait({ told_since: since }: ToldBooking): boolean {
    return this.clock().getTime() - since.getTime() < othersMsMax;
  }

  /** Looks again while other calendars are read, ever more seldom. */
  async #lookSoon(tx: Transaction, { id }: CalendarRow, waiting: readonly Judged[]): Promise<void> {
    if (waiting.length === 0) return;
    const nowMs = this.clock().getTime();
    const waitedMs = Math.min(...waiting.map(({ booking }) => nowMs - booking.told_since.getTime()));
    await this.tellings.readAgain(tx, id, { at: new Date(nowMs + Math.max(waitedMs, othersMsMin)), isFull: false });
  }

  async #take(
    tx: Transaction,
    { booking, standing, verdict }: Judged,
    { reading, there }: { readonly reading: EndedReading; readonly there: StandingElsewhere | undefined },
  ): Promise<void> {
    if (verdict.kind !== 'change') return;
    if (there === undefined) return this.#respond(tx, booking, { ...verdict, standing });
    const { calendar_id, event } = there;
    const place = { calendar_id, event_id: booking.event_id === booking.told_resource ? there.resource : there.event_id, html_link: event.htmlLink };
    await this.bookings.note(tx, booking, place);
    const moved = timesOf(event, there.zone);
    if (moved === null) return;
    const known = judgeTelling({ standing: moved, since: booking.told_since, isMissing: false }, bookedEventOf(booking), reading);
    const told = { told_id: there.event_id, told_resource: there.resource };
    if (known.kind === 'change') await this.#respond(tx, { ...booking, ...place, ...told }, { ...known, standing: moved });
  }

  /** Only another reading of everything, some time after the first, tells that what is missing is gone. */
  async #confirm(tx: Transaction, { id }: CalendarRow, { missing, reading }: { readonly missing: readonly Date[]; readonly reading: EndedReading }) {
    if (missing.length === 0) return;
    const { readAt, isFull } = reading;
    const at = new Date(Math.min(...missing.map((since) => since.getTime())) + missingMs);
    const isTime = readAt >= at;
    // This one told it, but perhaps of before our own write.
    const soonest = isFull && isTime ? new Date(readAt.getTime() + echoMs) : at;
    await this.tellings.readAgain(tx, id, { at: soonest, isFull: isTime });
  }

  async #respond(tx: Transaction, booking: ToldBooking, detected: Detected): Promise<void> {
    const now = this.clock();
    const response = this.#responseTo(booking, detected, now);
    if (response.action === 'written_back') {
      await this.bookings.want(tx, booking, { dueAt: now, set: response.set });
      tx.onCommit(() => this.worker.wake());
    } else await this.bookings.note(tx, booking, response.set);
    this.#announce(tx, booking, { detected, response, now });
  }

  #responseTo(booking: ToldBooking, detected: Detected, now: Date): Response {
    const name = this.#nameOf(booking);
    const { change, standing } = detected;
    if (change === 'restored') return { action: 'announced', set: { announced: null }, message: `In ${name} the event is back as it was booked.` };
    const what = `In ${name} the event was ${change}`;
    const set = { announced: JSON.stringify(standing) };
    // What took place is neither called off nor put off, and nobody is invited to it again because its event is tidied up.
    if (Date.parse(booking.wanted.end_time) <= now.getTime()) return { action: 'announced', set, message: `${what}; the booking was over by then.` };
    if (booking.policy === 'follow') {
      const followed = followedBy(booking, detected, now);
      if (followed !== null) return { action: 'followed', set: followed, message: `${what}; the booking follows.` };
    }
    if (booking.policy === 'restore') {
      if (change === 'deleted' && isOneTimeOf(booking))
        return { action: 'announced', set, message: `${what}; it repeated by then, and is not written back.` };
      const recent = booking.restored_at.filter((at) => at.getTime() > now.getTime() - restoresMs);
      if (recent.length < restoresMax)
        return {
          action: 'written_back',
          set: { ...set, timed_order: null, restored_at: [...recent, now] },
          message: `${what}; it is written back as it was booked.`,
        };
      return { action: 'announced', set, message: `${what}; after ${restoresMax} times within an hour it is not written back any more.` };
    }
    return { action: 'announced', set, message: `${what}.` };
  }

  #announce(
    tx: Transaction,
    booking: ToldBooking,
    { detected, response, now }: { readonly detected: Detected; readonly response: Response; readonly now: Date },
  ): void {
    const { change, previous, standing } = detected;
    const { connection_id: connectionId, provider } = booking;
    if (connectionId === null || provider === null) throw new Error('unreachable: the booking is bound to this account');
    const { action, message } = response;
    const times = {
      previous_start_time: previous.start,
      previous_end_time: previous.end,
      start_time: standing.start,
      end_time: standing.end,
    };
    const { user_id, booking_id, calendar_id, event_id, policy } = booking;
    const ids = { user_id, booking_id, connection_id: connectionId, provider, calendar_id, event_id };
    tx.outbox.add(bookingChangeDetected, { ...ids, change, ...times, policy, action }, { tenantId: booking.tenant_id, timestamp: now });
    const acting = { id: provider, displayName: this.#nameOf(booking) };
    announceStep(tx, booking, { type: 'booking_change_detected', provider: acting, message, details: { change, ...times, action } });
  }

  #nameOf({ provider }: ToldBooking): string {
    return this.providers.find(provider ?? '')?.provider.displayName ?? provider ?? 'the calendar';
  }
}

function judge(booking: ToldBooking, reading: EndedReading): Judged {
  const { told_since: since, told_is_missing: isMissing } = booking;
  const standing = standingTold(booking);
  return { booking, standing, verdict: judgeTelling({ standing, since, isMissing }, bookedEventOf(booking), reading) };
}

const isDeleted = ({ verdict }: Judged): boolean => verdict.kind === 'change' && verdict.change === 'deleted';

/**
 * Whether what was told of is one time of what was written, as at Outlook where that was made to repeat: what is written reaches the series, and a
 * time that was taken out by itself cannot be put back.
 */
const isOneTimeOf = ({ event_id: eventId, told_id: toldId, told_resource: resource }: ToldBooking): boolean =>
  eventId === resource && toldId !== resource;

const standingTold = ({ told_start: start, told_end: end }: ToldBooking): EventTimes => ({
  start: start?.toISOString() ?? null,
  end: end?.toISOString() ?? null,
});

const bookedEventOf = (booking: ToldBooking) => ({
  booked: { start: momentOf(new Date(booking.wanted.start_time)), end: momentOf(new Date(booking.wanted.end_time)) },
  writtenAt: booking.written_at,
  writtenBefore: booking.written_before,
  announced: booking.announced,
});

/** The booking as it is when it follows its event; null when it cannot: the event takes no time, or the product said something newer, or gave it to another. */
function followedBy(booking: ToldBooking, { standing: { start, end } }: Detected, now: Date): ColumnValues | null {
  // The event is still the first organiser's, as it was of every booking that was given away before bookings were parted; the booking is not.
  if (organizerOf(booking, booking) !== booking.user_id) return null;
  // Nothing is left to write: the event is gone already.
  if (start === null || end === null)
    return { is_cancelled: true, connection_id: null, provider: null, calendar_id: null, event_id: null, html_link: null, announced: null };
  const move = { id: uuidv7(), timestamp: now.toISOString(), start_time: start, end_time: end };
  const intent = intentAfterMove(booking, move);
  const written = { written: JSON.stringify({ start, end }), timed_order: intent?.wanted_order };
  return intent === null ? null : { ...intentColumns(intent), ...written, announced: null };
}
