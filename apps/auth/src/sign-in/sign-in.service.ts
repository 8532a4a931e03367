import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  activityRecorded,
  AppError,
  defaultTenantId,
  type Connection,
  type finishOAuth,
  type InputOf,
  type OutputOf,
  type SessionTokens,
  type startOAuth,
} from '@patchbay/contracts';
import { Database } from '@patchbay/database';
import { requireUser, type RequestContext, type UserCaller } from '@patchbay/messaging';
import { CLOCK, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { AccountConnector } from '../connections/account-connector.js';
import { FlowStates, type StateBinding } from '../oauth/flow-state.js';
import { OAuthFailure, type TokenSet } from '../oauth/oauth-client.js';
import { OAuthFlowsRepository, type FlowOwner, type OAuthFlow } from '../oauth/oauth-flows.repository.js';
import { failureCodes, flowLifetimeMs, OAuthService } from '../oauth/oauth.service.js';
import { RedirectUris } from '../oauth/redirect-uris.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { beginWithPassport, finishWithPassport } from './headless-passport.js';
import { PassportStrategies, type ReadyProvider } from './passport-strategies.js';
import { PersonFinder, type ProvenIdentity } from './person-finder.js';
import { linkScopesOf, signInProviderOf, signInScopesOf, type SignInProvider } from './sign-in-providers.js';

type StartInput = InputOf<typeof startOAuth>;
type FinishInput = InputOf<typeof finishOAuth>;

/** An account as its owner has just proven it, with the tokens that came along. */
interface Proven {
  readonly account: ProvenIdentity;
  readonly tokens: TokenSet;
  readonly askedScopes: readonly string[];
}

const nobody: FlowOwner = { tenant_id: defaultTenantId, user_id: null };

/** The two calls that sign in whoever has no session, link an account for whoever has one, and connect every other account. */
@Injectable()
export class SignInService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PassportStrategies) private readonly strategies: PassportStrategies,
    @Inject(OAuthFlowsRepository) private readonly flows: OAuthFlowsRepository,
    @Inject(FlowStates) private readonly states: FlowStates,
    @Inject(RedirectUris) private readonly redirectUris: RedirectUris,
    @Inject(PersonFinder) private readonly persons: PersonFinder,
    @Inject(SessionsService) private readonly sessions: SessionsService,
    @Inject(AccountConnector) private readonly connector: AccountConnector,
    @Inject(OAuthService) private readonly oauth: OAuthService,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** @throws AppError as {@link startOAuth} declares */
  async start(input: StartInput, context: RequestContext): Promise<OutputOf<typeof startOAuth>> {
    const provider = signInProviderOf(input.provider);
    const isAboutPeople = provider !== undefined && isForPeople(input.integration_type) && input.connection_id === undefined;
    if (context.caller !== undefined) {
      const owner = requireUser(context);
      return isAboutPeople ? this.#begin(owner, provider, input) : this.oauth.start(owner, input);
    }
    if (!isAboutPeople) throw new AppError('unauthenticated');
    return this.#begin(nobody, provider, input);
  }

  /** @throws AppError as {@link finishOAuth} declares; nothing is created then */
  async finish(input: FinishInput, context: RequestContext): Promise<OutputOf<typeof finishOAuth>> {
    const provider = isForPeople(input.integration_type) ? signInProviderOf(input.provider) : undefined;
    if (context.caller === undefined) {
      if (provider === undefined) throw new AppError('unauthenticated');
      return this.#signIn(provider, input);
    }
    const owner = requireUser(context);
    // A frontend need not repeat what the flow is for: its state tells.
    const isLink = provider !== undefined && (input.integration_type !== undefined || this.states.isOurs(input.state, bindingOf(owner, provider)));
    if (isLink) return this.#link(owner, provider, input);
    const { flow_binding: _binding, origin: _origin, user_agent: _agent, ...rest } = input;
    return this.oauth.finish(owner, rest);
  }

  async #begin(owner: FlowOwner, provider: SignInProvider, input: StartInput): Promise<OutputOf<typeof startOAuth>> {
    const peer = this.strategies.of(provider);
    this.redirectUris.require(input.redirect_uri);
    const isLink = owner.user_id !== null;
    const scopes = isLink ? [...new Set([...linkScopesOf(peer.oauth), ...(input.scopes ?? [])])] : signInScopesOf(peer.oauth);
    const state = this.states.issue(bindingOf(owner, provider));
    // Only somebody without a session can be made to finish what a stranger began: https://www.rfc-editor.org/rfc/rfc9700#section-4.7
    const binding = isLink ? null : randomBytes(32).toString('base64url');
    const keep = async (verifier: string | null): Promise<string> => {
      const flow = { owner, provider: purposeOf(provider), type: 'authentication', redirectUri: input.redirect_uri, verifier } as const;
      const now = this.now();
      const times = { now, expiresAt: new Date(now.getTime() + flowLifetimeMs) };
      await this.flows.store(state, { ...flow, connectionId: null, askedScopes: scopes, requiredScopes: [], binding }, times);
      return state;
    };
    const options = isLink ? {} : provider.signInOptions;
    const authUrl = await beginWithPassport(peer, { redirectUri: input.redirect_uri, scopes, options, keep });
    return { auth_url: authUrl, state, ...(binding !== null && { flow_binding: binding }) };
  }

  async #signIn(provider: SignInProvider, input: FinishInput): Promise<SessionTokens> {
    const peer = this.strategies.of(provider);
    // A browser always says where it is; what comes without both was sent by a program, which nobody can lead astray by a link.
    if (input.origin !== undefined && input.flow_binding === undefined) throw new AppError('oauth_state_invalid');
    const flow = await this.#take(nobody, { provider, peer }, input);
    const { account } = await this.#prove(provider, peer, { flow, input });
    const { opened, user } = await this.database.transaction(async (tx) => {
      const found = await this.persons.find(tx, account);
      const owner = { user_id: found.user.id, tenant_id: account.tenantId };
      return { opened: await this.sessions.begin(tx, owner, input.user_agent ?? null), user: found };
    });
    return this.sessions.tokensOf(opened, user);
  }

  async #link(owner: UserCaller, provider: SignInProvider, input: FinishInput): Promise<Connection> {
    const peer = this.strategies.of(provider);
    const flow = await this.#take(owner, { provider, peer }, { ...input, flow_binding: undefined });
    try {
      const proven = await this.#prove(provider, peer, { flow, input });
      return await this.#keep(owner, peer, proven);
    } catch (error) {
      if (error instanceof AppError) await this.#noteFailure(owner, peer, error);
      throw error;
    }
  }

  #keep(owner: UserCaller, peer: ReadyProvider, { account, tokens, askedScopes }: Proven): Promise<Connection> {
    return this.database.transaction(async (tx) => {
      await this.persons.link(tx, owner, account);
      return this.connector.connectIn(tx, {
        owner,
        provider: peer.manifest,
        type: 'authentication',
        account: { id: account.accountId, email: account.email, name: account.name },
        scopes: tokens.scopes ?? askedScopes,
        secrets: { kind: 'tokens', tokens },
        newId: uuidv7(),
        expectedId: null,
      });
    });
  }

  /** Takes the flow out before anything is asked from the provider, so that a state that somebody else saw cannot be tried again. */
  async #take(owner: FlowOwner, { provider, peer }: { provider: SignInProvider; peer: ReadyProvider }, input: FinishInput): Promise<OAuthFlow> {
    if (input.code === undefined && input.error === undefined) throw new AppError('request_invalid', { code: 'is missing' });
    if (!this.states.isOurs(input.state, bindingOf(owner, provider))) throw new AppError('oauth_state_invalid');
    const claim = { owner, provider: purposeOf(provider), type: undefined, redirectUri: input.redirect_uri, binding: input.flow_binding ?? null };
    const flow = await this.flows.take(input.state, claim, this.now());
    if (flow === undefined) throw new AppError('oauth_state_invalid');
    // https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    const isIssuerWrong = input.iss === undefined ? peer.oauth.sendsIssuer : input.iss !== peer.oauth.issuer;
    if (isIssuerWrong) throw new AppError('oauth_state_invalid', { reason: 'issuer_mismatch' });
    return flow;
  }

  async #prove(provider: SignInProvider, peer: ReadyProvider, { flow, input }: { flow: OAuthFlow; input: FinishInput }): Promise<Proven> {
    const { code, state, error } = input;
    try {
      const ending = { query: { code, state, error }, redirectUri: flow.redirectUri, verifier: flow.verifier };
      const { profile, tokens } = await finishWithPassport(peer, ending);
      const read = provider.read(profile, this.strategies.variables);
      if (read === undefined) throw new OAuthFailure('failed', 'account_unknown');
      const key = { tenantId: flow.owner.tenant_id, provider: provider.name, providerName: peer.manifest.displayName };
      return { account: { ...read, ...key }, tokens, askedScopes: flow.askedScopes };
    } catch (failure) {
      if (!(failure instanceof OAuthFailure)) throw failure;
      this.log.warn({ provider: provider.registryId, reason: failure.reason }, 'a sign-in ended without an account');
      throw new AppError(failureCodes[failure.kind], { reason: failure.reason }, { cause: failure });
    }
  }

  #noteFailure({ user_id, tenant_id: tenantId }: UserCaller, { manifest }: ReadyProvider, failure: AppError): Promise<void> {
    const message = `${manifest.displayName} was not linked: ${failure.message}`;
    const activity = { user_id, log_type: 'error', integration_type: manifest.id, message, success: false } as const;
    return this.database.transaction(async (tx) => {
      tx.outbox.add(activityRecorded, { ...activity, details: { type: 'authentication', code: failure.code, ...failure.details } }, { tenantId });
    });
  }
}

const isForPeople = (type: StartInput['integration_type']): boolean => type === undefined || type === 'authentication';

/** Keeps flows of people apart from those that connect the same provider's accounts. */
const purposeOf = ({ name }: SignInProvider): string => `sign-in:${name}`;

const bindingOf = ({ tenant_id: tenantId, user_id: userId }: FlowOwner, provider: SignInProvider): StateBinding => ({
  tenantId,
  userId,
  provider: purposeOf(provider),
});
