import { Inject, Injectable } from '@nestjs/common';
import { ProviderError, type ProviderAccount } from '@patchbay/capabilities';
import {
  activityRecorded,
  AppError,
  integrationConnected,
  type Connection,
  type finishConnection,
  type InputOf,
  type IntegrationType,
  type OutputOf,
  type startConnection,
} from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { AuthConfig } from '../auth.config.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { connectableProvider, PROVIDERS, type ConnectableProvider } from '../providers/configured-providers.js';
import { GrantsRepository } from '../tokens/grants.repository.js';
import { missingScopes, scopeInWords } from './granted-scopes.js';
import { authorizationUrl, exchangeCode, newState, newVerifier, OAuthFailure, type OAuthFailureKind, type TokenSet } from './oauth-client.js';
import { OAuthFlowsRepository, type OAuthFlow } from './oauth-flows.repository.js';
import { isRedirectUriAllowed } from './redirect-uris.js';

/** Long enough to read a consent page and to find a password. Milliseconds. */
const flowLifetimeMs = 10 * 60_000;

type FinishInput = InputOf<typeof finishConnection>;

/** The account behind a permission that was just given. */
interface Consented {
  readonly flow: OAuthFlow;
  readonly connectionId: string;
  readonly tokens: TokenSet;
  readonly scopes: readonly string[];
  readonly account: ProviderAccount;
}

/** Connects accounts: an authorization-code flow with PKCE and state. https://www.rfc-editor.org/rfc/rfc9700#section-2.1 */
@Injectable()
export class OAuthService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OAuthFlowsRepository) private readonly flows: OAuthFlowsRepository,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(GrantsRepository) private readonly grants: GrantsRepository,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) private readonly config: AuthConfig,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** @throws AppError `provider_unknown`, `provider_not_configured`, `integration_type_unsupported`, `redirect_uri_not_allowed` */
  async start(owner: UserCaller, input: InputOf<typeof startConnection>): Promise<OutputOf<typeof startConnection>> {
    const provider = connectableProvider(this.providers, input.provider);
    const type = typeOf(provider, input.integration_type);
    if (!this.#isRedirectUriAllowed(input.redirect_uri)) throw new AppError('redirect_uri_not_allowed', { redirect_uri: 'is not on the allow list' });
    const state = newState();
    const verifier = provider.oauth.usesPkce ? newVerifier() : null;
    const now = this.now();
    const flow = { owner, provider: input.provider, type, redirectUri: input.redirect_uri, verifier };
    await this.flows.store(state, flow, { now, expiresAt: new Date(now.getTime() + flowLifetimeMs) });
    const scopes = provider.oauth.scopes[type] ?? [];
    return { auth_url: await authorizationUrl(provider.oauth, { redirectUri: input.redirect_uri, scopes, state, verifier }), state };
  }

  /** @throws AppError `oauth_state_invalid`, `oauth_denied`, `oauth_code_invalid`, `oauth_scope_missing`, `oauth_exchange_failed`; nothing is created then. */
  async finish(owner: UserCaller, input: FinishInput): Promise<Connection> {
    const provider = connectableProvider(this.providers, input.provider);
    if (input.integration_type !== undefined) typeOf(provider, input.integration_type);
    if (input.code === undefined && input.error === undefined) throw new AppError('request_invalid', { code: 'is missing' });
    const claim = { owner, provider: input.provider, type: input.integration_type, redirectUri: input.redirect_uri };
    // Taken before the exchange, so that a state that was seen by somebody else cannot be tried again, whatever comes of it.
    const flow = await this.flows.take(input.state, claim, this.now());
    if (flow === undefined) throw new AppError('oauth_state_invalid');
    try {
      return await this.#connect(provider, await this.#consented(provider, flow, input));
    } catch (error) {
      if (error instanceof AppError) await this.#noteFailure(provider, flow, error);
      throw error;
    }
  }

  async #consented(provider: ConnectableProvider, flow: OAuthFlow, input: FinishInput): Promise<Consented> {
    // Limits, breakers and logs go by connection. An account that is new has none yet: this becomes its id.
    const connectionId = uuidv7();
    const asked = provider.oauth.scopes[flow.type] ?? [];
    const tokens = await this.#exchange(provider, flow, input);
    const scopes = tokens.scopes ?? asked;
    const missing = missingScopes(asked, scopes);
    // The permission that was given is not revoked: at some providers that would end an older, working connection of the same account.
    if (missing.length > 0) throw new AppError('oauth_scope_missing', { missing_permissions: missing.map(scopeInWords), missing_scopes: missing });
    return { flow, connectionId, tokens, scopes, account: await this.#identify(provider, { value: tokens.accessToken, accountId: connectionId }) };
  }

  async #exchange(provider: ConnectableProvider, { verifier, redirectUri }: OAuthFlow, input: FinishInput): Promise<TokenSet> {
    try {
      const { state, code, iss, error } = input;
      return await exchangeCode(provider, { state, code, iss, error, redirectUri, verifier });
    } catch (error) {
      if (!(error instanceof OAuthFailure)) throw error;
      this.log.warn({ provider: provider.manifest.id, reason: error.reason }, 'a connect flow ended without tokens');
      throw new AppError(failureCodes[error.kind], { reason: error.reason }, { cause: error });
    }
  }

  async #identify(provider: ConnectableProvider, token: { value: string; accountId: string }): Promise<ProviderAccount> {
    try {
      return await provider.identity.getAccount(token);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      throw new AppError('oauth_exchange_failed', { reason: 'account_unknown' }, { cause: error });
    }
  }

  #connect(provider: ConnectableProvider, { flow, connectionId, tokens, scopes, account }: Consented): Promise<Connection> {
    const { owner, type } = flow;
    const now = this.now();
    return this.database.transaction(async (tx) => {
      const connected = { owner, provider: flow.provider, type, accountId: account.id, email: account.email, scopes, connectedAt: now };
      // A refresh that is under way must not put the old tokens over the new ones. It locks before it writes the row, so the order is the same here.
      await this.grants.lock(tx, (await this.connections.findId(tx, connected)) ?? connectionId);
      const id = await this.connections.connect(tx, { ...connected, id: connectionId });
      const expiresAt = new Date(now.getTime() + tokens.lifetimeSeconds * 1000);
      await this.grants.store(tx, { tenantId: owner.tenant_id, connectionId: id }, { ...tokens, expiresAt, refusedAt: null });
      const ids = { user_id: owner.user_id, connection_id: id, provider: flow.provider, type };
      const announced = { tenantId: owner.tenant_id };
      tx.outbox.add(integrationConnected, { ...ids, provider_account_id: account.id, provider_email: account.email }, announced);
      const message = `${provider.manifest.displayName} was connected${account.email === null ? '' : ` as ${account.email}`}.`;
      const details = { connection_id: id, type, is_new: id === connectionId };
      const log_type = 'integration_connected';
      tx.outbox.add(
        activityRecorded,
        { user_id: owner.user_id, log_type, integration_type: flow.provider, message, details, success: true },
        announced,
      );
      return this.connections.get(tx, id);
    });
  }

  #noteFailure(provider: ConnectableProvider, { owner, type }: OAuthFlow, failure: AppError): Promise<void> {
    const message = `${provider.manifest.displayName} was not connected: ${failure.message}`;
    const activity = { user_id: owner.user_id, log_type: 'error', integration_type: provider.manifest.id, message, success: false } as const;
    return this.database.transaction(async (tx) => {
      tx.outbox.add(activityRecorded, { ...activity, details: { type, code: failure.code, ...failure.details } }, { tenantId: owner.tenant_id });
    });
  }

  #isRedirectUriAllowed(uri: string): boolean {
    const ofProviders = this.providers.all.flatMap(({ capabilities }) => capabilities.oauth?.redirectUri ?? []);
    const allowed = [...this.config.OAUTH_REDIRECT_URIS, ...ofProviders];
    return isRedirectUriAllowed(uri, { allowed, allowsLoopback: this.config.NODE_ENV !== 'production' });
  }
}

const failureCodes = {
  denied: 'oauth_denied',
  issuer_mismatch: 'oauth_state_invalid',
  refused: 'oauth_code_invalid',
  failed: 'oauth_exchange_failed',
} as const satisfies Readonly<Record<OAuthFailureKind, string>>;

/** What the connection is for. @throws AppError `integration_type_unsupported` */
function typeOf({ manifest, oauth }: ConnectableProvider, wanted: IntegrationType | undefined): IntegrationType {
  const offered = manifest.types.filter((type) => oauth.scopes[type] !== undefined);
  const type = wanted ?? offered[0];
  if (type === undefined || !offered.includes(type)) throw new AppError('integration_type_unsupported', { offered });
  return type;
}
