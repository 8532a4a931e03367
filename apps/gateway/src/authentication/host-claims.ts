import { defaultTenantId, roles, type authenticateHostUser, type InputOf, type Role } from '@patchbay/contracts';
import type { JWTPayload } from 'jose';
import { z } from 'zod';
import type { GatewayConfig } from '../gateway.config.js';

type HostUser = InputOf<typeof authenticateHostUser>;
type ClaimNames = Pick<
  GatewayConfig,
  'HOST_JWT_USER_CLAIM' | 'HOST_JWT_EMAIL_CLAIM' | 'HOST_JWT_NAME_CLAIM' | 'HOST_JWT_ROLE_CLAIM' | 'HOST_JWT_TENANT_CLAIM'
>;

const nameLengthMax = 200;
const subject = z.union([z.string(), z.int().transform(String)]).pipe(z.string().min(1).max(500));
const tenant = z.string().min(1).max(100);

/** Who a verified token of the host product speaks of; undefined when it does not say so in a way that can be told apart. */
export function hostUserOf(payload: JWTPayload, names: ClaimNames): HostUser | undefined {
  const claim = (name: string | undefined): unknown => (name === undefined ? undefined : claimOf(payload, name));
  const who = subject.safeParse(claim(names.HOST_JWT_USER_CLAIM));
  // Where the host tells tenants apart, a token without one is of none: it must not open the tenant of everyone else.
  const where = tenant.safeParse(names.HOST_JWT_TENANT_CLAIM === undefined ? defaultTenantId : claim(names.HOST_JWT_TENANT_CLAIM));
  if (!who.success || !where.success || payload.iss === undefined) return undefined;
  // An address that the host itself does not vouch for must lead to nobody.
  const email = isDisowned(payload['email_verified']) ? undefined : z.email().safeParse(claim(names.HOST_JWT_EMAIL_CLAIM)).data;
  const name = z.string().safeParse(claim(names.HOST_JWT_NAME_CLAIM)).data?.trim().slice(0, nameLengthMax);
  return {
    issuer: payload.iss,
    subject: who.data,
    ...(email !== undefined && { email }),
    ...(name !== undefined && name !== '' && { name }),
    role: roleOf(claim(names.HOST_JWT_ROLE_CLAIM)),
    tenant_id: where.data,
  };
}

/** Some issuers write the claim as text; whatever is there and is no yes is a no. https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims */
const isDisowned = (verified: unknown): boolean => verified !== undefined && verified !== true && verified !== 'true';

/** Only a role of ours, character by character, is more than `user`: nobody rises by a similar word of the host's. */
const roleOf = (value: unknown): Role => roles.find((role) => role === value) ?? 'user';

/** A claim by its name, which may contain dots (`https://example.com/role`), else by the path that its dots describe. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name.split('.').reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), payload);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
