import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Capabilities } from '@patchbay/capabilities';
import type { InputOf, IntegrationType, listProviders, OutputOf } from '@patchbay/contracts';
import type { ConfiguredProviders, ProviderManifest } from '@patchbay/providers';
import { PROVIDERS } from './configured-providers.js';
import { permissionsInWords } from './permissions.js';

@Injectable()
export class ProvidersService implements OnApplicationShutdown {
  constructor(@Inject(PROVIDERS) private readonly providers: ConfiguredProviders) {}

  list({ type }: InputOf<typeof listProviders>): OutputOf<typeof listProviders> {
    // Some are only listened to: nobody connects an account of theirs.
    const connectable = this.providers.all.filter(({ provider }) => provider.types.length > 0);
    const items = connectable.map(({ provider, state, missing, capabilities }) => ({
      id: provider.id,
      name: provider.displayName,
      types: [...provider.types],
      capabilities: [...provider.capabilities],
      is_configured: state === 'configured',
      missing_variables: [...missing],
      setup_guide: provider.setupGuide.href,
      can_sign_in: provider.types.includes('authentication'),
      connect: { method: connectMethodOf(provider), fields: [...(capabilities.credentials?.form ?? [])] },
      permissions: provider.types.flatMap((of) => permissionsOf(capabilities, of)),
    }));
    return { items: items.filter(({ types }) => type === undefined || types.includes(type)), next_cursor: null };
  }

  onApplicationShutdown(): Promise<void> {
    return this.providers.close();
  }
}

const connectMethodOf = ({ capabilities }: ProviderManifest) =>
  capabilities.includes('credentials') ? ('credentials' as const) : ('oauth' as const);

/** Nothing while the provider is not configured, or where no consent page is involved. */
function permissionsOf(capabilities: Partial<Capabilities>, type: IntegrationType) {
  const scopes = capabilities.oauth?.scopes[type];
  return scopes === undefined ? [] : [{ type, scopes: [...scopes], in_words: [...permissionsInWords({ capabilities }, scopes)] }];
}
