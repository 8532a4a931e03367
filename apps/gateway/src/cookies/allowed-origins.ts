import type { ProcessConfig } from '@patchbay/service-kit';
import type { GatewayConfig } from '../gateway.config.js';

/** Origins of the frontends that may read answers. */
export function frontendOrigins({
  CORS_ALLOWED_ORIGINS,
  NODE_ENV,
}: Pick<GatewayConfig & ProcessConfig, 'CORS_ALLOWED_ORIGINS' | 'NODE_ENV'>): string[] {
  if (CORS_ALLOWED_ORIGINS !== undefined) return [...CORS_ALLOWED_ORIGINS];
  return NODE_ENV === 'production' ? [] : ['http://localhost:3000'];
}
