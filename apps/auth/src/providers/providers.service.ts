import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { integrationTypesOf } from '@patchbay/capabilities';
import type { InputOf, listProviders, OutputOf } from '@patchbay/contracts';
import type { ConfiguredProviders } from '@patchbay/providers';
import { PROVIDERS } from './configured-providers.js';

@Injectable()
export class ProvidersService implements OnApplicationShutdown {
  constructor(@Inject(PROVIDERS) private readonly providers: ConfiguredProviders) {}

  list({ type }: InputOf<typeof listProviders>): OutputOf<typeof listProviders> {
    const items = this.providers.all.map(({ provider, state, missing }) => ({
      id: provider.id,
      name: provider.displayName,
      types: [...integrationTypesOf(provider)],
      capabilities: [...provider.capabilities],
      is_configured: state === 'configured',
      missing_variables: [...missing],
      setup_guide: provider.setupGuide.href,
    }));
    return { items: items.filter(({ types }) => type === undefined || types.includes(type)), next_cursor: null };
  }

  onApplicationShutdown(): Promise<void> {
    return this.providers.close();
  }
}
