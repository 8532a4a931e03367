import { Inject, Injectable } from '@nestjs/common';
import { defaultTenantId, type Role } from '@patchbay/contracts';
import { CLOCK, Sealer, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import { SignJWT, type CryptoKey } from 'jose';
import type { AuthConfig } from '../auth.config.js';
import { openSigningKey, signingAlgorithm } from './signing-key-pairs.js';
import { SigningKeysRepository, type StoredSigningKey } from './signing-keys.repository.js';

const audience = 'patchbay';

/** How long an access token lives unless something else is asked for. Seconds. */
export const accessTokenSeconds = 15 * 60;

/** Keys of other replicas are seen within this time, long before they sign. Milliseconds. */
const keysStaleMs = 60_000;

export interface TokenSubject {
  readonly id: string;
  readonly role: Role;
  readonly tenantId?: string;
  /** The session it belongs to, with which it ends. */
  readonly sessionId?: string;
  /** Such a token says so itself, and the gateway refuses it in production. */
  readonly isDevelopment?: boolean;
}

/** Signs access tokens with the youngest signing key whose time has come. */
@Injectable()
export class AccessTokenIssuer {
  readonly #opened = new Map<string, CryptoKey>();
  #known: { readonly keys: readonly StoredSigningKey[]; readonly readAt: number } | undefined;

  constructor(
    @Inject(SigningKeysRepository) private readonly keys: Pick<SigningKeysRepository, 'list'>,
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(SERVICE_CONFIG) private readonly config: Pick<AuthConfig, 'NODE_ENV' | 'PUBLIC_BASE_URL'>,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  /** @throws Error for someone who exists in development only when this is production: no caller may ask for that. */
  async issue(subject: TokenSubject, lifetimeSeconds = accessTokenSeconds): Promise<string> {
    const isDevelopment = subject.isDevelopment === true;
    if (isDevelopment && this.config.NODE_ENV === 'production') throw new Error('unreachable: development users get no tokens in production');
    const { kid, privateKey } = await this.#signingKey();
    const issuedAt = Math.floor(this.now().getTime() / 1000);
    const { role, tenantId = defaultTenantId, sessionId } = subject;
    return new SignJWT({ role, tenant_id: tenantId, ...(sessionId !== undefined && { sid: sessionId }), ...(isDevelopment && { development: true }) })
      .setProtectedHeader({ alg: signingAlgorithm, kid, typ: 'at+jwt' })
      .setSubject(subject.id)
      .setIssuer(this.config.PUBLIC_BASE_URL)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(privateKey);
  }

  async #signingKey(): Promise<{ readonly kid: string; readonly privateKey: CryptoKey }> {
    const now = this.now().getTime();
    const known = this.#known;
    const { keys } = known !== undefined && Math.abs(now - known.readAt) < keysStaleMs ? known : await this.#read(now);
    const key = keys.find(({ signsFrom }) => signsFrom.getTime() <= now);
    if (key === undefined) throw new Error('unreachable: a key is made at the start, and the first one signs at once');
    const privateKey = this.#opened.get(key.kid) ?? (await openSigningKey(this.sealer, key));
    this.#opened.set(key.kid, privateKey);
    return { kid: key.kid, privateKey };
  }

  async #read(readAt: number): Promise<{ readonly keys: readonly StoredSigningKey[] }> {
    const keys = await this.keys.list();
    this.#known = { keys, readAt };
    for (const kid of this.#opened.keys()) if (!keys.some((key) => key.kid === kid)) this.#opened.delete(kid);
    return { keys };
  }
}
