import { Inject, Injectable } from '@nestjs/common';
import { ProviderError, type ProviderAccount } from '@patchbay/capabilities';
import {
  activityRecorded,
  AppError,
  type Connection,
  type connectSocialAccount,
  type finishConnection,
  type finishConnectionWithoutState,
  type InputOf,
  type OutputOf,
  type startConnection,
} from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import type { UserCaller } from '@patchbay/messaging';
import type { ConfiguredProviders } from '@patchbay/providers';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { AuthConfig } from '../auth.config.js';
import { AccountConnector } from '../connections/account-connector.js';
import { ConnectionsRepository } from '../connections/connections.repository.js';
import { connectableProvider, PROVIDERS, typeOf, type ConnectableProvider } from '../providers/configured-providers.js';
import { permissionsInWords } from '../providers/permissions.js';
import { FlowStates } from './flow-state.js';
import { missingScopes } from './granted-scopes.js';
import { authorizationUrl, exchangeCode, newVerifier, OAuthFailure, type OAuthFailureKind, type TokenSet } from './oauth-client.js';
import { OAuthFlowsRepository, type OAuthFlow } from './oauth-flows.repository.js';
import { RedirectUris } from './redirect-uris.js';

/** Long enough to read a consent page and to find a password. Milliseconds. */
export const flowLifetimeMs = 10 * 60_000;

type FinishInput = InputOf<typeof finishConnection>;
/** What a browser, or a frontend for it, brings back. */
type Brought = Pick<FinishInput, 'code' | 'iss' | 'error'>;
type OwnedFlow = Omit<OAuthFlow, 'owner' | 'binding'> & { readonly owner: UserCaller };

/** Connects accounts: an authorization-code flow with PKCE and state. https://www.rfc-editor.org/rfc/rfc9700#section-2.1 */
@Injectable()
export class OAuthService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OAuthFlowsRepository) private readonly flows: OAuthFlowsRepository,
    @Inject(FlowStates) private readonly states: FlowStates,
    @Inject(RedirectUris) private readonly redirectUris: RedirectUris,
    @Inject(ConnectionsRepository) private readonly connections: ConnectionsRepository,
    @Inject(AccountConnector) private readonly connector: AccountConnector,
    @Inject(PROVIDERS) private readonly providers: ConfiguredProviders,
    @Inject(SERVICE_CONFIG) private readonly config: AuthConfig,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** @throws AppError `provider_unknown`, `provider_not_configured`, `integration_type_unsupported`, `redirect_uri_not_allowed`, `connection_not_found` */
  async start(owner: UserCaller, input: InputOf<typeof startConnection>): Promise<OutputOf<typeof startConnection>> {
    const provider = connectableProvider(this.providers, input.provider);
    const { oauth } = provider;
    const again = input.connection_id === undefined ? null : await this.#connectionToRepeat(owner, input.connection_id, input.provider);
    const type = typeOf(provider, again?.type ?? input.integration_type);
    this.redirectUris.require(input.redirect_uri);
    const requiredScopes = [...new Set([...(oauth.scopes[type] ?? []), ...(input.scopes ?? [])])];
    // What was granted before is asked for as well, because at most providers the new tokens replace the old ones with all they could do.
    const earlier = oauth.keepsEarlierScopes ? [] : await this.connections.scopesOf(owner, { provider: input.provider, type, id: again?.id ?? null });
    const askedScopes = [...new Set([...requiredScopes, ...earlier])];
    const binding = { tenantId: owner.tenant_id, userId: owner.user_id, provider: input.provider };
    const state = this.states.issue(binding);
    const verifier = oauth.usesPkce ? newVerifier() : null;
    const flow = { owner, provider: input.provider, type, redirectUri: input.redirect_uri, verifier, askedScopes, requiredScopes };
    const now = this.now();
    const times = { now, expiresAt: new Date(now.getTime() + flowLifetimeMs) };
    await this.flows.store(state, { ...flow, connectionId: again?.id ?? null, binding: null }, times);
    const accountHint = again?.provider_email ?? null;
    return { auth_url: await authorizationUrl(oauth, { redirectUri: input.redirect_uri, scopes: askedScopes, state, verifier, accountHint }), state };
  }

  /** @throws AppError `oauth_state_invalid`, `oauth_denied`, `oauth_code_invalid`, `oauth_scope_missing`, `oauth_exchange_failed`; nothing is created then. */
  async finish(owner: UserCaller, input: FinishInput): Promise<Connection> {
    const provider = connectableProvider(this.providers, input.provider);
    if (input.integration_type !== undefined) typeOf(provider, input.integration_type);
    requireCodeOrError(input);
    const binding = { tenantId: owner.tenant_id, userId: owner.user_id, provider: input.provider };
    if (!this.states.isOurs(input.state, binding)) throw new AppError('oauth_state_invalid');
    const claim = { owner, provider: input.provider, type: input.integration_type, redirectUri: input.redirect_uri, binding: null };
    // Taken before the exchange, so that a state that was seen by somebody else cannot be tried again, whatever comes of it.
    const flow = await this.flows.take(input.state, claim, this.now());
    if (flow === undefined) throw new AppError('oauth_state_invalid');
    return this.#complete(provider, { ...flow, owner }, input);
  }

  /**
   * For frontends that bring no state back: what keeps a foreign code out is the PKCE verifier of the flow that this user began.
   *
   * @throws AppError as {@link finish} does
   */
  async finishWithoutState(owner: UserCaller, input: InputOf<typeof finishConnectionWithoutState>): Promise<Connection> {
    if (input.state !== undefined) return this.finish(owner, { ...input, state: input.state });
    const provider = connectableProvider(this.providers, input.provider);
    requireCodeOrError(input);
    this.#requireStateless();
    const flow = await this.flows.takeLatest(owner, { provider: input.provider, redirectUri: input.redirect_uri }, this.now());
    if (flow === undefined) throw new AppError('oauth_state_invalid');
    return this.#complete(provider, { ...flow, owner }, input);
  }

  /** A code that a frontend fetched by itself for the configured redirect URI. @throws AppError as {@link finish} does */
  async connectSocial(owner: UserCaller, { platform, auth_code: code, state }: InputOf<typeof connectSocialAccount>): Promise<Connection> {
    const provider = connectableProvider(this.providers, platform);
    const type = typeOf(provider, 'social');
    if (state !== undefined) return this.finish(owner, { provider: platform, integration_type: type, code, state });
    this.#requireStateless();
    const { redirectUri, scopes } = provider.oauth;
    if (redirectUri === null) throw new AppError('redirect_uri_not_allowed', { redirect_uri: `is not configured for ${platform}` });
    const asked = scopes[type] ?? [];
    const flow = { owner, provider: platform, type, redirectUri, verifier: null, connectionId: null, askedScopes: asked, requiredScopes: asked };
    return this.#complete(provider, flow, { code, iss: undefined, error: undefined });
  }

  #requireStateless(): void {
    if (this.config.OAUTH_REQUIRE_STATE) throw new AppError('oauth_state_invalid', { state: 'is required here' });
  }

  async #connectionToRepeat(owner: UserCaller, id: string, provider: string): Promise<Connection> {
    const found = await this.connections.find(owner, id);
    if (found === undefined || found.provider !== provider) throw new AppError('connection_not_found');
    return found;
  }

  async #complete(provider: ConnectableProvider, flow: OwnedFlow, brought: Brought): Promise<Connection> {
    try {
      // Limits, breakers and logs go by connection. An account that is new has none yet: this becomes its id.
      const newId = uuidv7();
      const tokens = await this.#exchange(provider, flow, brought);
      const scopes = tokens.scopes ?? flow.askedScopes;
      const missing = missingScopes(flow.requiredScopes, grantedScopes(provider, tokens, scopes));
      if (missing.length > 0) throw scopesMissing(provider, missing);
      const account = await this.#identify(provider, { value: tokens.accessToken, accountId: newId });
      const { owner, type, connectionId: expectedId } = flow;
      const secrets = { kind: 'tokens', tokens } as const;
      return await this.connector.connect({ owner, provider: provider.manifest, type, account, scopes, secrets, newId, expectedId });
    } catch (error) {
      if (error instanceof AppError) await this.#noteFailure(provider, flow, error);
      throw error;
    }
  }

  async #exchange(provider: ConnectableProvider, { verifier, redirectUri }: OwnedFlow, { code, iss, error }: Brought): Promise<TokenSet> {
    try {
      return await exchangeCode(provider, { code, iss, error, redirectUri, verifier });
    } catch (failure) {
      if (!(failure instanceof OAuthFailure)) throw failure;
      this.log.warn({ provider: provider.manifest.id, reason: failure.reason }, 'a connect flow ended without tokens');
      throw new AppError(failureCodes[failure.kind], { reason: failure.reason }, { cause: failure });
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

  #noteFailure(provider: ConnectableProvider, { owner, type }: OwnedFlow, failure: AppError): Promise<void> {
    const message = `${provider.manifest.displayName} was not connected: ${failure.message}`;
    const activity = { user_id: owner.user_id, log_type: 'error', integration_type: provider.manifest.id, message, success: false } as const;
    return this.database.transaction(async (tx) => {
      tx.outbox.add(activityRecorded, { ...activity, details: { type, code: failure.code, ...failure.details } }, { tenantId: owner.tenant_id });
    });
  }
}

/** What the caller is told of each kind of failure. */
export const failureCodes = {
  denied: 'oauth_denied',
  issuer_mismatch: 'oauth_state_invalid',
  refused: 'oauth_code_invalid',
  failed: 'oauth_exchange_failed',
} as const satisfies Readonly<Record<OAuthFailureKind, string>>;

/** What was granted, listed or not. Lasting access shows itself by a refresh token only. https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess */
function grantedScopes({ oauth }: ConnectableProvider, { refreshToken }: TokenSet, listed: readonly string[]): readonly string[] {
  const unlisted = oauth.unlistedScopes.filter((scope) => scope !== 'offline_access' || refreshToken !== null);
  return [...listed, ...unlisted];
}

/** The permission that was given is not revoked: at some providers that would end an older, working connection of the same account. */
function scopesMissing({ oauth }: ConnectableProvider, missing: readonly string[]): AppError {
  const words = permissionsInWords({ capabilities: { oauth } }, missing);
  return new AppError('oauth_scope_missing', { missing_permissions: words, missing_scopes: missing });
}

function requireCodeOrError({ code, error }: Brought): void {
  if (code === undefined && error === undefined) throw new AppError('request_invalid', { code: 'is missing' });
}
