import { Inject, Injectable } from '@nestjs/common';
import { AppError, type User } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class UsersService {
  constructor(
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SERVICE_CONFIG) private readonly config: AuthConfig,
  ) {}

  /** @throws AppError `user_not_found`, also for someone who exists in development only when this is production. */
  async get({ user_id: id, tenant_id: tenantId }: UserCaller): Promise<User> {
    const found = await this.users.find(tenantId, id);
    if (found === undefined || (found.isDevelopment && this.config.NODE_ENV === 'production')) throw new AppError('user_not_found');
    return found.user;
  }
}
