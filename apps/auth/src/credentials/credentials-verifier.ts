import { Inject, Injectable } from '@nestjs/common';
import { ProviderError } from '@patchbay/capabilities';
import { Database } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { BrokenConnections } from '../connections/broken-connections.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { PROVIDERS } from '../providers/configured-providers.js';
import { GrantsRepository, type Grant } from '../tokens/grants.repository.js';
import { detailsOf, verdictOf } from './credential-failures.js';

/** A connection that is opened with what a person typed. */
export type GrantWithCredentials = Grant & { readonly credentials: string };

/** `unusable`: they are right, but what they lead to is gone or closed; somebody may mend that at the provider. */
export type CredentialsState = 'working' | 'unusable' | 'refused' | 'unavailable';

/** Asks providers whether stored credentials still work. */
@Injectable()
export class CredentialsVerifier {
  readonly #underWay = new Map<string, Promise<CredentialsState>>();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(BrokenConnections) private readonly broken: BrokenConnections,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** A refusal ends the connection. Callers who want to know the same share one call: accounts are locked after too many wrong passwords. */
  verify(grant: GrantWithCredentials): Promise<CredentialsState> {
    const key = `${grant.connectionId} ${grant.credentials}`;
    const known = this.#underWay.get(key);
    if (known !== undefined) return known;
    const asked = this.#verify(grant).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asked);
    return asked;
  }

  async #verify(grant: GrantWithCredentials): Promise<CredentialsState> {
    const capability = this.providers.find(grant.provider)?.capabilities.credentials;
    if (capability === undefined) return 'unavailable';
    const credentials = this.grants.credentialsOf(grant, grant.credentials);
    try {
      await capability.check(credentials, grant.connectionId);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      this.log.warn({ provider: grant.provider, connection_id: grant.connectionId, ...detailsOf(error) }, 'stored credentials did not work');
      return this.#settle(grant, error);
    }
    if (grant.lastError !== null) await this.#note(grant, { status: 'active', lastError: null });
    return 'working';
  }

  async #settle(grant: GrantWithCredentials, failure: ProviderError): Promise<CredentialsState> {
    const verdict = verdictOf(failure);
    if (verdict === 'later') return 'unavailable';
    if (verdict === 'refused') return this.#giveUp(grant, failure);
    await this.#note(grant, { status: 'active', lastError: this.#whyUnusable(grant, failure) });
    return 'unusable';
  }

  #whyUnusable(grant: Grant, { code }: ProviderError): string {
    const name = this.#nameOf(grant);
    if (code === 'not_found') return `${name}: there is nothing where the credentials lead to, or not now.`;
    return `${name} knows the credentials, but what they lead to cannot be used.`;
  }

  /** Only the user can mend this: by connecting again. */
  async #giveUp(grant: GrantWithCredentials, failure: ProviderError): Promise<CredentialsState> {
    const why = `${this.#nameOf(grant)} no longer accepts the credentials`;
    return this.database.transaction(async (tx) => {
      const current = await this.grants.lock(tx, grant.connectionId);
      // The user has connected again, or disconnected, while the old ones were tried.
      if (current?.credentials !== grant.credentials || current.status !== 'active') return 'working';
      await this.broken.note(tx, current, { why, details: detailsOf(failure) });
      return 'refused';
    });
  }

  async #note(grant: GrantWithCredentials, change: { readonly status: 'active'; readonly lastError: string | null }): Promise<void> {
    await this.database.transaction(async (tx) => {
      const current = await this.grants.lock(tx, grant.connectionId);
      if (current?.credentials !== grant.credentials || current.status !== 'active') return;
      await this.connections.setStatus(tx, grant.connectionId, { ...change, now: this.now() });
    });
  }

  #nameOf({ provider }: Grant): string {
    return this.providers.find(provider)?.provider.displayName ?? provider;
  }
}
