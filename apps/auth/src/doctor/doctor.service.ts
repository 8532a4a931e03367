import { Inject, Injectable } from '@nestjs/common';
import { AppError, type examineInstallation as examineInstallationRequest, type InputOf, type OutputOf } from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';
import { PROVIDERS } from '../providers/configured-providers.js';
import { SigningKeysRepository } from '../signing-keys/signing-keys.repository.js';
import { examineInstallation } from './installation-examination.js';
import { examineProvider } from './provider-examination.js';

const databaseTime = { name: 'doctor-database-time', text: 'SELECT now() AS now' };

/** Finds out what would break before somebody's account does, and says how to mend it. */
@Injectable()
export class DoctorService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SigningKeysRepository) private readonly keys: SigningKeysRepository,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) private readonly config: AuthConfig,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AppError `provider_unknown` */
  async examine({ provider: id }: InputOf<typeof examineInstallationRequest>): Promise<OutputOf<typeof examineInstallationRequest>> {
    const isProduction = this.config.NODE_ENV === 'production';
    const surroundings = { isProduction, redirectUris: this.config.OAUTH_REDIRECT_URIS, now: this.now };
    if (id !== undefined) {
      const provider = this.providers.find(id);
      if (provider === undefined) throw new AppError('provider_unknown');
      return { items: [await examineProvider(provider, surroundings)], next_cursor: null };
    }
    const keyIds = (await this.keys.listPublic()).map(({ kid }) => kid);
    const installation = {
      publicBaseUrl: this.config.PUBLIC_BASE_URL,
      isProduction,
      keyIds,
      databaseTime: () => this.#databaseTime(),
      now: this.now,
    };
    const items = await Promise.all([
      examineInstallation(installation),
      ...this.providers.all.map((provider) => examineProvider(provider, surroundings)),
    ]);
    return { items, next_cursor: null };
  }

  async #databaseTime(): Promise<Date> {
    const [row] = await this.database.read<{ readonly now: Date }>(databaseTime);
    if (row === undefined) throw new Error('unreachable: a query without FROM answers one row');
    return row.now;
  }
}
