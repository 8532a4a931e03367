import { AppError, defaultTenantId } from '@patchbay/contracts';
import type { RequestContext } from '@patchbay/messaging';

/**
 * Some things belong to no tenant, or to all of them: they are a matter of those who run the installation.
 *
 * @throws AppError `forbidden` for another tenant's administrator.
 */
export function requireOperator({ caller }: RequestContext): void {
  if (caller?.tenant_id !== defaultTenantId) throw new AppError('forbidden');
}
