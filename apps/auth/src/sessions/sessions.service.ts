import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { activityRecorded, AppError, type InputOf, type listSessions, type OutputOf, type SessionTokens, type signOut } from '@patchbay/contracts';
import { Database, WorkLoop, type Transaction } from '@patchbay/database';
import { requireUser, type RequestContext, type UserCaller } from '@patchbay/messaging';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { AuthConfig } from '../auth.config.js';
import { accessTokenSeconds, AccessTokenIssuer } from '../signing-keys/access-token-issuer.js';
import type { StoredUser } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';
import { decideRefresh, type KnownRefreshToken } from './refresh-decision.js';
import { hashOfRefreshToken, newRefreshToken, RefreshTokenSuccessors } from './refresh-token-secret.js';
import { SessionsRepository, type EndedSession, type EndReason, type LockedSession } from './sessions.repository.js';

const dayMs = 24 * 60 * 60_000;
const sweepMs = 60 * 60_000;

/** What a sign-in or a refresh left behind, before the access token is signed. */
export interface OpenSession {
  readonly id: string;
  readonly owner: UserCaller;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** Where people are signed in: refresh tokens that work once, and the sessions they belong to. */
@Injectable()
export class SessionsService implements OnModuleInit, OnModuleDestroy {
  readonly #sweeps: WorkLoop;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
    @Inject(RefreshTokenSuccessors) private readonly successors: RefreshTokenSuccessors,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(AccessTokenIssuer) private readonly issuer: AccessTokenIssuer,
    @Inject(SERVICE_CONFIG) private readonly config: Pick<AuthConfig, 'SESSION_DAYS' | 'SESSION_IDLE_DAYS'>,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) log: Logger,
  ) {
    this.#sweeps = new WorkLoop({ name: 'session-sweep', log, pollMs: sweepMs, step: () => this.#sweep() });
  }

  onModuleInit(): void {
    this.#sweeps.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.#sweeps.stop();
  }

  /** Signs a person in. */
  async begin(tx: Transaction, owner: UserCaller, userAgent: string | null): Promise<OpenSession> {
    const now = this.now();
    const id = uuidv7();
    const expiresAt = this.#endOf(now, now);
    await this.sessions.insert(tx, { id, owner, userAgent, createdAt: now, expiresAt });
    const refreshToken = newRefreshToken();
    await this.sessions.insertToken(tx, { sessionId: id, tenantId: owner.tenant_id, hash: hashOfRefreshToken(refreshToken), now, expiresAt });
    return { id, owner, refreshToken, expiresAt };
  }

  /** What the person gets for it. */
  async tokensOf({ id, owner, refreshToken, expiresAt }: OpenSession, { user, isDevelopment }: StoredUser): Promise<SessionTokens> {
    const subject = { id: user.id, role: user.role, tenantId: owner.tenant_id, sessionId: id, isDevelopment };
    return {
      access_token: await this.issuer.issue(subject),
      token_type: 'Bearer',
      expires_in: accessTokenSeconds,
      refresh_token: refreshToken,
      refresh_expires_in: Math.round((expiresAt.getTime() - this.now().getTime()) / 1000),
      user,
    };
  }

  /** @throws AppError `refresh_token_invalid`; when the token was used before, the whole session has ended with it. */
  async refresh(refreshToken: string): Promise<SessionTokens> {
    const opened = await this.database.transaction((tx) => this.#exchange(tx, refreshToken));
    if (opened === undefined) throw new AppError('refresh_token_invalid');
    const found = await this.users.find(opened.owner);
    if (found === undefined) throw new AppError('refresh_token_invalid');
    return this.tokensOf(opened, found);
  }

  /** Ends the session of the refresh token, else that of the access token, or all of that person's. */
  async signOut({ refresh_token: refreshToken, everywhere }: InputOf<typeof signOut>, { caller }: RequestContext): Promise<null> {
    await this.database.transaction(async (tx) => {
      // Not locked: two who hold a session each, and want to end both, would wait for each other.
      const byToken = refreshToken === undefined ? undefined : await this.sessions.findByToken(tx, hashOfRefreshToken(refreshToken));
      const ofCaller = caller?.user_id === undefined ? undefined : { owner: { ...caller, user_id: caller.user_id }, id: caller.session_id ?? null };
      const meant = byToken === undefined ? ofCaller : { owner: ownerOf(byToken), id: byToken.id };
      if (meant === undefined || (meant.id === null && !everywhere)) return;
      if (everywhere) await this.#end(tx, meant.owner, { id: null, reason: 'signed_out_everywhere' });
      else await this.#end(tx, meant.owner, { id: meant.id, reason: 'signed_out' });
    });
    return null;
  }

  list(page: InputOf<typeof listSessions>, context: RequestContext): Promise<OutputOf<typeof listSessions>> {
    return this.sessions.list(requireUser(context), page, { now: this.now(), currentId: context.caller?.session_id });
  }

  /** @throws AppError `session_not_found`, also for somebody else's. */
  async end(owner: UserCaller, id: string): Promise<null> {
    const ended = await this.database.transaction((tx) => this.#end(tx, owner, { id, reason: 'ended_by_user' }));
    if (ended.length === 0) throw new AppError('session_not_found');
    return null;
  }

  async authenticate(id: string): Promise<{ is_active: boolean }> {
    return { is_active: await this.sessions.isActive(id, this.now()) };
  }

  /** Undefined when the token is good for nothing; the session may have ended over it, so this must not undo the transaction. */
  async #exchange(tx: Transaction, refreshToken: string): Promise<OpenSession | undefined> {
    const hash = hashOfRefreshToken(refreshToken);
    const session = await this.sessions.lockByToken(tx, hash);
    const token = session === undefined ? undefined : await this.sessions.findToken(tx, hash);
    const now = this.now();
    if (session === undefined || token === undefined || session.endedAt !== null || session.expiresAt <= now) return undefined;
    const next = await this.#nextOf(tx, refreshToken);
    switch (decideRefresh(token, next.known, now)) {
      case 'expired':
        return undefined;
      case 'stolen':
        await this.#end(tx, ownerOf(session), { id: session.id, reason: 'refresh_token_reused' });
        return undefined;
      case 'repeat':
        return { id: session.id, owner: ownerOf(session), refreshToken: next.token, expiresAt: session.expiresAt };
      case 'renew':
        return this.#renew(tx, session, { used: hash, next: next.token });
    }
  }

  /** The token that was given for this one, or will be. */
  async #nextOf(tx: Transaction, refreshToken: string): Promise<{ readonly token: string; readonly known: KnownRefreshToken | undefined }> {
    const candidates = this.successors.of(refreshToken);
    for (const token of candidates) {
      const known = await this.sessions.findToken(tx, hashOfRefreshToken(token));
      if (known !== undefined) return { token, known };
    }
    return { token: candidates[0], known: undefined };
  }

  async #renew(tx: Transaction, session: LockedSession, { used, next }: { used: Buffer; next: string }): Promise<OpenSession> {
    const now = this.now();
    const expiresAt = this.#endOf(session.createdAt, now);
    const hash = hashOfRefreshToken(next);
    await this.sessions.insertToken(tx, { sessionId: session.id, tenantId: session.tenantId, hash, now, expiresAt });
    await this.sessions.noteUse(tx, used, now);
    await this.sessions.prolong(tx, session.id, { now, expiresAt });
    return { id: session.id, owner: ownerOf(session), refreshToken: next, expiresAt };
  }

  async #end(tx: Transaction, owner: UserCaller, { id, reason }: { id: string | null; reason: EndReason }): Promise<readonly EndedSession[]> {
    const ended = await this.sessions.end(tx, owner, { id, reason, now: this.now() });
    for (const session of ended) this.#announce(tx, owner, { id: session.id, reason });
    return ended;
  }

  #announce(tx: Transaction, { user_id, tenant_id: tenantId }: UserCaller, { id, reason }: { id: string; reason: EndReason }): void {
    const details = { session_id: id, reason };
    const success = reason !== 'refresh_token_reused';
    const activity = { user_id, log_type: 'session_ended', integration_type: 'patchbay', message: messages[reason], details, success } as const;
    tx.outbox.add(activityRecorded, activity, { tenantId });
  }

  /** Without use, and however much it is used. */
  #endOf(createdAt: Date, usedAt: Date): Date {
    const { SESSION_DAYS, SESSION_IDLE_DAYS } = this.config;
    return new Date(Math.min(createdAt.getTime() + SESSION_DAYS * dayMs, usedAt.getTime() + SESSION_IDLE_DAYS * dayMs));
  }

  #sweep(): Promise<number> {
    const now = this.now();
    return this.sessions.sweep(now, new Date(now.getTime() - dayMs));
  }
}

const messages: Readonly<Record<EndReason, string>> = {
  signed_out: 'You signed out.',
  signed_out_everywhere: 'You signed out everywhere.',
  ended_by_user: 'You ended a session.',
  refresh_token_reused: 'A session was ended, because a refresh token came a second time: it may have been copied. Sign in again.',
};

const ownerOf = ({ userId, tenantId }: Pick<LockedSession, 'userId' | 'tenantId'>): UserCaller => ({ user_id: userId, tenant_id: tenantId });
