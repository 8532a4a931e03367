import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { defaultTenantId, type Role } from '@patchbay/contracts';
import { CLOCK, Sealer, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { AuthConfig } from '../auth.config.js';
import { SigningKeysRepository, type StoredSigningKey } from './signing-keys.repository.js';

/** ECDSA on P-256 signs ten times as fast as RSA and its keys are small. https://www.rfc-editor.org/rfc/rfc7518#section-3.4 */
const algorithm = 'ES256';
const audience = 'patchbay';
const lifetimeSecondsDefault = 15 * 60;

export interface TokenSubject {
  readonly id: string;
  readonly role: Role;
  readonly tenantId?: string;
  /** Such a token says so itself, and the gateway refuses it in production. */
  readonly isDevelopment?: boolean;
}

/** Signs access tokens with the newest signing key, which it makes at the very first start. */
@Injectable()
export class AccessTokenIssuer implements OnModuleInit {
  #key: { readonly kid: string; readonly privateKey: CryptoKey } | undefined;

  constructor(
    @Inject(SigningKeysRepository) private readonly keys: SigningKeysRepository,
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(SERVICE_CONFIG) private readonly config: Pick<AuthConfig, 'NODE_ENV' | 'PUBLIC_BASE_URL'>,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    const stored = await this.keys.findOrStore(() => this.#make(), this.now());
    const jwk: JWK = JSON.parse(this.sealer.open(stored.sealed_private_jwk, placeOf(stored.kid)));
    const privateKey = await importJWK(jwk, algorithm);
    if (privateKey instanceof Uint8Array) throw new Error('unreachable: a signing key is not symmetric');
    this.#key = { kid: stored.kid, privateKey };
  }

  /** @throws Error for someone who exists in development only when this is production: no caller may ask for that. */
  issue(subject: TokenSubject, lifetimeSeconds = lifetimeSecondsDefault): Promise<string> {
    if (this.#key === undefined) throw new Error('unreachable: tokens are issued after the start only');
    const isDevelopment = subject.isDevelopment === true;
    if (isDevelopment && this.config.NODE_ENV === 'production') throw new Error('unreachable: development users get no tokens in production');
    const issuedAt = Math.floor(this.now().getTime() / 1000);
    return new SignJWT({ role: subject.role, tenant_id: subject.tenantId ?? defaultTenantId, ...(isDevelopment && { development: true }) })
      .setProtectedHeader({ alg: algorithm, kid: this.#key.kid, typ: 'at+jwt' })
      .setSubject(subject.id)
      .setIssuer(this.config.PUBLIC_BASE_URL)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(this.#key.privateKey);
  }

  async #make(): Promise<StoredSigningKey> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const publicPart = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicPart);
    return {
      kid,
      public_jwk: { ...publicPart, kty: publicPart.kty ?? 'EC', kid, alg: algorithm, use: 'sig' },
      sealed_private_jwk: this.sealer.seal(JSON.stringify(await exportJWK(privateKey)), placeOf(kid)),
    };
  }
}

const placeOf = (kid: string): string => `signing-key:${kid}`;
