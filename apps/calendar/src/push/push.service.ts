import { Inject, Injectable } from '@nestjs/common';
import { callAccount, PROVIDERS } from '@patchbay/bookings';
import { judgeFailure, ProviderError, type AccessToken, type CalendarPushCapability, type PushChannel } from '@patchbay/capabilities';
import { Database, isDatabaseOutage, LeaseLostError, type Lease, type Settlement, type Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { AccessTokens, CLOCK, type Clock } from '@patchbay/service-kit';
import { NoticesRepository } from './notices.repository.js';
import { PushChannelsRepository } from './push-channels.repository.js';
import { PushOffer } from './push-offer.js';
import type { PushChannelRow } from './push-rows.js';
import { isWorthOpening, refusalOf, renewAt, retryAt } from './push-schedule.js';

type ChannelLease = Lease<PushChannelRow>;

/** A channel that cannot be closed now is tried so often; then it is left to its end. */
const closingAttemptsMax = 6;

/** Opens, prolongs, replaces and closes channels. Nothing depends on them: what they do not tell is found by reading. */
@Injectable()
export class PushService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PushChannelsRepository) private readonly channels: PushChannelsRepository,
    @Inject(PushOffer) private readonly offer: PushOffer,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(AccessTokens) private readonly tokens: AccessTokens,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(NoticesRepository) private readonly notices: NoticesRepository,
  ) {}

  /** Brings one channel to what it shall be, and settles its lease. @throws when it was another's meanwhile, or the database went away. */
  async work(lease: ChannelLease): Promise<void> {
    const { row } = lease;
    try {
      if (row.state === 'closing') await this.#close(lease);
      else if (row.state === 'active') await this.#renew(lease);
      else await this.#open(lease);
    } catch (error) {
      if (error instanceof LeaseLostError || isDatabaseOutage(error)) throw error;
      await this.#fail(lease, error);
    }
  }

  async #open(lease: ChannelLease): Promise<void> {
    const { row } = lease;
    const now = this.clock();
    const offered = this.offer.of(row.provider);
    if (offered === undefined) return this.#forget(row, null);
    const { lifeMs } = offered.push;
    // It may be open since an attempt whose answer was lost. Under another id it is another channel.
    if (row.expires_at !== null && !isWorthOpening(row.expires_at, { now, lifeMs })) return this.#forget(row, now);
    const expiresAt = row.expires_at ?? new Date(now.getTime() + lifeMs);
    await lease.hold({ expires_at: expiresAt });
    const wanted = { calendarId: row.remote_calendar_id, id: row.id, address: offered.address, expiresAt };
    const channel = await this.#call(lease, (push, token) => push.open(token, wanted));
    await this.#opened(lease, channel);
  }

  async #opened(lease: ChannelLease, channel: PushChannel): Promise<void> {
    const { row } = lease;
    const now = this.clock();
    const known = { remote_id: channel.remoteId, resource_id: channel.resourceId, expires_at: channel.expiresAt };
    const active = { ...known, state: 'active', opened_at: now };
    await this.#settle(lease, async (tx, isWanted) => {
      // Wanted no more since: whoever decided that could not know how to close it.
      if (!isWanted) return { isApplied: true, nextAttemptAt: now, lastError: null, set: known };
      const isReplacement = await this.channels.closeOthers(tx, row, now);
      // What changed before there was a channel was told to nobody.
      if (!isReplacement) await this.notices.add(tx, row.calendar_id, now);
      return { isApplied: true, nextAttemptAt: renewAt(now, channel.expiresAt), lastError: null, set: active };
    });
  }

  async #renew(lease: ChannelLease): Promise<void> {
    const { row } = lease;
    const now = this.clock();
    const offered = this.offer.of(row.provider);
    if (offered === undefined) return this.#forget(row, null);
    if (row.expires_at === null || row.expires_at <= now) return this.#forget(row, now);
    const expiresAt = new Date(now.getTime() + offered.push.lifeMs);
    const renewed = await this.#call(lease, (push, token) => push.renew(token, channelOf(row), expiresAt)).catch((error: unknown) => {
      if (error instanceof ProviderError && error.code === 'not_found') return 'gone' as const;
      throw error;
    });
    if (renewed === 'gone') return this.#forget(row, now);
    if (renewed === null) return this.#replace(lease, row.expires_at);
    const set = { expires_at: renewed.expiresAt };
    await this.#settle(lease, async () => ({ isApplied: true, nextAttemptAt: renewAt(now, renewed.expiresAt), lastError: null, set }));
  }

  /** Has another one opened, and stays open itself until that is, or until its end. */
  #replace(lease: ChannelLease, expiresAt: Date): Promise<void> {
    const { row } = lease;
    return this.#settle(lease, async (tx, isWanted) => {
      if (isWanted && !(await this.channels.hasSuccessor(tx, row.calendar_id))) await this.channels.succeed(tx, row, this.clock());
      return { isApplied: true, nextAttemptAt: expiresAt, lastError: null };
    });
  }

  async #close(lease: ChannelLease): Promise<void> {
    const { row } = lease;
    const isOver = row.expires_at !== null && row.expires_at <= this.clock();
    if (row.remote_id !== null && !isOver && this.offer.of(row.provider) !== undefined)
      await this.#call(lease, (push, token) => push.close(token, channelOf(row)));
    await this.#forget(row, null);
  }

  async #fail(lease: ChannelLease, error: unknown): Promise<void> {
    const { row } = lease;
    const { kind, reason, retryAfterMs } = judgeFailure(error);
    // It ends by itself, and what comes until then is not minded.
    if (row.state === 'closing' && (kind !== 'later' || row.attempts >= closingAttemptsMax)) return this.#forget(row, null);
    const now = this.clock();
    const refusal = refusalOf(error, { kind, attempts: row.attempts });
    const isUnwatchable = refusal === 'unwatchable';
    const nextAttemptAt = nextAttempt(row, retryAt(now, { attempts: row.attempts, refusal, askedMs: retryAfterMs }));
    const isComing = row.state !== 'active' && row.state !== 'closing';
    await this.#settle(lease, async (_tx, isWanted) => ({
      isApplied: false,
      nextAttemptAt,
      isPause: isWanted,
      lastError: isUnwatchable ? 'not_watchable' : reason,
      set: isWanted && isComing ? { state: isUnwatchable ? 'unwatchable' : 'failed' } : {},
    }));
  }

  /**
   * Settles a lease. `isWanted`: what was wanted when the row was claimed still is. Else it is looked at again at once.
   *
   * @throws LeaseLostError
   */
  async #settle(lease: ChannelLease, decide: (tx: Transaction, isWanted: boolean) => Promise<Settlement>): Promise<void> {
    const { row } = lease;
    await this.database.transaction(async (tx) => {
      const isWanted = (await this.channels.lockState(tx, row)) === row.state;
      const settlement = await decide(tx, isWanted);
      const now = this.clock();
      const nextAttemptAt = isWanted ? settlement.nextAttemptAt : now;
      await lease.settle(tx, { ...settlement, nextAttemptAt, set: { ...settlement.set, updated_at: now } });
    });
  }

  #call<Result>(lease: ChannelLease, call: (push: CalendarPushCapability, token: AccessToken) => Promise<Result>): Promise<Result> {
    const { account_id: connectionId, provider } = lease.row;
    const place = { connectionId, provider, capability: 'calendarPush' } as const;
    return callAccount({ providers: this.providers, tokens: this.tokens }, place, async (push, token) => {
      await lease.hold();
      return call(push, token);
    });
  }

  #forget(row: PushChannelRow, lookAt: Date | null): Promise<void> {
    return this.database.transaction((tx: Transaction) => this.channels.forget(tx, row, lookAt));
  }
}

const channelOf = ({ id, remote_id: remoteId, resource_id: resourceId, expires_at: expiresAt }: PushChannelRow): PushChannel => {
  if (remoteId === null || expiresAt === null) throw new Error('unreachable: only what was opened is renewed or closed');
  return { id, remoteId, resourceId, expiresAt };
};

/** An open channel is looked at again at its end, at the latest: another is opened then. */
function nextAttempt(row: PushChannelRow, again: Date): Date {
  return row.state === 'active' && row.expires_at !== null && row.expires_at < again ? row.expires_at : again;
}
