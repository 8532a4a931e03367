import { Inject, Injectable } from '@nestjs/common';
import { AppError, authenticateApiKey } from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import { CLOCK, SERVICE_CONFIG, type Clock, type ProcessConfig } from '@patchbay/service-kit';
import type { GatewayConfig } from '../gateway.config.js';
import type { Known } from './known.js';

/** How soon a revoked API key stops working. Milliseconds. */
const apiKeyKeptMs = 10_000;

/** Asks `auth` who holds an API key. */
@Injectable()
export class ApiKeys {
  constructor(
    @Inject(RequestClient) private readonly requests: RequestClient,
    @Inject(SERVICE_CONFIG) private readonly config: GatewayConfig & ProcessConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `service_unavailable` when `auth` cannot be asked. */
  async identify(key: string): Promise<Known | undefined> {
    const now = this.clock().getTime();
    try {
      const { caller, scopes, expires_at, is_development } = await this.requests.send(authenticateApiKey, { key });
      if (is_development && this.config.NODE_ENV === 'production') return undefined;
      const end = expires_at === null ? Infinity : Date.parse(expires_at);
      return { caller, scopes: scopes ?? undefined, until: Math.min(now + apiKeyKeptMs, end) };
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return undefined;
      throw error;
    }
  }
}
