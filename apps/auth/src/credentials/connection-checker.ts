import { Inject, Injectable } from '@nestjs/common';
import { ProviderError } from '@patchbay/capabilities';
import { AppError, type Connection } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { requireOwn } from '../connections/require-own.js';
import { PROVIDERS } from '../providers/configured-providers.js';
import { GrantsRepository, type Grant } from '../tokens/grants.repository.js';
import { TokensService } from '../tokens/tokens.service.js';
import { CredentialsVerifier } from './credentials-verifier.js';

/** A token that is refused is renewed; the new one is refused as well; that is what makes it final. */
const refusalsMax = 2;

/** Finds out by a real call whether a connection works. */
@Injectable()
export class ConnectionChecker {
  constructor(
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(TokensService) private readonly tokens: TokensService,
    @Inject(CredentialsVerifier) private readonly verifier: CredentialsVerifier,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
  ) {}

  /** @throws AppError `connection_not_found`, `provider_unavailable` when it cannot be told now */
  async check(owner: UserCaller, id: string): Promise<Connection> {
    const grant = requireOwn(await this.grants.find(id), owner);
    if (grant.status === 'active') await this.#ask(grant);
    const connection = await this.connections.find(owner, id);
    if (connection === undefined) throw new AppError('connection_not_found');
    return connection;
  }

  async #ask(grant: Grant): Promise<void> {
    const { credentials } = grant;
    if (credentials === null) return this.#askWithToken(grant);
    const state = await this.verifier.verify({ ...grant, credentials });
    if (state === 'unavailable') throw unavailable(grant);
  }

  async #askWithToken(grant: Grant): Promise<void> {
    const identity = this.providers.find(grant.provider)?.capabilities.identity;
    if (identity === undefined) throw unavailable(grant);
    let rejected: string | undefined;
    for (let refusals = 0; refusals <= refusalsMax; refusals += 1) {
      const token = await this.#tokenOf(grant, rejected);
      if (token === undefined) return;
      try {
        await identity.getAccount({ value: token, accountId: grant.connectionId });
        return;
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        // A token that may not ask whose it is works all the same.
        if (error.code === 'forbidden') return;
        if (error.code !== 'unauthorized') throw unavailable(grant, error);
        rejected = token;
      }
    }
    throw unavailable(grant);
  }

  /** Undefined when the connection has ended. */
  async #tokenOf(grant: Grant, rejected: string | undefined): Promise<string | undefined> {
    try {
      const asked = { connection_id: grant.connectionId, ...(rejected !== undefined && { rejected_token: rejected }) };
      return (await this.tokens.getAccessToken(asked)).access_token;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'connection_needs_reauth') return undefined;
      // An operator has taken the provider's client away: until it is back nobody can be asked.
      if (error.code === 'provider_not_configured' || error.code === 'provider_unknown') throw unavailable(grant, error);
      throw error;
    }
  }
}

const unavailable = ({ provider }: Grant, cause?: unknown): AppError => new AppError('provider_unavailable', { provider }, { cause });
