import { AppError } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import type { Grant } from '../tokens/grants.repository.js';

/**
 * Somebody else's connection is as good as none, whatever the role: admins manage the installation, not people's accounts.
 *
 * @throws AppError `connection_not_found`
 */
export function requireOwn(grant: Grant | undefined, owner: UserCaller): Grant {
  if (grant === undefined || grant.status === 'disconnected' || grant.userId !== owner.user_id || grant.tenantId !== owner.tenant_id)
    throw new AppError('connection_not_found');
  return grant;
}
