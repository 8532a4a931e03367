import { Inject, Injectable } from '@nestjs/common';
import { tokenOfCredentials } from '@patchbay/capabilities';
import { AppError, type getAccessToken, type InputOf, type OutputOf } from '@patchbay/contracts';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { CredentialsVerifier, type GrantWithCredentials } from '../credentials/credentials-verifier.js';
import { GrantsRepository, type Grant } from './grants.repository.js';
import { isUsable, TokenRefresher, type RefreshOutcome } from './token-refresher.js';

/** While a provider is away, a token is handed out until shortly before its end. Milliseconds. */
const lastMomentsMs = 5_000;

type Answer = OutputOf<typeof getAccessToken>;

/** Hands out access tokens that work. */
@Injectable()
export class TokensService {
  readonly #underWay = new Map<string, Promise<RefreshOutcome>>();

  constructor(
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(TokenRefresher) private readonly refresher: TokenRefresher,
    @Inject(CredentialsVerifier) private readonly verifier: CredentialsVerifier,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AppError `connection_not_found`, `connection_needs_reauth`, `provider_unavailable` */
  async getAccessToken({ connection_id: id, rejected_token: rejected }: InputOf<typeof getAccessToken>): Promise<Answer> {
    const grant = await this.grants.find(id);
    if (grant === undefined || grant.status === 'disconnected') throw new AppError('connection_not_found');
    const { credentials } = grant;
    if (grant.status === 'active' && credentials !== null) return this.#ofCredentials({ ...grant, credentials }, rejected);
    if (grant.status === 'needs_reauth' || grant.tokens === null) throw new AppError('connection_needs_reauth');
    const held = { value: this.grants.accessTokenOf(grant, grant.tokens), expiresAt: grant.tokens.expiresAt };
    if (isUsable(held, { rejected, now: this.now() })) return answerOf(held.value, held.expiresAt);
    const outcome = await this.#refreshOnce(grant, rejected);
    switch (outcome.kind) {
      case 'token':
        return answerOf(outcome.value, outcome.expiresAt);
      case 'gone':
        throw new AppError('connection_not_found');
      case 'needs_reauth':
        throw new AppError('connection_needs_reauth');
      case 'unavailable':
        if (isUsable(held, { rejected, now: this.now(), leftMs: lastMomentsMs })) return answerOf(held.value, held.expiresAt);
        throw new AppError('provider_unavailable', { provider: grant.provider });
    }
  }

  /** What was typed opens the account, as a token opens others; there is no newer one. When it was refused, the provider is asked whether it ended. */
  async #ofCredentials(grant: GrantWithCredentials, rejected: string | undefined): Promise<Answer> {
    const { value } = tokenOfCredentials(this.grants.credentialsOf(grant, grant.credentials), grant.connectionId);
    if (value === rejected) {
      const state = await this.verifier.verify(grant);
      if (state === 'unavailable') throw new AppError('provider_unavailable', { provider: grant.provider });
      if (state === 'refused') throw new AppError('connection_needs_reauth');
    }
    return answerOf(value, null);
  }

  /** Callers of this process who want the same thing share one refresh; the lock behind it does the same for all replicas. */
  #refreshOnce(grant: Grant, rejected: string | undefined): Promise<RefreshOutcome> {
    const key = `${grant.connectionId} ${rejected ?? ''}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const refresh = this.refresher.refresh(grant, { kind: 'needed', rejected }).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, refresh);
    return refresh;
  }
}

const answerOf = (token: string, expiresAt: Date | null): Answer => ({ access_token: token, expires_at: expiresAt?.toISOString() ?? null });
