import { z } from 'zod';

/** What a caller may be. `service` is a service of the product, with an API key. */
export const roles = ['user', 'admin', 'service'] as const;
export type Role = (typeof roles)[number];

/** The tenant of a deployment that serves one product only. */
export const defaultTenantId = 'default';

/** Who asks. Travels beside every request that the gateway sends for someone. */
export const caller = z.object({
  tenant_id: z.string().min(1),
  /** Absent for services, which act for no one in particular. */
  user_id: z.uuid().optional(),
  role: z.enum(roles),
  api_key_id: z.uuid().optional(),
  /** The session that the access token belongs to; absent for API keys and for tokens of a host product. */
  session_id: z.uuid().optional(),
});
export type Caller = z.output<typeof caller>;
