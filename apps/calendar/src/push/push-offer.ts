import { Inject, Injectable } from '@nestjs/common';
import type { CalendarPushCapability } from '@patchbay/capabilities';
import { PROVIDERS } from '@patchbay/bookings';
import type { ConfiguredProviders } from '@patchbay/providers';
import { SERVICE_CONFIG } from '@patchbay/service-kit';

interface AddressConfig {
  readonly NODE_ENV?: string;
  readonly PUBLIC_BASE_URL?: string;
}

/** Below the public address, where the gateway takes what providers send. */
const ingressPath = '/api/v1/ingress';

/** Which providers can be asked to call back, and where to. */
@Injectable()
export class PushOffer {
  readonly #base: string | null;

  constructor(
    @Inject(PROVIDERS) private readonly configured: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) config: AddressConfig,
  ) {
    this.#base = callableBase(config);
  }

  /** Ids of the providers that can be. */
  get providers(): readonly string[] {
    if (this.#base === null) return [];
    return this.configured.all.filter(({ capabilities }) => capabilities.calendarPush !== undefined).map(({ provider }) => provider.id);
  }

  /** What a provider can do, and where it calls; undefined where it cannot be asked. */
  of(provider: string): { readonly push: CalendarPushCapability; readonly address: string } | undefined {
    const push = this.configured.find(provider)?.capabilities.calendarPush;
    return push === undefined || this.#base === null ? undefined : { push, address: `${this.#base}${ingressPath}/${provider}` };
  }
}

/** Providers call nobody without TLS. Only where there is no outside, the sandbox may be told a plain address. */
function callableBase({ NODE_ENV, PUBLIC_BASE_URL }: AddressConfig): string | null {
  if (PUBLIC_BASE_URL === undefined || (NODE_ENV === 'production' && !PUBLIC_BASE_URL.startsWith('https:'))) return null;
  return PUBLIC_BASE_URL.replace(/\/+$/, '');
}
