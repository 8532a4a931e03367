import { Controller, Inject } from '@nestjs/common';
import {
  getVideoAccount,
  integrationConnected,
  integrationDisconnected,
  listVideoAccounts,
  updateVideoAccount,
  type EventOf,
  type InputOf,
  type OutputOf,
  type VideoAccount,
} from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { OnEvent, OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { AccountsService } from './accounts.service.js';

@Controller()
export class AccountsController {
  constructor(@Inject(AccountsService) private readonly accounts: AccountsService) {}

  @OnRequest(listVideoAccounts)
  list(input: InputOf<typeof listVideoAccounts>, context: RequestContext): Promise<OutputOf<typeof listVideoAccounts>> {
    return this.accounts.list(requireUser(context), input);
  }

  @OnRequest(getVideoAccount)
  get(input: InputOf<typeof getVideoAccount>, context: RequestContext): Promise<VideoAccount> {
    return this.accounts.get(requireUser(context), input.id);
  }

  @OnRequest(updateVideoAccount)
  update(input: InputOf<typeof updateVideoAccount>, context: RequestContext): Promise<VideoAccount> {
    return this.accounts.update(requireUser(context), input);
  }

  @OnEvent(integrationConnected)
  onConnected(event: EventOf<typeof integrationConnected>, tx: Transaction): Promise<void> {
    return this.accounts.onConnected(event, tx);
  }

  @OnEvent(integrationDisconnected)
  onDisconnected(event: EventOf<typeof integrationDisconnected>, tx: Transaction): Promise<void> {
    return this.accounts.onDisconnected(event, tx);
  }
}
