import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  type createApiKey,
  type authenticateApiKey,
  type InputOf,
  type listApiKeys,
  type OutputOf,
  routeCatalog,
  scopeOf,
} from '@patchbay/contracts';
import type { RequestContext } from '@patchbay/messaging';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { AuthConfig } from '../auth.config.js';
import { hashOfApiKey, newApiKey, prefixOfApiKey } from './api-key-secret.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** Writing down every use would turn each authenticated request into a write. Milliseconds. */
const lastUsedPrecisionMs = 60_000;

@Injectable()
export class ApiKeysService {
  constructor(
    @Inject(ApiKeysRepository) private readonly keys: ApiKeysRepository,
    @Inject(SERVICE_CONFIG) private readonly config: Pick<AuthConfig, 'NODE_ENV'>,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** @throws AppError `unauthenticated` for a key that is unknown, expired, revoked, or for development while this is production. */
  async authenticate(key: string): Promise<OutputOf<typeof authenticateApiKey>> {
    const now = this.now();
    const found = await this.keys.findUsable(hashOfApiKey(key), now);
    if (found === undefined || (found.isDevelopment && this.config.NODE_ENV === 'production')) throw new AppError('unauthenticated');
    if (found.lastUsedAt === null || now.getTime() - found.lastUsedAt.getTime() >= lastUsedPrecisionMs) this.#noteUse(found.id, now);
    return {
      caller: { tenant_id: found.tenantId, role: found.role, api_key_id: found.id },
      scopes: found.scopes,
      expires_at: found.expiresAt?.toISOString() ?? null,
      is_development: found.isDevelopment,
    };
  }

  list(page: InputOf<typeof listApiKeys>, context: RequestContext): Promise<OutputOf<typeof listApiKeys>> {
    return this.keys.list(tenantOf(context), page);
  }

  /** @throws AppError `request_invalid` when it would have ended already; `api_key_scope_missing` when a key asks for one that may do more than itself. */
  async create(input: InputOf<typeof createApiKey>, context: RequestContext): Promise<OutputOf<typeof createApiKey>> {
    const now = this.now();
    const expiresAt = input.expires_at === undefined ? null : new Date(input.expires_at);
    if (expiresAt !== null && expiresAt <= now) throw new AppError('request_invalid', { expires_at: 'must lie in the future' });
    requireKnown(input.scopes ?? []);
    await this.#requireNoMore(input.scopes, context);
    const key = newApiKey();
    const shown = { id: uuidv7(), name: input.name, role: input.role, prefix: prefixOfApiKey(key), scopes: input.scopes ?? null };
    await this.keys.insert({ ...shown, tenantId: tenantOf(context), hash: hashOfApiKey(key), expiresAt, createdAt: now });
    return { ...shown, created_at: now.toISOString(), expires_at: expiresAt?.toISOString() ?? null, last_used_at: null, key };
  }

  /** @throws AppError `api_key_not_found` */
  async revoke(id: string, context: RequestContext): Promise<null> {
    if (!(await this.keys.revoke(tenantOf(context), id, this.now()))) throw new AppError('api_key_not_found');
    return null;
  }

  /** Otherwise whoever holds a key for little could make themselves one for everything. */
  async #requireNoMore(wanted: readonly string[] | undefined, { caller }: RequestContext): Promise<void> {
    if (caller?.api_key_id === undefined) return;
    const own = await this.keys.scopesOf(caller.tenant_id, caller.api_key_id);
    if (own === null) return;
    const missing = wanted === undefined ? 'all' : wanted.find((scope) => !own.includes(scope));
    if (missing !== undefined) throw new AppError('api_key_scope_missing', { scope: missing });
  }

  /** The request need not wait for it, and must not fail with it. */
  #noteUse(id: string, now: Date): void {
    this.keys
      .noteUse(id, now, new Date(now.getTime() - lastUsedPrecisionMs))
      .catch((error: unknown) => this.log.warn({ err: error }, 'the use of an API key was not written down'));
  }
}

/** The gateway lets admins in only; here it matters whose keys they are. */
function tenantOf({ caller }: RequestContext): string {
  if (caller === undefined) throw new AppError('forbidden');
  return caller.tenant_id;
}

/** Every scope that a route asks for. */
const knownScopes: ReadonlySet<string> = new Set(routeCatalog.map(scopeOf));

/** A key that could do nothing is a slip. @throws AppError `request_invalid` */
function requireKnown(scopes: readonly string[]): void {
  const unknown = scopes.filter((scope) => !knownScopes.has(scope));
  if (unknown.length > 0) throw new AppError('request_invalid', { scopes: `must be among ${[...knownScopes].sort().join(', ')}` });
}
