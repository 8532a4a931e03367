import { Inject, Injectable } from '@nestjs/common';
import { AppError, defaultTenantId, scopeOf, type Caller, type RouteContract } from '@patchbay/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator } from '../authentication/authenticator.js';
import { credentialOf, type Credential } from '../authentication/credential.js';
import type { Known } from '../authentication/known.js';
import { AnswerCookies } from '../cookies/answer-cookies.js';
import { OriginGuard } from '../cookies/origin-guard.js';
import { InboundLimits, type Counted } from '../limits/inbound-limits.js';
import { networkOf } from '../limits/network-of.js';

/** A call that may go on. The caller is absent for strangers. */
export interface Admitted {
  readonly caller: Caller | undefined;
  /** Whom what the call costs is counted for. */
  readonly counted: Counted;
  /** True as long as the same credential would still be admitted. */
  isStillWelcome(): Promise<boolean>;
}

/** Decides who may call what, and how often. */
@Injectable()
export class Admission {
  constructor(
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(InboundLimits) private readonly limits: InboundLimits,
    @Inject(OriginGuard) private readonly origins: OriginGuard,
    @Inject(AnswerCookies) private readonly cookies: AnswerCookies,
  ) {}

  /** @throws AppError `unauthenticated`, `forbidden`, `api_key_scope_missing`, `origin_not_allowed` or `rate_limited`. */
  async admit(route: RouteContract, request: FastifyRequest, reply: FastifyReply): Promise<Admitted> {
    const address: Counted = { kind: 'address', id: networkOf(request.ip) };
    const credential = credentialOf(request);
    // Guessing credentials must cost the guesser, not the services behind.
    if (!this.authenticator.knows(credential)) this.limits.check(address);
    const known = await this.authenticator.identify(credential);
    const counted = known === undefined ? address : countedOf(known.caller);
    this.limits.count(counted);
    if (known === undefined) this.#admitStranger(route, credential, reply);
    else this.#admitKnown(route, known);
    if (known !== undefined && credential?.source === 'cookie') this.origins.check(request);
    const isStillWelcome = async (): Promise<boolean> => known === undefined || (await this.authenticator.identify(credential)) !== undefined;
    return { caller: known?.caller, counted, isStillWelcome };
  }

  #admitStranger(route: RouteContract, credential: Credential | undefined, reply: FastifyReply): void {
    if (route.access === 'public') return;
    // A browser keeps sending a cookie whose token has ended; a program that sends a Bearer means it.
    if (route.access !== 'optional' || credential?.source === 'bearer') throw new AppError('unauthenticated');
    if (credential !== undefined) this.cookies.endAccess(reply);
  }

  #admitKnown(route: RouteContract, { caller, scopes }: Known): void {
    if (route.access === 'public') return;
    if (route.access !== 'optional' && !route.access.includes(caller.role)) throw new AppError('forbidden');
    // The admins of a tenant, such as those a host product speaks of, must not reach into the others.
    if (route.isInstallationWide === true && caller.tenant_id !== defaultTenantId) throw new AppError('forbidden');
    const scope = scopeOf(route);
    if (scopes?.includes(scope) === false) throw new AppError('api_key_scope_missing', { scope });
  }
}

const countedOf = ({ api_key_id, user_id = '' }: Caller): Counted =>
  api_key_id === undefined ? { kind: 'user', id: user_id } : { kind: 'api_key', id: api_key_id };
