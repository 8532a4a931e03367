import { Inject, Injectable } from '@nestjs/common';
import { AppError, authenticateSession } from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import { CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { tokenKeptMs } from './known.js';

/** While `auth` is away, it is not asked more often than this: every question would wait in vain. Milliseconds. */
const askAgainMs = 5_000;
/** No access token lives longer, so nobody asks for an ended session after that. Milliseconds. */
const tokenLifeMs = 15 * 60_000;
const endedMax = 20_000;

/** Tells whether the session of an access token goes on: a token outlives its session by up to 15 minutes. */
@Injectable()
export class Sessions {
  readonly #ended = new Map<string, number>();
  #isAway = false;
  #askAgainAt = 0;

  constructor(
    @Inject(RequestClient) private readonly requests: RequestClient,
    @Inject(LOG) private readonly log: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * How long the session may be believed in; undefined when it has ended. While `auth` is away every session goes on: signing people out would
   * be worse, and their tokens end soon.
   */
  async believedUntil(sessionId: string): Promise<number | undefined> {
    const isActive = await this.#isActive(sessionId);
    const now = this.clock().getTime();
    // Whoever signed out while we asked has signed out.
    if (isActive === false || this.#ended.has(sessionId)) return undefined;
    return now + (isActive === undefined ? askAgainMs : tokenKeptMs);
  }

  /** Remembers at once what `auth` would say from now on, also while it is away. */
  end(sessionId: string): void {
    const now = this.clock().getTime();
    for (const [id, at] of this.#ended) {
      if (at > now - tokenLifeMs && this.#ended.size < endedMax) break;
      this.#ended.delete(id);
    }
    this.#ended.set(sessionId, now);
  }

  async #isActive(sessionId: string): Promise<boolean | undefined> {
    if (this.#ended.has(sessionId)) return false;
    if (this.#isAway && this.clock().getTime() < this.#askAgainAt) return undefined;
    try {
      const { is_active } = await this.requests.send(authenticateSession, { session_id: sessionId });
      this.#isAway = false;
      return is_active;
    } catch (error) {
      if (!(error instanceof AppError) || error.status < 500) throw error;
      this.#askAgainAt = this.clock().getTime() + askAgainMs;
      if (!this.#isAway) this.log.warn({ err: error }, 'auth cannot be asked about sessions: their tokens are believed meanwhile');
      this.#isAway = true;
      return undefined;
    }
  }
}
