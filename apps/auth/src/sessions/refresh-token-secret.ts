import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';

/** A word that scanners for leaked secrets can recognise. */
const prefix = 'pb_refresh_';

/** A refresh token as its holder gets it at the beginning of a session: 32 random bytes. */
export const newRefreshToken = (): string => `${prefix}${randomBytes(32).toString('base64url')}`;

/** What is kept of it. With 256 random bits there is nothing to guess, so a slow hash would only cost time. */
export const hashOfRefreshToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * The token that follows another. It follows from that one and a key of ours, so that everyone who brings the same token at the same moment, such as
 * several tabs of one browser, gets the same next one; nobody can tell it who has not both.
 */
@Injectable()
export class RefreshTokenSuccessors {
  readonly #keys: readonly Buffer[];

  constructor(@Inject(SERVICE_CONFIG) config: Pick<AuthConfig, 'TOKEN_MASTER_KEYS'>) {
    this.#keys = config.TOKEN_MASTER_KEYS.map(({ key }) => Buffer.from(hkdfSync('sha256', key, '', 'patchbay refresh tokens', 32)));
  }

  /** The first is given; the others were, before the first master key changed. */
  of(token: string): readonly [string, ...string[]] {
    const [first, ...others] = this.#keys.map((key) => `${prefix}${createHmac('sha256', key).update(token).digest('base64url')}`);
    if (first === undefined) throw new Error('unreachable: configuration demands a master key');
    return [first, ...others];
  }
}
