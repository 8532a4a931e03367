import { Controller, Inject } from '@nestjs/common';
import { authenticateHostUser, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest } from '@patchbay/messaging';
import { HostUsersService } from './host-users.service.js';

@Controller()
export class HostUsersController {
  constructor(@Inject(HostUsersService) private readonly users: HostUsersService) {}

  @OnRequest(authenticateHostUser)
  authenticate(input: InputOf<typeof authenticateHostUser>): Promise<OutputOf<typeof authenticateHostUser>> {
    return this.users.authenticate(input);
  }
}
