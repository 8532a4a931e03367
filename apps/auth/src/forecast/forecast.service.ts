import { Inject, Injectable } from '@nestjs/common';
import type { InputOf, listExpiringConnections, OutputOf } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { PROVIDERS } from '../providers/configured-providers.js';
import { inWords } from './break-words.js';
import { ForecastRepository, type BreakPage, type ForecastQuery } from './forecast.repository.js';

type Input = InputOf<typeof listExpiringConnections>;
type Forecast = OutputOf<typeof listExpiringConnections>;

const dayMs = 24 * 60 * 60_000;

/** Says which connections will stop to work, before they do. */
@Injectable()
export class ForecastService {
  constructor(
    @Inject(ForecastRepository) private readonly forecast: ForecastRepository,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async ofUser(owner: UserCaller, input: Input): Promise<Forecast> {
    return this.#inWords(await this.forecast.ofUser(owner.user_id, this.#query(owner.tenant_id, input)));
  }

  async ofEveryone(tenantId: string, input: Input): Promise<Forecast> {
    return this.#inWords(await this.forecast.ofEveryone(this.#query(tenantId, input)));
  }

  #query(tenantId: string, { days, limit, cursor }: Input): ForecastQuery {
    const unconfigured = this.providers.all.filter(({ state }) => state === 'not_configured').map(({ provider }) => provider.id);
    return { tenantId, until: new Date(this.now().getTime() + days * dayMs), unconfigured, limit, cursor };
  }

  #inWords({ items, next_cursor }: BreakPage): Forecast {
    const nameOf = (id: string): string => this.providers.find(id)?.provider.displayName ?? id;
    return { items: items.map((item) => ({ ...item, ...inWords(item.reason, nameOf(item.provider)) })), next_cursor };
  }
}
