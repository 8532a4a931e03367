import { Inject, Injectable } from '@nestjs/common';
import { AppError, type importConnections, type InputOf, type OutputOf } from '@patchbay/contracts';
import { Database, isDatabaseOutage, type Transaction } from '@patchbay/database';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { AuthConfig } from '../auth.config.js';
import { AccountConnector, type ProvenAccount } from '../connections/account-connector.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { connectableProvider, PROVIDERS, typeOf } from '../providers/configured-providers.js';
import { GrantsRepository, type Grant } from '../tokens/grants.repository.js';
import { FernetError, openFernet } from './fernet.js';

type Import = InputOf<typeof importConnections>;
type Item = Import['items'][number];
type Outcome = Omit<OutputOf<typeof importConnections>['items'][number], 'index'>;

/** An item with its tokens readable. */
interface Readable {
  readonly account: ProvenAccount;
  readonly accessToken: string;
  readonly expiresAt: Date | null;
}

/** Takes connections over from another system. Each stands for itself: what is wrong with one keeps no other from being imported. */
@Injectable()
export class ImportsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountConnector) private readonly connector: AccountConnector,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) private readonly config: Pick<AuthConfig, 'SOCIAL_MEDIA_ENCRYPTION_KEY'>,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async import(tenantId: string, { items, encryption, is_dry_run: isDryRun }: Import): Promise<OutputOf<typeof importConnections>> {
    const outcomes: OutputOf<typeof importConnections>['items'] = [];
    for (const [index, item] of items.entries()) {
      const outcome = await this.#importOne(() => this.#readable(tenantId, item, encryption), isDryRun).catch((error: unknown) =>
        this.#failed(error),
      );
      outcomes.push({ index, ...outcome });
    }
    return { items: outcomes };
  }

  /** @throws AppError for a provider that cannot be connected. @throws FernetError */
  #readable(tenantId: string, item: Item, encryption: Import['encryption']): Readable {
    const provider = connectableProvider(this.providers, item.provider);
    const type = typeOf(provider, item.integration_type);
    const open = (token: string): string => (encryption === 'none' ? token : this.#unsealed(token));
    const accessToken = open(item.access_token);
    const refreshToken = item.refresh_token === null ? null : open(item.refresh_token);
    const expiresAt = item.token_expires_at === null ? null : new Date(item.token_expires_at);
    const lifetimeSeconds = expiresAt === null ? null : (expiresAt.getTime() - this.now().getTime()) / 1_000;
    const account: ProvenAccount = {
      owner: { tenant_id: tenantId, user_id: item.user_id },
      provider: provider.manifest,
      type,
      account: { id: item.provider_account_id, email: item.provider_email, name: null },
      scopes: item.scopes,
      secrets: { kind: 'tokens', tokens: { accessToken, refreshToken, scopes: item.scopes, lifetimeSeconds, refreshLifetimeSeconds: null } },
      newId: uuidv7(),
      expectedId: null,
    };
    return { account, accessToken, expiresAt };
  }

  #unsealed(sealed: string): string {
    const token = openFernet(sealed, this.config.SOCIAL_MEDIA_ENCRYPTION_KEY ?? []);
    if (token === '') throw new FernetError('nothing is sealed in it');
    return token;
  }

  async #importOne(read: () => Readable, isDryRun: boolean): Promise<Outcome> {
    const readable = read();
    const { owner, provider, type, account } = readable.account;
    return this.database.transaction(async (tx) => {
      const knownId = await this.connections.findId(tx, { owner, provider: provider.id, type, accountId: account.id });
      if (knownId !== undefined && !(await this.#isNewer(tx, knownId, readable))) return done('unchanged', knownId);
      const status = knownId === undefined ? 'imported' : 'updated';
      if (isDryRun) return done(status, knownId ?? null);
      return done(status, (await this.connector.connectIn(tx, readable.account)).id);
    });
  }

  /**
   * Tokens that end later were fetched later; nothing else says which are the younger ones, so in doubt those stay that are there. What a person has
   * disconnected stays so.
   */
  async #isNewer(tx: Transaction, connectionId: string, { accessToken, expiresAt }: Readable): Promise<boolean> {
    const grant = await this.grants.lock(tx, connectionId);
    if (grant === undefined || grant.status === 'disconnected' || grant.tokens === null || expiresAt === null) return false;
    const { expiresAt: heldUntil } = grant.tokens;
    return heldUntil !== null && expiresAt.getTime() > heldUntil.getTime() && accessToken !== this.#heldToken(grant, grant.tokens);
  }

  /** Undefined when it cannot be opened: then anything is better. */
  #heldToken(grant: Grant, tokens: NonNullable<Grant['tokens']>): string | undefined {
    try {
      return this.grants.accessTokenOf(grant, tokens);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  /** @throws the error itself when the database is away: that is no fault of the item, and importing again is safe. */
  #failed(error: unknown): Outcome {
    if (error instanceof FernetError) return failure('token_unreadable', unreadable(this.config.SOCIAL_MEDIA_ENCRYPTION_KEY !== undefined));
    if (error instanceof AppError) return failure(error.code, error.message);
    if (isDatabaseOutage(error)) throw error;
    this.log.error({ err: error }, 'a connection could not be imported');
    return failure('internal_error', 'Something went wrong on our side.');
  }
}

const done = (status: Outcome['status'], connectionId: string | null): Outcome => ({
  status,
  connection_id: connectionId,
  code: null,
  message: null,
});

const failure = (code: string, message: string): Outcome => ({ status: 'failed', connection_id: null, code, message });

const unreadable = (isKeySet: boolean): string =>
  isKeySet ? 'A token was altered, or is sealed under another key than SOCIAL_MEDIA_ENCRYPTION_KEY.' : 'SOCIAL_MEDIA_ENCRYPTION_KEY is not set.';
