import { Inject, Injectable } from '@nestjs/common';
import { AppError, authenticateHostUser } from '@patchbay/contracts';
import { RequestClient } from '@patchbay/messaging';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import type { GatewayConfig } from '../gateway.config.js';
import { hostUserOf } from './host-claims.js';
import { hostKeys } from './host-keys.js';
import { tokenKeptMs, type Known } from './known.js';

/** How far the clocks of the host and ours may differ. Seconds. */
const clockSkewSeconds = 10;

/** Verifies access tokens of a host product, and asks `auth` who is behind them. */
@Injectable()
export class HostTokens {
  readonly #keys: JWTVerifyGetKey | undefined;

  constructor(
    @Inject(RequestClient) private readonly requests: RequestClient,
    @Inject(SERVICE_CONFIG) private readonly config: GatewayConfig,
    @Inject(LOG) log: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const url = config.HOST_JWT_JWKS_URL;
    this.#keys = url === undefined ? undefined : hostKeys({ url: new URL(url), log, clock });
  }

  /** True for tokens that claim to be of the host product. */
  isFor(issuer: string | undefined): boolean {
    return this.#keys !== undefined && issuer !== undefined && issuer === this.config.HOST_JWT_ISSUER;
  }

  /** @throws AppError `service_unavailable` when the host's keys cannot be fetched, or `auth` cannot be asked. */
  async identify(token: string): Promise<Known | undefined> {
    const now = this.clock().getTime();
    const payload = await this.#verify(token);
    if (payload?.exp === undefined) return undefined;
    const user = hostUserOf(payload, this.config);
    if (user === undefined) return undefined;
    try {
      const { caller } = await this.requests.send(authenticateHostUser, user);
      return { caller, until: Math.min(now + tokenKeptMs, payload.exp * 1000) };
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return undefined;
      throw error;
    }
  }

  async #verify(token: string): Promise<JWTPayload | undefined> {
    const { HOST_JWT_ISSUER: issuer, HOST_JWT_AUDIENCE: audience, HOST_JWT_ALGORITHMS: algorithms } = this.config;
    if (this.#keys === undefined || issuer === undefined || audience === undefined) return undefined;
    const options: JWTVerifyOptions = {
      issuer,
      audience,
      algorithms,
      requiredClaims: ['exp'],
      clockTolerance: clockSkewSeconds,
      currentDate: this.clock(),
    };
    try {
      return (await jwtVerify(token, this.#keys, options)).payload;
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return firstThatFits(error, token, options);
      if (error instanceof AppError) throw error;
      return undefined;
    }
  }
}

/** A token that does not name its key, where several would do. */
async function firstThatFits(keys: errors.JWKSMultipleMatchingKeys, token: string, options: JWTVerifyOptions): Promise<JWTPayload | undefined> {
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) return undefined;
    }
  }
  return undefined;
}
