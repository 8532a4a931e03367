import { Inject, Injectable } from '@nestjs/common';
import { ProviderError, type Credentials, type CredentialsCapability, type ProviderAccount } from '@patchbay/capabilities';
import {
  activityRecorded,
  AppError,
  type Connection,
  type connectWithCredentials,
  type getCredentials,
  type InputOf,
  type IntegrationType,
  type OutputOf,
} from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders, ProviderManifest } from '@patchbay/providers';
import { LOG, type Logger } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { AccountConnector } from '../connections/account-connector.js';
import { PROVIDERS, typeOf } from '../providers/configured-providers.js';
import { GrantsRepository } from '../tokens/grants.repository.js';
import { detailsOf, fieldFaults, toAppError } from './credential-failures.js';
import { CredentialsVerifier } from './credentials-verifier.js';

interface CheckableProvider {
  readonly manifest: ProviderManifest;
  readonly credentials: CredentialsCapability;
}

interface Attempt {
  readonly owner: UserCaller;
  readonly manifest: ProviderManifest;
  readonly type: IntegrationType;
}

/** Connects accounts with a password or a key instead of OAuth. */
@Injectable()
export class CredentialsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AccountConnector) private readonly connector: AccountConnector,
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(CredentialsVerifier) private readonly verifier: CredentialsVerifier,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /**
   * Nothing is stored before the provider has accepted it.
   *
   * @throws AppError `provider_unknown`, `provider_not_configured`, `integration_type_unsupported`, `credentials_invalid`, `credentials_refused`,
   *   `address_not_allowed`, `provider_unavailable`
   */
  async connect(owner: UserCaller, input: InputOf<typeof connectWithCredentials>): Promise<Connection> {
    const { manifest, credentials } = this.#providerOf(input.provider);
    const type = typeOf({ manifest }, input.integration_type);
    const parsed = credentials.schema.safeParse(input.credentials);
    if (!parsed.success) throw new AppError('credentials_invalid', fieldFaults(parsed.error));
    // Limits, breakers and logs go by connection. An account that is new has none yet: this becomes its id.
    const newId = uuidv7();
    const account = await this.#check(credentials, parsed.data, { newId, attempt: { owner, manifest, type } });
    const secrets = { kind: 'credentials', credentials: parsed.data } as const;
    return this.connector.connect({ owner, provider: manifest, type, account, scopes: [], secrets, newId, expectedId: null });
  }

  /** @throws AppError `connection_not_found`, `connection_needs_reauth`, `provider_unavailable` */
  async get({ connection_id: id, was_refused: wasRefused }: InputOf<typeof getCredentials>): Promise<OutputOf<typeof getCredentials>> {
    const grant = await this.grants.find(id);
    if (grant === undefined || grant.status === 'disconnected' || grant.tokens !== null) throw new AppError('connection_not_found');
    const { credentials: sealed, provider, status } = grant;
    if (status === 'needs_reauth' || sealed === null) throw new AppError('connection_needs_reauth');
    if (wasRefused === true) {
      const state = await this.verifier.verify({ ...grant, credentials: sealed });
      if (state === 'unavailable') throw new AppError('provider_unavailable', { provider });
      if (state === 'refused') throw new AppError('connection_needs_reauth');
    }
    return { provider, credentials: { ...this.grants.credentialsOf(grant, sealed) } };
  }

  #providerOf(id: string): CheckableProvider {
    const found = this.providers.find(id);
    if (found === undefined) throw new AppError('provider_unknown');
    if (found.state === 'not_configured') throw new AppError('provider_not_configured', { missing_variables: found.missing });
    const { credentials } = found.capabilities;
    if (credentials === undefined) throw new AppError('connect_method_differs');
    return { manifest: found.provider, credentials };
  }

  async #check(
    capability: CredentialsCapability,
    credentials: Credentials,
    { newId, attempt }: { readonly newId: string; readonly attempt: Attempt },
  ): Promise<ProviderAccount> {
    try {
      return await capability.check(credentials, newId);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      this.log.warn({ provider: attempt.manifest.id, ...detailsOf(error) }, 'an account was not connected with credentials');
      const failure = toAppError(error);
      await this.#noteFailure(attempt, failure);
      throw failure;
    }
  }

  #noteFailure({ owner, manifest, type }: Attempt, failure: AppError): Promise<void> {
    const message = `${manifest.displayName} was not connected: ${failure.message}`;
    const activity = { user_id: owner.user_id, log_type: 'error', integration_type: manifest.id, message, success: false } as const;
    return this.database.transaction(async (tx) => {
      tx.outbox.add(activityRecorded, { ...activity, details: { type, code: failure.code, ...failure.details } }, { tenantId: owner.tenant_id });
    });
  }
}
