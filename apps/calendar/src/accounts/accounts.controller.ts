import { Controller, Inject } from '@nestjs/common';
import { integrationConnected, integrationDisconnected, type EventOf } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { OnEvent } from '@patchbay/messaging';
import { AccountsService } from './accounts.service.js';

@Controller()
export class AccountsController {
  constructor(@Inject(AccountsService) private readonly accounts: AccountsService) {}

  @OnEvent(integrationConnected)
  onConnected(event: EventOf<typeof integrationConnected>, tx: Transaction): Promise<void> {
    return this.accounts.onConnected(event, tx);
  }

  @OnEvent(integrationDisconnected)
  onDisconnected(event: EventOf<typeof integrationDisconnected>, tx: Transaction): Promise<void> {
    return this.accounts.onDisconnected(event, tx);
  }
}
