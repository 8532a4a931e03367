import { getAccessToken } from '@patchbay/contracts';
import type { RequestClient } from '@patchbay/messaging';

interface CachedToken {
  readonly value: string;
  readonly until: number;
}

/** A token is kept for a minute at most, so that a disconnected account stops working soon. Milliseconds. */
const keptMs = 60_000;
/** A token is not used in its last moments: the call must arrive before it ends. Milliseconds. */
const marginMs = 10_000;
const cachedTokensMax = 10_000;

/** Access tokens of connections, asked from `auth`. */
export class AccessTokens {
  readonly #cache = new Map<string, CachedToken>();

  constructor(
    private readonly requests: RequestClient,
    private readonly now: () => Date,
  ) {}

  /**
   * Calls a provider with a working token. When the provider refuses it, as `isRefusal` tells, one new token is fetched and the call made
   * once more.
   *
   * @throws AppError `connection_needs_reauth` when the user must connect again; otherwise what `call` throws.
   */
  async use<Result>(connectionId: string, call: (token: string) => Promise<Result>, isRefusal: (error: unknown) => boolean): Promise<Result> {
    const token = await this.#token(connectionId);
    try {
      return await call(token);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#cache.delete(connectionId);
      return call(await this.#ask(connectionId, token));
    }
  }

  /** Forgets a connection's token at once. */
  forget(connectionId: string): void {
    this.#cache.delete(connectionId);
  }

  async #token(connectionId: string): Promise<string> {
    const cached = this.#cache.get(connectionId);
    return cached !== undefined && cached.until > this.now().getTime() ? cached.value : this.#ask(connectionId);
  }

  async #ask(connectionId: string, rejected?: string): Promise<string> {
    const input = { connection_id: connectionId, ...(rejected === undefined ? {} : { rejected_token: rejected }) };
    const { access_token: value, expires_at: end } = await this.requests.send(getAccessToken, input);
    const now = this.now().getTime();
    const until = Math.min(now + keptMs, end === null ? Infinity : Date.parse(end) - marginMs);
    if (this.#cache.size >= cachedTokensMax) this.#cache.clear();
    this.#cache.set(connectionId, { value, until });
    return value;
  }
}
