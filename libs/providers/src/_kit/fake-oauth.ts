import { createHash, randomBytes } from 'node:crypto';
import type { FakeClient, FakeLedger } from './fake.js';

/** How one provider's authorization server differs from the next. */
export interface FakeOAuthPolicy {
  readonly provider: string;
  readonly now: () => Date;
  readonly ledger: FakeLedger;
  readonly clients: readonly FakeClient[];
  /** `Infinity` for tokens that do not end; a function where it depends on a situation. */
  readonly accessTokenSeconds: number | (() => number);
  readonly codeSeconds: number;
  /** A refresh answers with a new refresh token and the old one dies. */
  readonly rotatesRefreshTokens: boolean;
  /** A refresh token that was answered with a new one goes on working beside it. */
  readonly keepsUsedRefreshTokens?: boolean;
  /** A refresh answers with the same refresh token, whose life begins anew. */
  readonly repeatsRefreshToken?: boolean;
  /** A refresh ends the access tokens that were issued before it. */
  readonly refreshEndsAccessTokens?: boolean;
  /** How long a refresh token lives from its issue, asked each time one is issued; null or absent: until somebody revokes it. */
  readonly refreshTokenSeconds?: () => number | null;
  /** A refresh token that is not used for so long dies; absent: it may rest for ever. */
  readonly refreshTokenIdleSeconds?: number;
  /** A permission belongs to a person and an app: whoever revokes one token of it revokes them all. Absent: each consent by itself. */
  readonly revokesWholeApp?: boolean;
  readonly prefixes: { readonly code: string; readonly access: string; readonly refresh: string };
}

/** What the person allowed on the consent page. */
interface FakeConsent {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string | null;
  readonly email: string;
  readonly scopes: readonly string[];
  /** Whether the exchange of this code gives a refresh token. */
  readonly wantsRefreshToken: boolean;
  readonly nonce: string | null;
}

/** Tokens as the token endpoint hands them out. */
export interface FakeTokens {
  readonly ok: true;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** What is left of the life of the refresh token, also when the answer does not repeat it; null when it does not end by itself. */
  readonly refreshTokenExpiresIn: number | null;
  readonly email: string;
  readonly scopes: readonly string[];
  readonly nonce: string | null;
}

/** Why the token endpoint refuses; each provider says it in its own words. */
export interface FakeTokenRefusal {
  readonly ok: false;
  readonly reason: 'code_invalid' | 'redirect_uri_mismatch' | 'verifier_missing' | 'verifier_invalid' | 'refresh_token_invalid';
}

/** Who an access token speaks for. */
type FakeIdentity =
  | {
      readonly status: 'valid';
      readonly email: string;
      readonly scopes: readonly string[];
      readonly clientId: string;
      readonly ageSeconds: number;
      readonly lifetimeSeconds: number;
    }
  | { readonly status: 'expired' | 'unknown' };

/** What a client shows at the token endpoint for a code. */
interface FakeCodeExchange {
  readonly code: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeVerifier: string | null;
}

/** The authorization server every fake has: codes, grants and tokens in memory. */
export interface FakeOAuth {
  client(clientId: string): FakeClient | null;
  issueCode(consent: FakeConsent): string;
  exchangeCode(exchange: FakeCodeExchange): FakeTokens | FakeTokenRefusal;
  refresh(refreshToken: string, clientId: string): FakeTokens | FakeTokenRefusal;
  /** Another access token of the same grant with a life of its own; null unless the one that is shown works. */
  extend(accessToken: string, lifetimeSeconds: number): string | null;
  /** Ends the grant that the token, of either kind, belongs to; false when there is none. */
  revokeToken(token: string): boolean;
  identify(accessToken: string | null): FakeIdentity;
  revokeGrant(email: string): void;
  expireTokens(): void;
  /** How many grants of the account still work. */
  grantsOf(email: string): number;
  /** Everything an account allowed an app so far, over all grants that still work. */
  scopesOf(email: string, clientId: string): readonly string[];
  reset(): void;
}

interface Grant extends Omit<FakeConsent, 'codeChallenge' | 'redirectUri'> {
  readonly id: string;
  isRevoked: boolean;
}
interface Code {
  readonly consent: FakeConsent;
  readonly expiresAt: number;
}
interface AccessToken {
  readonly grant: Grant;
  readonly issuedAt: number;
  readonly lifetimeSeconds: number;
  expiresAt: number;
}
interface RefreshToken {
  readonly grant: Grant;
  expiresAt: number | null;
  usedAt: number;
}

/** Creates the authorization server of one fake. */
export const createFakeOAuth = (policy: FakeOAuthPolicy): FakeOAuth => new AuthorizationServer(policy);

class AuthorizationServer implements FakeOAuth {
  private readonly codes = new Map<string, Code>();
  private readonly grants = new Map<string, Grant>();
  private readonly accessTokens = new Map<string, AccessToken>();
  private readonly refreshTokens = new Map<string, RefreshToken>();

  constructor(private readonly policy: FakeOAuthPolicy) {}

  client(clientId: string): FakeClient | null {
    return this.policy.clients.find((client) => client.clientId === clientId) ?? null;
  }

  issueCode(consent: FakeConsent): string {
    const code = randomToken(this.policy.prefixes.code);
    this.codes.set(code, { consent, expiresAt: this.nowMs() + this.policy.codeSeconds * 1000 });
    return code;
  }

  exchangeCode({ code, clientId, redirectUri, codeVerifier }: FakeCodeExchange): FakeTokens | FakeTokenRefusal {
    const found = this.codes.get(code);
    if (found === undefined || found.expiresAt <= this.nowMs() || found.consent.clientId !== clientId) return refuse('code_invalid');
    const { consent } = found;
    if (consent.redirectUri !== redirectUri) return refuse('redirect_uri_mismatch');
    if (consent.codeChallenge !== null && codeVerifier === null) return refuse('verifier_missing');
    if (consent.codeChallenge !== null && codeVerifier !== null && s256(codeVerifier) !== consent.codeChallenge) return refuse('verifier_invalid');
    this.codes.delete(code);
    const { email, scopes, wantsRefreshToken, nonce } = consent;
    const grant: Grant = { id: randomToken('grant-'), clientId, email, scopes, wantsRefreshToken, nonce, isRevoked: false };
    this.grants.set(grant.id, grant);
    this.note('token.issued', grant);
    return this.issueTokens(grant, wantsRefreshToken ? this.newRefreshToken(grant) : null);
  }

  refresh(refreshToken: string, clientId: string): FakeTokens | FakeTokenRefusal {
    const known = this.refreshTokens.get(refreshToken);
    if (known === undefined || this.isDead(known) || known.grant.clientId !== clientId) return refuse('refresh_token_invalid');
    const { grant } = known;
    this.note('token.refreshed', grant);
    known.usedAt = this.nowMs();
    if (this.policy.refreshEndsAccessTokens === true) this.endAccessTokens(grant);
    if (this.policy.repeatsRefreshToken === true) {
      known.expiresAt = this.refreshTokenEnd();
      return this.issueTokens(grant, refreshToken);
    }
    if (!this.policy.rotatesRefreshTokens) return { ...this.issueTokens(grant, null), refreshTokenExpiresIn: this.secondsLeft(known) };
    if (this.policy.keepsUsedRefreshTokens !== true) this.refreshTokens.delete(refreshToken);
    return this.issueTokens(grant, this.newRefreshToken(grant));
  }

  extend(accessToken: string, lifetimeSeconds: number): string | null {
    const token = this.accessTokens.get(accessToken);
    if (token === undefined || this.identify(accessToken).status !== 'valid') return null;
    this.note('token.extended', token.grant);
    return this.newAccessToken(token.grant, lifetimeSeconds);
  }

  revokeToken(token: string): boolean {
    const grant = (this.refreshTokens.get(token) ?? this.accessTokens.get(token))?.grant;
    if (grant === undefined || grant.isRevoked) return false;
    const ofSameApp = this.workingGrants(grant.email).filter(({ clientId }) => clientId === grant.clientId);
    (this.policy.revokesWholeApp === true ? ofSameApp : [grant]).forEach((ended) => this.revoke(ended));
    return true;
  }

  identify(accessToken: string | null): FakeIdentity {
    const token = accessToken === null ? undefined : this.accessTokens.get(accessToken);
    if (token === undefined || token.grant.isRevoked) return { status: 'unknown' };
    if (token.expiresAt <= this.nowMs()) return { status: 'expired' };
    const { email, scopes, clientId } = token.grant;
    const ageSeconds = (this.nowMs() - token.issuedAt) / 1000;
    return { status: 'valid', email, scopes, clientId, ageSeconds, lifetimeSeconds: token.lifetimeSeconds };
  }

  revokeGrant(email: string): void {
    this.workingGrants(email).forEach((grant) => this.revoke(grant));
  }

  expireTokens(): void {
    for (const token of this.accessTokens.values()) token.expiresAt = 0;
  }

  grantsOf(email: string): number {
    return this.workingGrants(email).length;
  }

  scopesOf(email: string, clientId: string): readonly string[] {
    return this.workingGrants(email).flatMap((grant) => (grant.clientId === clientId ? grant.scopes : []));
  }

  reset(): void {
    for (const store of [this.codes, this.grants, this.accessTokens, this.refreshTokens]) store.clear();
  }

  private issueTokens(grant: Grant, refreshToken: string | null): FakeTokens {
    const { accessTokenSeconds: seconds } = this.policy;
    const accessToken = this.newAccessToken(grant, typeof seconds === 'number' ? seconds : seconds());
    const issued = refreshToken === null ? undefined : this.refreshTokens.get(refreshToken);
    const refreshTokenExpiresIn = issued === undefined ? null : this.secondsLeft(issued);
    return { ok: true, accessToken, refreshToken, refreshTokenExpiresIn, email: grant.email, scopes: grant.scopes, nonce: grant.nonce };
  }

  private newAccessToken(grant: Grant, lifetimeSeconds: number): string {
    const token = randomToken(this.policy.prefixes.access);
    const issuedAt = this.nowMs();
    this.accessTokens.set(token, { grant, issuedAt, lifetimeSeconds, expiresAt: issuedAt + lifetimeSeconds * 1000 });
    return token;
  }

  private newRefreshToken(grant: Grant): string {
    const token = randomToken(this.policy.prefixes.refresh);
    this.refreshTokens.set(token, { grant, usedAt: this.nowMs(), expiresAt: this.refreshTokenEnd() });
    return token;
  }

  private refreshTokenEnd(): number | null {
    const seconds = this.policy.refreshTokenSeconds?.() ?? null;
    return seconds === null ? null : this.nowMs() + seconds * 1000;
  }

  private endAccessTokens(ended: Grant): void {
    for (const token of this.accessTokens.values()) if (token.grant === ended) token.expiresAt = 0;
  }

  private isDead({ grant, expiresAt, usedAt }: RefreshToken): boolean {
    const { refreshTokenIdleSeconds = Infinity } = this.policy;
    const now = this.nowMs();
    return grant.isRevoked || (expiresAt !== null && expiresAt <= now) || usedAt + refreshTokenIdleSeconds * 1000 <= now;
  }

  private secondsLeft({ expiresAt }: RefreshToken): number | null {
    return expiresAt === null ? null : Math.floor((expiresAt - this.nowMs()) / 1000);
  }

  private revoke(grant: Grant): void {
    grant.isRevoked = true;
    this.note('token.revoked', grant);
  }

  private note(kind: string, { id, email, scopes }: Grant): void {
    this.policy.ledger.record({ provider: this.policy.provider, kind, id, key: email, account: email, details: { scopes } });
  }

  private workingGrants(email: string): readonly Grant[] {
    return [...this.grants.values()].filter((grant) => grant.email === email && !grant.isRevoked);
  }

  private nowMs(): number {
    return this.policy.now().getTime();
  }
}

const refuse = (reason: FakeTokenRefusal['reason']): FakeTokenRefusal => ({ ok: false, reason });

const s256 = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

const randomToken = (prefix: string): string => `${prefix}${randomBytes(32).toString('base64url')}`;
