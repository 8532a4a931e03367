import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';

/** Whom and what a state belongs to. */
export interface StateBinding {
  readonly tenantId: string;
  /** Null while nobody is signed in. */
  readonly userId: string | null;
  readonly provider: string;
}

/**
 * Makes and recognises states: random, and signed for one user and one provider, so that a forged one is refused before anything is looked up.
 * That each works once is up to the flow behind it. https://www.rfc-editor.org/rfc/rfc6749#section-10.12
 */
@Injectable()
export class FlowStates {
  readonly #keys: readonly Buffer[];

  constructor(@Inject(SERVICE_CONFIG) config: Pick<AuthConfig, 'TOKEN_MASTER_KEYS'>) {
    // The first signs; with the others a flow outlives a change of master keys.
    this.#keys = config.TOKEN_MASTER_KEYS.map(({ key }) => Buffer.from(hkdfSync('sha256', key, '', 'patchbay oauth state', 32)));
  }

  issue(binding: StateBinding): string {
    const nonce = randomBytes(32).toString('base64url');
    const [key] = this.#keys;
    if (key === undefined) throw new Error('unreachable: configuration demands a master key');
    return `${nonce}.${signature(key, nonce, binding).toString('base64url')}`;
  }

  isOurs(state: string, binding: StateBinding): boolean {
    const [nonce = '', tag = ''] = state.split('.');
    const shown = Buffer.from(tag, 'base64url');
    return this.#keys.some((key) => {
      const expected = signature(key, nonce, binding);
      return shown.length === expected.length && timingSafeEqual(shown, expected);
    });
  }
}

const signature = (key: Buffer, nonce: string, { tenantId, userId, provider }: StateBinding): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify([nonce, tenantId, userId, provider]))
    .digest();
