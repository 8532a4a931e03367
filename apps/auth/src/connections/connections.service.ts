import { Inject, Injectable } from '@nestjs/common';
import { ProviderError, type OAuthCapability, type RevocationCapability } from '@patchbay/capabilities';
import {
  activityRecorded,
  AppError,
  integrationDisconnected,
  type Connection,
  type InputOf,
  type listConnections,
  type OutputOf,
} from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { OAuthFailure, refreshTokens, revokeToken } from '../oauth/oauth-client.js';
import { connectableProvider, PROVIDERS, type ConnectableProvider } from '../providers/configured-providers.js';
import { GrantsRepository, type Grant, type SealedTokens } from '../tokens/grants.repository.js';
import { ProviderSlots } from '../tokens/provider-slots.js';
import { ConnectionsRepository } from './connections.repository.js';
import { lockPermission } from './permission-lock.js';
import { requireOwn } from './require-own.js';

type GrantWithTokens = Grant & { readonly tokens: SealedTokens };

/** What became of the permission at the provider when its connection went. */
type Revocation = 'revoked' | 'kept_for_other_connection' | 'not_offered' | 'credentials_forgotten' | 'failed';

@Injectable()
export class ConnectionsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(ProviderSlots) private readonly slots: ProviderSlots,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  list(owner: UserCaller, page: InputOf<typeof listConnections>): Promise<OutputOf<typeof listConnections>> {
    return this.connections.list(owner, page);
  }

  /** @throws AppError `connection_not_found`, also for somebody else's. */
  async get(owner: UserCaller, id: string): Promise<Connection> {
    const found = await this.connections.find(owner, id);
    if (found === undefined) throw new AppError('connection_not_found');
    return found;
  }

  /**
   * Ends a connection of the caller. A provider that cannot revoke now does not keep it alive: the tokens are forgotten all the same.
   *
   * @throws AppError `connection_not_found`, also for somebody else's.
   */
  async disconnect(owner: UserCaller, id: string): Promise<null> {
    const { provider } = requireOwn(await this.grants.find(id), owner);
    await this.slots.run(provider, () =>
      this.database.transaction(async (tx) => {
        // Under the lock, so that no refresh makes the tokens that are revoked here stale ones.
        const grant = requireOwn(await this.grants.lock(tx, id), owner);
        const revocation = await this.#revoke(tx, grant);
        await this.grants.forget(tx, id);
        await this.connections.setStatus(tx, id, { status: 'disconnected', lastError: null, now: this.now() });
        this.#announce(tx, grant, revocation);
      }),
    );
    return null;
  }

  async #revoke(tx: Transaction, grant: Grant): Promise<Revocation> {
    if (grant.credentials !== null) return 'credentials_forgotten';
    if (grant.tokens === null) return 'not_offered';
    const provider = this.#providerOf(grant);
    if (provider === undefined || (provider.oauth.revocationEndpoint === null && provider.revocation === undefined)) return 'not_offered';
    await lockPermission(tx, grant);
    if (await this.connections.isAccountUsedElsewhere(tx, { id: grant.connectionId, providers: this.#ofSameApp(provider) }))
      return 'kept_for_other_connection';
    if (provider.revocation !== undefined) return this.#revokeAs(provider, provider.revocation, { ...grant, tokens: grant.tokens });
    for (const token of this.#tokensOf(grant, grant.tokens)) if (await this.#isRevoked(provider, grant, token)) return 'revoked';
    return 'failed';
  }

  /** The provider's own way. What it cannot do now does not keep a user from disconnecting. */
  async #revokeAs(provider: ConnectableProvider, revocation: RevocationCapability, grant: GrantWithTokens): Promise<Revocation> {
    try {
      await this.#revokeWithLivingToken(provider, revocation, grant);
      return 'revoked';
    } catch (error) {
      // The refresh token is refused as well, or there is none: whatever there was is gone.
      if (error instanceof OAuthFailure && error.kind === 'refused') return 'revoked';
      if (isUnauthorized(error)) return 'revoked';
      if (!(error instanceof ProviderError || error instanceof AppError || error instanceof OAuthFailure)) throw error;
      const reason = error instanceof OAuthFailure ? error.reason : error.code;
      this.log.warn({ provider: grant.provider, connection_id: grant.connectionId, reason }, 'a token was not revoked');
      return 'failed';
    }
  }

  /** An access token that has ended cannot end its permission, and the refresh token beside it would live on: then a new one does it. */
  async #revokeWithLivingToken(provider: ConnectableProvider, revocation: RevocationCapability, grant: GrantWithTokens): Promise<void> {
    const { connectionId: accountId, tokens } = grant;
    const held = { accessToken: this.grants.accessTokenOf(grant, tokens), refreshToken: this.grants.refreshTokenOf(grant, tokens) };
    try {
      await revocation.revoke({ value: held.accessToken, accountId });
    } catch (error) {
      if (!isUnauthorized(error) || held.refreshToken === null) throw error;
      const { accessToken: value } = await refreshTokens(provider, accountId, held);
      await revocation.revoke({ value, accountId });
    }
  }

  /** Either kind ends the whole grant (https://www.rfc-editor.org/rfc/rfc7009#section-2.1), but not every provider takes both. */
  #tokensOf(grant: Grant, tokens: SealedTokens): readonly string[] {
    try {
      const refreshToken = this.grants.refreshTokenOf(grant, tokens);
      return [...(refreshToken === null ? [] : [refreshToken]), this.grants.accessTokenOf(grant, tokens)];
    } catch (error) {
      // Tokens that nobody can open any more must not keep a user from disconnecting.
      this.log.warn({ err: error, connection_id: grant.connectionId }, 'tokens could not be opened, so they are forgotten without being revoked');
      return [];
    }
  }

  async #isRevoked(provider: ConnectableProvider, { connectionId }: Grant, token: string): Promise<boolean> {
    try {
      await revokeToken(provider, connectionId, token);
      return true;
    } catch (error) {
      if (!(error instanceof OAuthFailure)) throw error;
      // The user was faster and took the permission back at the provider: some say so instead of answering 200.
      if (error.reason === 'invalid_token') return true;
      this.log.warn({ provider: provider.manifest.id, connection_id: connectionId, reason: error.reason }, 'a token was not revoked');
      return false;
    }
  }

  /** Providers whose permissions are one at the vendor: those with the same app there. */
  #ofSameApp({ oauth }: ConnectableProvider): readonly string[] {
    const isSame = (other: OAuthCapability | undefined): boolean => other?.clientId === oauth.clientId && other.tokenEndpoint === oauth.tokenEndpoint;
    return this.providers.all.filter(({ capabilities }) => isSame(capabilities.oauth)).map(({ provider }) => provider.id);
  }

  /** Undefined when an operator has taken the credentials away since: then nobody can be asked. */
  #providerOf(grant: Grant): ConnectableProvider | undefined {
    try {
      return connectableProvider(this.providers, grant.provider);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  #announce(tx: Transaction, grant: Grant, revocation: Revocation): void {
    const { userId: user_id, connectionId: connection_id, provider, type, tenantId } = grant;
    const name = this.providers.find(provider)?.provider.displayName ?? provider;
    tx.outbox.add(integrationDisconnected, { user_id, connection_id, provider, type, reason: 'by_user' }, { tenantId });
    const log_type = 'integration_disconnected';
    const details = { connection_id, revocation };
    tx.outbox.add(
      activityRecorded,
      { user_id, log_type, integration_type: provider, message: messages[revocation](name), details, success: true },
      { tenantId },
    );
  }
}

const messages: Readonly<Record<Revocation, (provider: string) => string>> = {
  revoked: (provider) => `${provider} was disconnected and its permission revoked.`,
  kept_for_other_connection: (provider) => `${provider} was disconnected; its permission stays, because another connection uses the same account.`,
  not_offered: (provider) => `${provider} was disconnected and its tokens forgotten.`,
  credentials_forgotten: (provider) => `${provider} was disconnected and what opened it forgotten; it can be ended in the account's settings there.`,
  failed: (provider) =>
    `${provider} was disconnected and its tokens forgotten, but ${provider} could not revoke the permission; it can be removed in the account's settings there.`,
};

const isUnauthorized = (error: unknown): boolean => error instanceof ProviderError && error.code === 'unauthorized';
