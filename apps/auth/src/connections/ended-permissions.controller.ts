import { Controller, Inject } from '@nestjs/common';
import { providerPermissionEnded, type EventOf } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { OnEvent } from '@patchbay/messaging';
import { EndedPermissions } from './ended-permissions.js';

@Controller()
export class EndedPermissionsController {
  constructor(@Inject(EndedPermissions) private readonly permissions: EndedPermissions) {}

  @OnEvent(providerPermissionEnded)
  async onProviderPermissionEnded(event: EventOf<typeof providerPermissionEnded>, tx: Transaction): Promise<void> {
    await this.permissions.end(event, tx);
  }
}
