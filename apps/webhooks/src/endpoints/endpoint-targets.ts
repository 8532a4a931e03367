import { Inject, Injectable } from '@nestjs/common';
import { EgressGuard } from '@patchbay/egress';
import { LOG, type Logger } from '@patchbay/service-kit';
import { signingKeyOf } from '../deliveries/signing-key.js';
import type { DeliveryTarget, Readiness } from './delivery-target.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointsRepository, type EndpointRow } from './endpoints.repository.js';

const targetsMax = 20_000;

/** Endpoints ready to be sent to, kept in memory for as long as their version does not change. */
@Injectable()
export class EndpointTargets {
  readonly #targets = new Map<string, DeliveryTarget>();

  constructor(
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
    @Inject(EndpointSecrets) private readonly secrets: EndpointSecrets,
    @Inject(EgressGuard) private readonly guard: EgressGuard,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** The target, if it is known and not older than `version`. */
  known(endpointId: string, version: number): DeliveryTarget | undefined {
    const target = this.#targets.get(endpointId);
    return target !== undefined && target.version >= version ? target : undefined;
  }

  /** Reads endpoints from the database. */
  async load(ids: readonly string[]): Promise<void> {
    const rows = await this.endpoints.findTargets(ids);
    if (this.#targets.size + rows.length > targetsMax) this.#targets.clear();
    for (const row of rows) this.#targets.set(row.id, row.is_deleted ? unusable(row, 'off') : this.#open(row));
  }

  /** What a stored endpoint takes to be sent to. */
  open(row: EndpointRow): DeliveryTarget {
    const url = new URL(row.webhook_url);
    return {
      endpointId: row.id,
      version: row.version,
      readiness: row.is_active ? 'ready' : 'off',
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      keys: this.#keysOf(row),
      headers: Object.entries(this.secrets.openHeaders(row)).flat(),
      policy: { retryFailed: row.retry_failed, maxRetries: row.max_retries },
      ratePerMinute: row.rate_limit_per_minute,
      isRefused: this.#isRefused(row.webhook_url),
    };
  }

  #open(row: EndpointRow): DeliveryTarget {
    try {
      return this.open(row);
    } catch (error) {
      // A master key was taken away: nothing can be signed, and neither other endpoints nor what is due here must suffer for it.
      this.log.error({ err: error, endpoint_id: row.id }, 'an endpoint cannot be opened; its deliveries wait for the missing master key');
      return unusable(row, row.is_active ? 'sealed' : 'off');
    }
  }

  #keysOf(row: EndpointRow): DeliveryTarget['keys'] {
    const previous = this.secrets.openPrevious(row).map(({ secret, until }) => ({ ...signingKeyOf(secret), untilMs: Date.parse(until) }));
    return [{ ...signingKeyOf(this.secrets.openSecret(row)), untilMs: null }, ...previous];
  }

  #isRefused(url: string): boolean {
    try {
      this.guard.checkUrl(url);
      return false;
    } catch {
      return true;
    }
  }
}

const unusable = (row: EndpointRow, readiness: Readiness): DeliveryTarget => ({
  endpointId: row.id,
  version: row.version,
  readiness,
  origin: '',
  path: '',
  keys: [],
  headers: [],
  policy: { retryFailed: false, maxRetries: 0 },
  ratePerMinute: null,
  isRefused: true,
});
