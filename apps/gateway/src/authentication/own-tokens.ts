import { Inject, Injectable } from '@nestjs/common';
import { caller, getSigningKeys } from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import { CLOCK, SERVICE_CONFIG, type Clock, type ProcessConfig } from '@patchbay/service-kit';
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { GatewayConfig } from '../gateway.config.js';
import { tokenKeptMs, type Known } from './known.js';
import { Sessions } from './sessions.js';

const claims = z.object({
  sub: z.uuid(),
  role: caller.shape.role,
  tenant_id: z.string().min(1),
  exp: z.int(),
  /** The session it belongs to. https://openid.net/specs/openid-connect-frontchannel-1_0.html#OPLogout */
  sid: z.uuid().optional(),
  development: z.boolean().default(false),
});

/** Unknown key ids make the gateway ask for the keys again, but not more often than this. Milliseconds. */
const keysAgainMs = 5_000;
/** Keys are fetched again while they are in use: so a new one is known before it signs, and one that was withdrawn is forgotten. Milliseconds. */
const keysStaleMs = 5 * 60_000;

/** What a token says, or why it says nothing. */
type Verified = JWTPayload | 'unknown_key' | 'refused';

/** Verifies access tokens that `auth` has signed. */
@Injectable()
export class OwnTokens {
  #keys: JSONWebKeySet | undefined;
  #keysAt = 0;

  constructor(
    @Inject(RequestClient) private readonly requests: RequestClient,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(SERVICE_CONFIG) private readonly config: GatewayConfig & ProcessConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `service_unavailable` when the keys are not known yet and `auth` cannot be asked. */
  async identify(token: string): Promise<Known | undefined> {
    const now = this.clock().getTime();
    const verified = await this.#verify(token, await this.#signingKeys(false));
    const payload = verified === 'unknown_key' ? await this.#verifyWithNewerKeys(token, now) : verified;
    const read = claims.safeParse(payload);
    if (!read.success) return undefined;
    const { sub, role, tenant_id, exp, sid, development } = read.data;
    if (development && this.config.NODE_ENV === 'production') return undefined;
    const until = Math.min(now + tokenKeptMs, exp * 1000);
    if (sid === undefined) return { caller: { tenant_id, user_id: sub, role }, until };
    const believedUntil = await this.sessions.believedUntil(sid);
    if (believedUntil === undefined) return undefined;
    return { caller: { tenant_id, user_id: sub, role, session_id: sid }, until: Math.min(until, believedUntil) };
  }

  /** A token signed with a key that is younger than what we know. */
  async #verifyWithNewerKeys(token: string, now: number): Promise<Verified> {
    if (now - this.#keysAt < keysAgainMs) return 'unknown_key';
    return this.#verify(token, await this.#signingKeys(true));
  }

  async #verify(token: string, keys: JSONWebKeySet): Promise<Verified> {
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
        audience: 'patchbay',
        issuer: this.config.PUBLIC_BASE_URL,
        typ: 'at+jwt',
        algorithms: ['ES256', 'EdDSA'],
        currentDate: this.clock(),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_key';
      if (error instanceof errors.JOSEError) return 'refused';
      throw error;
    }
  }

  async #signingKeys(again: boolean): Promise<JSONWebKeySet> {
    if (this.#keys === undefined || again) return this.#fetchKeys();
    if (this.clock().getTime() - this.#keysAt > keysStaleMs) {
      this.#keysAt = this.clock().getTime();
      // Nobody waits for it; the keys in hand stay when it fails.
      void this.#fetchKeys().catch(() => undefined);
    }
    return this.#keys;
  }

  async #fetchKeys(): Promise<JSONWebKeySet> {
    const keys = (await this.requests.send(getSigningKeys, {})) as JSONWebKeySet;
    this.#keysAt = this.clock().getTime();
    this.#keys = keys;
    return keys;
  }
}
