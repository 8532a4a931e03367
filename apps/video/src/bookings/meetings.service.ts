import { Inject, Injectable } from '@nestjs/common';
import { judgeFailure, ProviderError, type FailureVerdict, type Meeting, type MeetingPlan } from '@patchbay/capabilities';
import { meetingLinkCreated, meetingLinkDeleted, meetingLinkOmitted, meetingLinkUpdated, type Booking } from '@patchbay/contracts';
import { Database, type Lease, type Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { announceStep, BookingEffects, idsOf, isMadeNowhere, isOffered, mustReconnect, placeOf, PROVIDERS, type Place } from '@patchbay/bookings';
import { AccessTokens, CLOCK, type Clock } from '@patchbay/service-kit';
import { AccountsRepository, type VideoAccountRow } from '../accounts/accounts.repository.js';
import { BookingsRepository, type MeetingRow } from './bookings.repository.js';

type MeetingLease = Lease<MeetingRow>;
type Attempt = { readonly status: 'made'; readonly meeting: Meeting } | { readonly status: 'not_made' | 'unknown'; readonly verdict: FailureVerdict };

const nowhere = { connection_id: null, provider: null, meeting_id: null, join_url: null, attempted_start_time: null };

/** Makes, moves and removes the meetings of bookings: whatever was wanted last, exactly once, however often an attempt is cut short. */
@Injectable()
export class MeetingsService {
  readonly #effects: BookingEffects<MeetingRow, 'video'>;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountsRepository) private readonly accounts: AccountsRepository,
    @Inject(AccessTokens) tokens: AccessTokens,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(BookingsRepository) private readonly bookings: BookingsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#effects = new BookingEffects({ database, tokens, providers, clock }, { capability: 'video', effect: 'the meeting' });
  }

  async bringAbout(lease: MeetingLease): Promise<void> {
    const { wanted, is_cancelled: isCancelled } = lease.row;
    try {
      if (isCancelled || wanted === null) await this.#remove(lease, null);
      else if (wanted.conferencing === 'none') await this.#remove(lease, 'not_wanted');
      else await this.#provide(lease, wanted);
    } catch (error) {
      const verdict = judgeFailure(error);
      if (await this.#moveOn(lease, verdict)) return;
      await this.#effects.fail(lease, { verdict, place: placeOf(lease.row) });
    }
  }

  async #remove(lease: MeetingLease, omitted: MeetingRow['omitted_reason']): Promise<void> {
    const { row } = lease;
    const place = placeOf(row);
    const meetingId = place === null ? null : (row.meeting_id ?? (await this.#search(lease, place))?.id ?? null);
    if (place !== null && meetingId !== null) await this.#effects.call(lease, place, (video, token) => video.deleteMeeting(token, meetingId));
    await this.#effects.done(lease, { ...nowhere, omitted_reason: omitted }, (tx) => {
      if (omitted !== null && row.omitted_reason !== omitted) this.#announceOmitted(tx, row, omitted);
      // A meeting whose making was never announced goes as silently.
      if (place === null || meetingId === null || row.meeting_id === null) return;
      tx.outbox.add(meetingLinkDeleted, { ...idsOf(row, place), meeting_id: meetingId }, { tenantId: row.tenant_id });
      const provider = this.#effects.acting(place.provider);
      announceStep(tx, row, { type: 'video_link_deleted', provider, message: `${provider.displayName} removed the meeting.` });
    });
  }

  async #provide(lease: MeetingLease, booking: Booking): Promise<void> {
    const { row } = lease;
    const place = placeOf(row);
    if (place === null) return this.#makeSomewhere(lease, booking);
    if (row.meeting_id !== null && (await this.#update(lease, place, { meetingId: row.meeting_id, booking }))) {
      const meeting = { id: row.meeting_id, joinUrl: row.join_url ?? '' };
      return this.#record(lease, { place, meeting, isNew: false });
    }
    const found = row.meeting_id === null ? await this.#search(lease, place) : null;
    if (found !== null && (await this.#update(lease, place, { meetingId: found.id, booking }))) {
      return this.#record(lease, { place, meeting: found, isNew: true });
    }
    const attempt = await this.#make(lease, place, booking);
    if (attempt.status === 'made') return this.#record(lease, { place, meeting: attempt.meeting, isNew: true });
    return this.#effects.fail(lease, { verdict: attempt.verdict, place, set: attempt.status === 'not_made' ? nowhere : {} });
  }

  /** Tries the organiser's accounts in the order they were connected; goes on to the next only when it is certain that nothing was made. */
  async #makeSomewhere(lease: MeetingLease, booking: Booking): Promise<void> {
    const { row } = lease;
    const wanted = await this.#accountsFor(row, booking);
    const [first] = wanted;
    if (first === undefined) return this.#omit(lease);
    let failed: { verdict: FailureVerdict; place: Place } = { verdict: mustReconnect, place: { connectionId: first.id, provider: first.provider } };
    for (const { id, provider } of wanted.filter(({ status }) => status === 'active')) {
      const place = { connectionId: id, provider };
      const attempt = await this.#make(lease, place, booking);
      if (attempt.status === 'made') return this.#record(lease, { place, meeting: attempt.meeting, isNew: true });
      if (attempt.status === 'unknown') return this.#effects.fail(lease, { verdict: attempt.verdict, place });
      if (failed.verdict.kind !== 'later') failed = { verdict: attempt.verdict, place };
    }
    return this.#effects.fail(lease, { ...failed, set: nowhere });
  }

  async #accountsFor(row: MeetingRow, { conferencing }: Booking): Promise<readonly VideoAccountRow[]> {
    const usable = await this.accounts.usable({ tenant_id: row.tenant_id, user_id: row.user_id });
    return usable.filter(
      ({ provider, auto_generate_links: isWanted }) => isWanted && fits(provider, conferencing) && isOffered(this.providers, provider, 'video'),
    );
  }

  /**
   * A booking whose account is certainly gone gets a meeting with another one, if there is any.
   *
   * @returns false when it stays: its failure is still to be recorded.
   */
  async #moveOn(lease: MeetingLease, { reason }: FailureVerdict): Promise<boolean> {
    const { row } = lease;
    const { wanted, connection_id: connectionId } = row;
    if (reason !== 'connection_not_found' || connectionId === null || row.is_cancelled || wanted === null || wanted.conferencing === 'none')
      return false;
    const others = (await this.#accountsFor(row, wanted)).filter(({ id, status }) => id !== connectionId && status === 'active');
    if (others.length === 0) return false;
    await this.database.transaction(async (tx) => {
      await lease.settle(tx, { isApplied: false, nextAttemptAt: null, lastError: reason });
      await this.bookings.beginAnew(tx, row, this.clock());
    });
    return true;
  }

  /** No account: the booking stays unapplied, so that it is taken up when one is connected while it is still to come. */
  async #omit(lease: MeetingLease): Promise<void> {
    const { row } = lease;
    await this.database.transaction(async (tx) => {
      await lease.settle(tx, { isApplied: false, nextAttemptAt: null, lastError: 'no_account', set: { omitted_reason: 'no_account' } });
      if (row.omitted_reason === 'no_account') return;
      this.#announceOmitted(tx, row, 'no_account');
      // Without an account `auto` means no meeting: nothing failed.
      if (row.wanted?.conferencing === 'auto') return;
      const provider = { id: 'video', displayName: 'Video' };
      announceStep(tx, row, {
        type: 'error',
        provider,
        message: `No account of the provider that the booking names is connected: ${row.wanted?.conferencing ?? 'unknown'}.`,
      });
    });
  }

  async #make(lease: MeetingLease, place: Place, booking: Booking): Promise<Attempt> {
    // From here on until the outcome is recorded, the meeting may exist without our knowing.
    await lease.hold({
      connection_id: place.connectionId,
      provider: place.provider,
      attempted_start_time: booking.start_time,
      meeting_id: null,
      join_url: null,
    });
    try {
      const plan = planOf(lease.row, booking);
      return { status: 'made', meeting: await this.#effects.call(lease, place, (video, token) => video.createMeeting(token, plan)) };
    } catch (error) {
      const verdict = judgeFailure(error);
      // Called when none was made before, or a search found none.
      if (isMadeNowhere(verdict, { mayExist: false })) return { status: 'not_made', verdict };
      return { status: 'unknown', verdict: { ...verdict, kind: 'later', retryAfterMs: Math.max(verdict.retryAfterMs ?? 0, settlingMs(error)) } };
    }
  }

  /** @returns false when the meeting is gone. */
  async #update(lease: MeetingLease, place: Place, { meetingId, booking }: { meetingId: string; booking: Booking }): Promise<boolean> {
    try {
      const plan = planOf(lease.row, booking);
      await this.#effects.call(lease, place, (video, token) => video.updateMeeting(token, meetingId, plan));
      return true;
    } catch (error) {
      if (error instanceof ProviderError && error.code === 'not_found') return false;
      throw error;
    }
  }

  #search(lease: MeetingLease, place: Place): Promise<Meeting | null> {
    const { id, attempted_start_time: start, wanted } = lease.row;
    return this.#effects.call(lease, place, (video, token) => video.findMeeting(token, id, start ?? wanted?.start_time ?? ''));
  }

  async #record(lease: MeetingLease, { place, meeting, isNew }: { place: Place; meeting: Meeting; isNew: boolean }): Promise<void> {
    const { row } = lease;
    const set = {
      connection_id: place.connectionId,
      provider: place.provider,
      meeting_id: meeting.id,
      join_url: meeting.joinUrl,
      omitted_reason: null,
    };
    const provider = this.#effects.acting(place.provider);
    await this.#effects.done(lease, set, (tx) => {
      const link = { ...idsOf(row, place), meeting_id: meeting.id, join_url: meeting.joinUrl };
      tx.outbox.add(isNew ? meetingLinkCreated : meetingLinkUpdated, link, { tenantId: row.tenant_id });
      const message = `${provider.displayName} ${isNew ? 'made' : 'updated'} the meeting.`;
      announceStep(tx, row, { type: isNew ? 'video_link_created' : 'video_link_updated', provider, message, details: { meeting_id: meeting.id } });
    });
  }

  #announceOmitted(tx: Transaction, row: MeetingRow, reason: 'not_wanted' | 'no_account'): void {
    tx.outbox.add(meetingLinkOmitted, { user_id: row.user_id, booking_id: row.booking_id, reason }, { tenantId: row.tenant_id });
  }
}

/**
 * How long the provider may still be at a call that we gave up on: a search before then could miss the meeting it is about to make. Milliseconds.
 */
const settlingMs = (error: unknown): number => (error instanceof ProviderError && error.reason === 'timeout' ? 30_000 : 2_000);

const fits = (provider: string, conferencing: string): boolean => conferencing === 'auto' || conferencing === provider;

const planOf = (row: MeetingRow, booking: Booking): MeetingPlan => ({
  key: row.id,
  title: booking.title,
  description: booking.description,
  startTime: booking.start_time,
  endTime: booking.end_time,
  timeZone: booking.time_zone,
});
