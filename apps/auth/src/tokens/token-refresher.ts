import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { activityRecorded, tokenRefreshed } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { backoffMs, CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { BrokenConnections } from '../connections/broken-connections.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { isRenewable, OAuthFailure, refreshTokens, type RenewableTokens } from '../oauth/oauth-client.js';
import { connectableProvider, PROVIDERS, type ConnectableProvider } from '../providers/configured-providers.js';
import { GrantsRepository, type Grant, type NewTokens, type SealedTokens } from './grants.repository.js';
import { newTokens } from './new-tokens.js';
import { ProviderSlots } from './provider-slots.js';
import { renewableFrom } from './timetable.js';

/** What became of a refresh. `token` is also what another replica fetched meanwhile. */
export type RefreshOutcome =
  { readonly kind: 'token'; readonly value: string; readonly expiresAt: Date | null } | { readonly kind: 'gone' | 'needs_reauth' | 'unavailable' };

/**
 * Why there should be a new token: somebody needs one that works, other than one that was refused; or those of `version` will end and nobody is waiting.
 */
export type RefreshWish = { readonly kind: 'needed'; readonly rejected: string | undefined } | { readonly kind: 'ahead'; readonly version: number };

/** A token is not handed out in its last minute: the call it is for may take a while. Milliseconds. */
const marginMs = 60_000;
/** A token that is refused so soon after a refresh forced by a refusal will not be mended by another refresh. Milliseconds. */
const refusalMemoryMs = 5 * 60_000;
/** How long a caller waits for a database that went away while a new pair of tokens was being stored. Milliseconds. */
const rescueMs = 8_000;
/** How long the pair itself is held: it may be the only copy of what the provider will accept. Milliseconds. */
const rescueMsMax = 15 * 60_000;
const rescuePauseMs = 200;
/** A provider that asks for more is asked again nevertheless. Milliseconds. */
const waitMsMax = 24 * 60 * 60_000;

interface UsableWhen {
  /** A token that a provider refused. */
  readonly rejected: string | undefined;
  readonly now: Date;
  /** What must be left of it. */
  readonly leftMs?: number;
}

export const isUsable = (token: { value: string; expiresAt: Date | null }, { rejected, now, leftMs = marginMs }: UsableWhen): boolean =>
  token.value !== rejected && (token.expiresAt === null || token.expiresAt.getTime() - now.getTime() > leftMs);

/** A pair of tokens that a provider gave, and where it belongs. */
interface Fetched {
  readonly grant: GrantWithTokens;
  readonly tokens: NewTokens;
}

type GrantWithTokens = Grant & { readonly tokens: SealedTokens };

interface Refreshing {
  readonly grant: GrantWithTokens;
  readonly provider: ConnectableProvider;
  readonly held: RenewableTokens;
  readonly wasRefused: boolean;
}

/** Fetches new tokens, one replica at a time for each connection. */
@Injectable()
export class TokenRefresher {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(BrokenConnections) private readonly broken: BrokenConnections,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(ProviderSlots) private readonly slots: ProviderSlots,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Whoever waited for the lock takes what the one before stored. */
  refresh({ connectionId, provider }: Pick<Grant, 'connectionId' | 'provider'>, wish: RefreshWish): Promise<RefreshOutcome> {
    return this.slots.run(provider, async () => {
      let fetched: Fetched | undefined;
      try {
        return await this.database.transaction((tx) => this.#refreshLocked(tx, { connectionId, wish, onFetched: (pair) => (fetched = pair) }));
      } catch (error) {
        if (fetched === undefined) throw error;
        return this.#rescue(fetched, error);
      }
    });
  }

  async #refreshLocked(
    tx: Transaction,
    { connectionId, wish, onFetched }: { connectionId: string; wish: RefreshWish; onFetched: (pair: Fetched) => void },
  ): Promise<RefreshOutcome> {
    const grant = await this.grants.lock(tx, connectionId);
    if (grant === undefined || grant.status === 'disconnected') return { kind: 'gone' };
    if (grant.status === 'needs_reauth' || grant.tokens === null) return { kind: 'needs_reauth' };
    const { tokens } = grant;
    const held = { value: this.grants.accessTokenOf(grant, tokens), expiresAt: tokens.expiresAt };
    const isThere = wish.kind === 'ahead' ? tokens.version !== wish.version : isUsable(held, { rejected: wish.rejected, now: this.now() });
    if (isThere) return { kind: 'token', ...held };

    const provider = connectableProvider(this.providers, grant.provider);
    const wasRefused = wish.kind === 'needed' && held.value === wish.rejected;
    if (wasRefused && this.#wasRefusedBefore(tokens)) return this.#giveUp(tx, { grant, provider, reason: 'token_refused' });
    if (!isRenewable(provider.oauth, tokens)) return this.#giveUp(tx, { grant, provider, reason: 'no_refresh_token' });
    if (tokens.patientUntil !== null && tokens.patientUntil > this.now()) return { kind: 'unavailable' };
    const renewable = { accessToken: held.value, refreshToken: this.grants.refreshTokenOf(grant, tokens) };
    const work = { grant: { ...grant, tokens }, provider, held: renewable, wasRefused };
    const earliest = tokens.refreshToken === null ? renewableFrom(tokens, provider.oauth.longLivedTokens) : null;
    // A token that was just refused is shown to the provider all the same: its answer tells one that is dead from one that is too young.
    if (!wasRefused && earliest !== null && earliest > this.now())
      return this.#postpone(tx, work, { reason: 'token_too_young', waitMs: earliest.getTime() - this.now().getTime() });
    return this.#fetch(tx, work, onFetched);
  }

  async #fetch(tx: Transaction, work: Refreshing, onFetched: (pair: Fetched) => void): Promise<RefreshOutcome> {
    const { grant, provider } = work;
    try {
      const answer = await refreshTokens(provider, grant.connectionId, work.held);
      const fetched = {
        grant,
        tokens: newTokens(answer, { now: this.now(), refusedAt: work.wasRefused ? this.now() : null }),
      };
      onFetched(fetched);
      await this.#store(tx, fetched);
      return { kind: 'token', value: fetched.tokens.accessToken, expiresAt: fetched.tokens.expiresAt };
    } catch (error) {
      if (!(error instanceof OAuthFailure)) throw error;
      this.log.warn({ provider: grant.provider, connection_id: grant.connectionId, reason: error.reason }, 'a token was not refreshed');
      // invalid_grant is the one answer that will not change: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
      return error.kind === 'refused'
        ? this.#giveUp(tx, { grant, provider, reason: error.reason })
        : this.#postpone(tx, work, { reason: error.reason, waitMs: error.retryAfterMs });
    }
  }

  async #store(tx: Transaction, { grant, tokens }: Fetched): Promise<boolean> {
    const isStored = await this.grants.replace(tx, grant, tokens);
    if (!isStored) return false;
    if (grant.lastError !== null) await this.connections.setStatus(tx, grant.connectionId, { status: 'active', lastError: null, now: this.now() });
    const announced = { tenantId: grant.tenantId };
    tx.outbox.add(tokenRefreshed, { ...idsOf(grant), token_expires_at: tokens.expiresAt?.toISOString() ?? null }, announced);
    const message = 'A new access token was fetched.';
    tx.outbox.add(activityRecorded, { ...activityOf(grant), log_type: 'token_refreshed', message, success: true }, announced);
    return true;
  }

  /** The provider's refusal is final: the user must connect again. */
  async #giveUp(
    tx: Transaction,
    { grant, provider, reason }: { grant: Grant; provider: ConnectableProvider; reason: string },
  ): Promise<RefreshOutcome> {
    const name = provider.manifest.displayName;
    const why = reason === 'no_refresh_token' ? `The permission of ${name} has ended` : `${name} no longer accepts the permission`;
    await this.broken.note(tx, grant, { why, details: { reason } });
    return { kind: 'needs_reauth' };
  }

  /** It may work another time: nothing changes but what the user can read about it, once for each stretch of trouble. */
  async #postpone(
    tx: Transaction,
    { grant, provider }: Refreshing,
    { reason, waitMs }: { reason: string; waitMs: number | undefined },
  ): Promise<RefreshOutcome> {
    const after = (ms: number): Date => new Date(this.now().getTime() + ms);
    const again = after(backoffMs(grant.tokens.renewAttempts + 1, waitMs));
    await this.grants.postpone(tx, grant.connectionId, { again, patientUntil: waitMs === undefined ? null : after(Math.min(waitMs, waitMsMax)) });
    if (grant.lastError === null) {
      const message = `${provider.manifest.displayName} did not give a new access token; it will be asked again.`;
      await this.connections.setStatus(tx, grant.connectionId, { status: 'active', lastError: message, now: this.now() });
      const details = { connection_id: grant.connectionId, reason };
      tx.outbox.add(activityRecorded, { ...activityOf(grant), log_type: 'error', message, details, success: false }, { tenantId: grant.tenantId });
    }
    return { kind: 'unavailable' };
  }

  /** The provider gave a new pair and may have ended the old one, but the database went away: the only copy is here, so it is held until it is stored. */
  async #rescue(fetched: Fetched, cause: unknown): Promise<RefreshOutcome> {
    const { connectionId } = fetched.grant;
    this.log.warn({ err: cause, connection_id: connectionId }, 'the database went away while a new pair of tokens was being stored; trying again');
    const stored = this.#storeWhenPossible(fetched);
    stored.catch((error: unknown) => this.log.error({ err: error, connection_id: connectionId }, 'a new pair of tokens could not be stored'));
    return Promise.race([stored, sleep(rescueMs).then((): RefreshOutcome => ({ kind: 'unavailable' }))]);
  }

  async #storeWhenPossible(fetched: Fetched): Promise<RefreshOutcome> {
    const { connectionId } = fetched.grant;
    const deadline = Date.now() + rescueMsMax;
    for (;;) {
      await sleep(rescuePauseMs);
      try {
        return await this.database.transaction(async (tx) => {
          const current = await this.grants.lock(tx, connectionId);
          if (current === undefined || current.status === 'disconnected') return { kind: 'gone' };
          // Another replica used the old pair meanwhile and was refused, which everyone knows by now: connecting again is the clean way out.
          if (current.status === 'needs_reauth' || current.tokens === null) return { kind: 'needs_reauth' };
          if (await this.#store(tx, fetched)) return { kind: 'token', value: fetched.tokens.accessToken, expiresAt: fetched.tokens.expiresAt };
          // The commit had arrived after all, or the user has connected again.
          return { kind: 'token', value: this.grants.accessTokenOf(current, current.tokens), expiresAt: current.tokens.expiresAt };
        });
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  }

  #wasRefusedBefore({ refusedAt }: SealedTokens): boolean {
    return refusedAt !== null && this.now().getTime() - refusedAt.getTime() < refusalMemoryMs;
  }
}

const idsOf = ({ userId, connectionId, provider, type }: Grant) => ({ user_id: userId, connection_id: connectionId, provider, type });

const activityOf = ({ userId, provider, connectionId }: Grant) => ({
  user_id: userId,
  integration_type: provider,
  details: { connection_id: connectionId },
});
