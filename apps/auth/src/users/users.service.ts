import { Inject, Injectable } from '@nestjs/common';
import { AppError, type User } from '@patchbay/contracts';
import type { UserCaller } from '@patchbay/messaging';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import type { AuthConfig } from '../auth.config.js';
import { UsersRepository, type StoredUser } from './users.repository.js';

@Injectable()
export class UsersService {
  constructor(
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SERVICE_CONFIG) private readonly config: Pick<AuthConfig, 'NODE_ENV'>,
  ) {}

  /** @throws AppError `user_not_found`, also for someone who exists in development only when this is production. */
  async get(caller: UserCaller): Promise<User> {
    const found = await this.find(caller);
    if (found === undefined) throw new AppError('user_not_found');
    return found.user;
  }

  /** Undefined also for someone who exists in development only when this is production. */
  async find({ user_id: id, tenant_id: tenantId }: UserCaller): Promise<StoredUser | undefined> {
    const found = await this.users.find(tenantId, id);
    return found !== undefined && this.isWelcome(found) ? found : undefined;
  }

  /** People who exist in development only do not exist in production. */
  isWelcome({ isDevelopment }: Pick<StoredUser, 'isDevelopment'>): boolean {
    return !isDevelopment || this.config.NODE_ENV !== 'production';
  }
}
