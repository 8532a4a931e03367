import { Inject, Injectable } from '@nestjs/common';
import { AppError, authenticateApiKey, caller, getSigningKeys, type Caller } from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import { CLOCK, SERVICE_CONFIG, type Clock, type ProcessConfig } from '@patchbay/service-kit';
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { GatewayConfig } from '../gateway.config.js';

/** Who asks. `caller` is absent when nobody said, or when what they said is not true. */
export interface Authenticated {
  readonly caller?: Caller;
}

interface Known extends Authenticated {
  readonly caller: Caller;
  readonly until: number;
}

const claims = z.object({ sub: z.uuid(), role: caller.shape.role, tenant_id: z.string(), exp: z.int(), development: z.boolean().default(false) });

/** How long a verified token is believed without looking again: verifying a signature costs more than the whole rest of a request. Milliseconds. */
const tokenKeptMs = 30_000;
/** How soon a revoked API key stops working. Milliseconds. */
const apiKeyKeptMs = 10_000;
/** Unknown key ids make the gateway ask for the keys again, but not more often than this. Milliseconds. */
const keysAgainMs = 5_000;
const knownMax = 20_000;
const apiKeyPrefix = 'pb_';
const nobody: Authenticated = {};

/** What a token says, or why it says nothing. */
type Verified = JWTPayload | 'unknown_key' | 'refused';

const credentialOf = (header: string | undefined): string | undefined => /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];

/** Tells who stands behind an `Authorization` header: a person with an access token of `auth`, or a service with an API key. */
@Injectable()
export class Authenticator {
  readonly #known = new Map<string, Known>();
  #keys: JSONWebKeySet | undefined;
  #keysAt = 0;

  constructor(
    @Inject(RequestClient) private readonly requests: RequestClient,
    @Inject(SERVICE_CONFIG) private readonly config: GatewayConfig & ProcessConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** True when {@link identify} would answer without asking anyone. */
  knows(header: string | undefined): boolean {
    const known = this.#known.get(credentialOf(header) ?? '');
    return known !== undefined && known.until > this.clock().getTime();
  }

  /** @throws AppError `service_unavailable` when `auth` cannot be asked. */
  async identify(header: string | undefined): Promise<Authenticated> {
    const credential = credentialOf(header);
    if (credential === undefined || credential.length > 4_096) return nobody;
    const now = this.clock().getTime();
    const known = this.#known.get(credential);
    if (known !== undefined && known.until > now) return known;
    this.#known.delete(credential);
    const found = credential.startsWith(apiKeyPrefix) ? await this.#byApiKey(credential, now) : await this.#byToken(credential, now);
    if (found === undefined) return nobody;
    if (this.#known.size >= knownMax) this.#known.clear();
    this.#known.set(credential, found);
    return found;
  }

  async #byApiKey(key: string, now: number): Promise<Known | undefined> {
    try {
      const found = await this.requests.send(authenticateApiKey, { key });
      if (found.is_development && this.config.NODE_ENV === 'production') return undefined;
      const end = found.expires_at === null ? Infinity : Date.parse(found.expires_at);
      return { caller: found.caller, until: Math.min(now + apiKeyKeptMs, end) };
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return undefined;
      throw error;
    }
  }

  async #byToken(token: string, now: number): Promise<Known | undefined> {
    const verified = await this.#verify(token, await this.#signingKeys(false));
    const payload = verified === 'unknown_key' ? await this.#verifyWithNewerKeys(token, now) : verified;
    const read = claims.safeParse(payload);
    if (!read.success) return undefined;
    const { sub, role, tenant_id, exp, development } = read.data;
    if (development && this.config.NODE_ENV === 'production') return undefined;
    return { caller: { tenant_id, user_id: sub, role }, until: Math.min(now + tokenKeptMs, exp * 1000) };
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
    if (this.#keys === undefined || again) {
      this.#keys = (await this.requests.send(getSigningKeys, {})) as JSONWebKeySet;
      this.#keysAt = this.clock().getTime();
    }
    return this.#keys;
  }
}
