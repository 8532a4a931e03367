import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '@patchbay/database';
import { intentAfter, intentColumns, type BookingEvent } from '@patchbay/bookings';
import { CLOCK, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import type { CalendarConfig } from '../calendar.config.js';
import { BookingsRepository } from './bookings.repository.js';
import type { EventRow } from './event-row.js';
import { dueAt, linkAfter, noLink, type LinkEvent } from './link-state.js';
import { RemoteEventsWorker } from './remote-events.worker.js';

/** Writes down what is wanted of bookings; the worker brings it about. */
@Injectable()
export class BookingsService {
  constructor(
    @Inject(BookingsRepository) private readonly bookings: BookingsRepository,
    @Inject(RemoteEventsWorker) private readonly worker: RemoteEventsWorker,
    @Inject(SERVICE_CONFIG) private readonly config: CalendarConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async want(event: BookingEvent, tx: Transaction): Promise<void> {
    const { booking_id: bookingId, organizer } = event.data;
    const known = await this.bookings.lock(tx, { tenantId: event.tenant_id, bookingId, userId: organizer.user_id });
    const intent = intentAfter(known, event);
    if (intent === null) return;
    const now = this.clock();
    const row = await this.bookings.rowFor(tx, known, { intent, dueAt: now });
    const graceUntil = row.link_grace_until ?? new Date(now.getTime() + this.config.CALENDAR_LINK_GRACE_SECONDS * 1_000);
    const set = { ...intentColumns(intent), link_grace_until: graceUntil };
    await this.bookings.want(tx, row, { dueAt: dueAt({ ...row, ...intent, link_grace_until: graceUntil }, now), set });
    tx.onCommit(() => this.worker.wake());
  }

  async takeLink(event: LinkEvent, tx: Transaction): Promise<void> {
    const { booking_id: bookingId, user_id: userId } = event.data;
    const row = await this.bookings.lock(tx, { tenantId: event.tenant_id, bookingId, userId });
    if (row.is_cancelled) return;
    if (userId.toLowerCase() !== row.user_id) return this.#takeOther(tx, row, event);
    const link = linkAfter(row, event);
    if (link === null) return;
    // The event was deleted by hand, which was announced: a link alone does not make it again.
    if (isKnownToBeGone(row)) return this.bookings.note(tx, row, { ...link, link_missed_at: this.clock() });
    await this.bookings.want(tx, row, { dueAt: dueAt({ ...row, ...link }, this.clock()), set: { ...link } });
    tx.onCommit(() => this.worker.wake());
  }

  /** The link of somebody else is no reason to write anything. */
  async #takeOther(tx: Transaction, row: EventRow, event: LinkEvent): Promise<void> {
    const userId = event.data.user_id.toLowerCase();
    const link = linkAfter(row.other_links[userId] ?? noLink, event);
    if (link !== null) await this.bookings.note(tx, row, { other_links: JSON.stringify({ ...row.other_links, [userId]: link }) });
  }

  /** An account of this user, or its settings, changed. */
  async lookAgain(tx: Transaction, user: { readonly tenantId: string; readonly userId: string }): Promise<void> {
    await this.bookings.stir(tx, user, this.clock());
    tx.onCommit(() => this.worker.wake());
  }
}

const isKnownToBeGone = ({ wanted_revision: wanted, applied_revision: applied, announced }: EventRow): boolean =>
  wanted === applied && announced !== null && announced.start === null;
