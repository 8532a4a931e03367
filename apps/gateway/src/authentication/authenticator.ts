import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '@patchbay/contracts';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { decodeJwt } from 'jose';
import { ApiKeys } from './api-keys.js';
import { apiKeyPrefix, type Credential } from './credential.js';
import { HostTokens } from './host-tokens.js';
import type { Known } from './known.js';
import { OwnTokens } from './own-tokens.js';

const knownMax = 20_000;
/** Longer ones are refused unread: some hosts put groups into their tokens, but none needs more. */
const credentialLengthMax = 8_192;

/**
 * Tells who stands behind a credential: a person with an access token of `auth` or of the host product, or a service with an API key. What it
 * found out it believes for a while.
 */
@Injectable()
export class Authenticator {
  readonly #known = new Map<string, Known>();

  constructor(
    @Inject(OwnTokens) private readonly ownTokens: OwnTokens,
    @Inject(HostTokens) private readonly hostTokens: HostTokens,
    @Inject(ApiKeys) private readonly apiKeys: ApiKeys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** True when {@link identify} would answer without asking anyone. */
  knows(credential: Credential | undefined): boolean {
    return credential !== undefined && this.#remembered(credential) !== undefined;
  }

  /**
   * Undefined when nobody said who they are, or when what they said is not true.
   *
   * @throws AppError `service_unavailable` when that cannot be found out now.
   */
  async identify(credential: Credential | undefined): Promise<Known | undefined> {
    if (credential === undefined || credential.value === '' || credential.value.length > credentialLengthMax) return undefined;
    const known = this.#remembered(credential);
    if (known !== undefined) return known;
    this.#known.delete(credential.value);
    const found = await this.#find(credential);
    if (found === undefined) return undefined;
    if (this.#known.size >= knownMax) this.#known.clear();
    this.#known.set(credential.value, found);
    return found;
  }

  /** Looks again before the next call of these callers, and answers who they are. */
  forget(isMeant: (caller: Caller) => boolean): readonly Caller[] {
    const meant = [...this.#known].filter(([, { caller }]) => isMeant(caller));
    for (const [value] of meant) this.#known.delete(value);
    return meant.map(([, { caller }]) => caller);
  }

  #remembered({ value }: Credential): Known | undefined {
    const known = this.#known.get(value);
    return known !== undefined && known.until > this.clock().getTime() ? known : undefined;
  }

  #find({ value }: Credential): Promise<Known | undefined> {
    if (value.startsWith(apiKeyPrefix)) return this.apiKeys.identify(value);
    const issuer = issuerOf(value);
    return this.hostTokens.isFor(issuer) ? this.hostTokens.identify(value) : this.ownTokens.identify(value);
  }
}

/** Only says whose keys a token must be checked with. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
