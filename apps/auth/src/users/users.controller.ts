import { Controller, Inject } from '@nestjs/common';
import { getMe, type User } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { UsersService } from './users.service.js';

@Controller()
export class UsersController {
  constructor(@Inject(UsersService) private readonly users: UsersService) {}

  @OnRequest(getMe)
  getMe(_input: object, context: RequestContext): Promise<User> {
    return this.users.get(requireUser(context));
  }
}
