import { Inject, Injectable } from '@nestjs/common';
import type { ProviderAccount } from '@patchbay/capabilities';
import { activityRecorded, AppError, integrationConnected, type Connection, type IntegrationType } from '@patchbay/contracts';
import { Database, type Transaction } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ProviderManifest } from '@patchbay/providers';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import type { TokenSet } from '../oauth/oauth-client.js';
import { GrantsRepository } from '../tokens/grants.repository.js';
import { newTokens } from '../tokens/new-tokens.js';
import { ConnectionsRepository } from './connections.repository.js';

/** What opens an account: tokens, or what a person typed. */
export type AccountSecrets =
  { readonly kind: 'tokens'; readonly tokens: TokenSet } | { readonly kind: 'credentials'; readonly credentials: Readonly<Record<string, string>> };

/** An account that has shown itself to work. */
export interface ProvenAccount {
  readonly owner: UserCaller;
  readonly provider: Pick<ProviderManifest, 'id' | 'displayName'>;
  readonly type: IntegrationType;
  readonly account: ProviderAccount;
  readonly scopes: readonly string[];
  readonly secrets: AccountSecrets;
  /** Taken when the account is new. */
  readonly newId: string;
  /** The connection that was to be connected again; null for whichever it is. */
  readonly expectedId: string | null;
}

/** Keeps an account that was just connected, under the id it has from earlier on if there is one. */
@Injectable()
export class AccountConnector {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws AppError `connection_account_differs`; nothing is stored then. */
  connect(proven: ProvenAccount): Promise<Connection> {
    return this.database.transaction((tx) => this.connectIn(tx, proven));
  }

  /** The same inside a transaction that does more. */
  async connectIn(tx: Transaction, { owner, provider, type, account, scopes, secrets, newId, expectedId }: ProvenAccount): Promise<Connection> {
    const now = this.now();
    const { id: accountId, aliases = [], email } = account;
    const connected = { owner, provider: provider.id, type, accountId, aliases, email, scopes, connectedAt: now };
    const knownId = await this.connections.findId(tx, connected);
    if (expectedId !== null && knownId !== expectedId) throw new AppError('connection_account_differs');
    // A refresh that is under way must not put the old tokens over the new ones. It locks before it writes the row, so the order is the same here.
    const before = await this.grants.lock(tx, knownId ?? newId);
    // What the provider has refused for good must not be kept in place of a refresh token that it did not give this time.
    if (before?.status === 'needs_reauth') await this.grants.forget(tx, before.connectionId);
    const id = await this.connections.connect(tx, { ...connected, id: newId });
    const place = { tenantId: owner.tenant_id, connectionId: id };
    if (secrets.kind === 'tokens') await this.grants.store(tx, place, newTokens(secrets.tokens, { now, refusedAt: null }));
    else await this.grants.storeCredentials(tx, place, { credentials: secrets.credentials, now });
    this.#announce(tx, { owner, provider, type, account }, { id, isNew: knownId === undefined });
    return this.connections.get(tx, id);
  }

  #announce(
    tx: Transaction,
    { owner, provider, type, account }: Pick<ProvenAccount, 'owner' | 'provider' | 'type' | 'account'>,
    { id, isNew }: { id: string; isNew: boolean },
  ): void {
    const announced = { tenantId: owner.tenant_id };
    const ids = { user_id: owner.user_id, connection_id: id, provider: provider.id, type };
    tx.outbox.add(integrationConnected, { ...ids, provider_account_id: account.id, provider_email: account.email }, announced);
    const message = `${provider.displayName} was connected${account.email === null ? '' : ` as ${account.email}`}.`;
    const details = { connection_id: id, type, is_new: isNew };
    const log_type = 'integration_connected';
    tx.outbox.add(activityRecorded, { user_id: owner.user_id, log_type, integration_type: provider.id, message, details, success: true }, announced);
  }
}
