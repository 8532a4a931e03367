import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError } from '@patchbay/contracts';
import { WorkLoop } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';
import { PROVIDERS } from '../providers/configured-providers.js';
import { EndingTokens } from './ending-tokens.js';
import { ProviderPauses } from './provider-pauses.js';
import { RenewalsRepository, type DueRenewal } from './renewals.repository.js';
import { TokenRefresher } from './token-refresher.js';

/** Fewer than {@link TokenRefresher} has slots, in all and for each provider: whoever waits for a token comes first. */
const atOnceMax = 8;
const atOncePerProviderMax = 4;
/** Longer than a refresh takes at worst, waiting included. Milliseconds. */
const claimMs = 30_000;
/** Tokens become due by themselves, so nobody wakes the loops. Milliseconds. */
const pollMs = 500;

/**
 * Renews tokens before they end, and tells beforehand that they end. Every replica runs one. It goes by what is due and not by the clock's hours, so it
 * is also the sweep that looks every few hours for what was missed: after an outage everything that became due meanwhile is due still.
 */
@Injectable()
export class RenewalLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #inHand = new Map<Promise<void>, string>();
  readonly #pauses = new ProviderPauses();
  readonly #telling: WorkLoop;
  readonly #renewing: WorkLoop;

  constructor(
    @Inject(EndingTokens) endings: EndingTokens,
    @Inject(RenewalsRepository) private readonly renewals: RenewalsRepository,
    @Inject(TokenRefresher) private readonly refresher: TokenRefresher,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) private readonly config: AuthConfig,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.#telling = new WorkLoop({ name: 'tell of tokens that end', log, pollMs, lanes: 2, step: () => endings.announce() });
    this.#renewing = new WorkLoop({ name: 'renew tokens', log, pollMs, step: () => this.#claim() });
  }

  onApplicationBootstrap(): void {
    if (!this.config.RENEW_TOKENS_AHEAD) return;
    this.#telling.start();
    this.#renewing.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.#telling.stop(), this.#renewing.stop()]);
    await Promise.all(this.#inHand.keys());
  }

  async #claim(): Promise<number> {
    const now = this.now();
    const max = atOnceMax - this.#inHand.size;
    const room = this.#room(now);
    if (max <= 0 || room.length === 0) return 0;
    const due = await this.renewals.claim(room, { now, again: new Date(now.getTime() + claimMs), max });
    for (const renewal of due) this.#begin(renewal);
    return due.length;
  }

  /** Of providers that can be asked, in a new order each time, so that none is always last. */
  #room(now: Date): readonly { provider: string; free: number }[] {
    const busy = [...this.#inHand.values()];
    return this.providers.all
      .filter(({ state, capabilities }) => state === 'configured' && capabilities.oauth !== undefined)
      .map(({ provider: { id } }) => {
        const limit = this.#pauses.limitOf(id, { usual: atOncePerProviderMax, now });
        return { provider: id, free: limit - busy.filter((other) => other === id).length, order: Math.random() };
      })
      .filter(({ free }) => free > 0)
      .sort((a, b) => a.order - b.order);
  }

  #begin(renewal: DueRenewal): void {
    const work = this.#renew(renewal).finally(() => {
      this.#inHand.delete(work);
      this.#renewing.wake();
    });
    this.#inHand.set(work, renewal.provider);
  }

  /** What throws is no outcome, such as a database that went away: the token is due again when the claim ends. */
  async #renew({ connectionId, provider, version }: DueRenewal): Promise<void> {
    try {
      const outcome = await this.refresher.refresh({ connectionId, provider }, { kind: 'ahead', version });
      if (outcome.kind === 'unavailable') this.#pauses.failed(provider, this.now());
      else this.#pauses.succeeded(provider);
    } catch (error) {
      const reason = error instanceof AppError ? error.code : 'unexpected';
      this.log.warn({ err: error, provider, connection_id: connectionId, reason }, 'a token was not renewed and will be tried again');
    }
  }
}
