import { Controller, Inject } from '@nestjs/common';
import {
  getCalendarAccount,
  integrationConnected,
  integrationDisconnected,
  listCalendarAccounts,
  updateCalendarAccount,
  type EventOf,
  type InputOf,
  type OutputOf,
  type CalendarAccount,
} from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { OnEvent, OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { AccountsService } from './accounts.service.js';

@Controller()
export class AccountsController {
  constructor(@Inject(AccountsService) private readonly accounts: AccountsService) {}

  @OnRequest(listCalendarAccounts)
  list(input: InputOf<typeof listCalendarAccounts>, context: RequestContext): Promise<OutputOf<typeof listCalendarAccounts>> {
    return this.accounts.list(requireUser(context), input);
  }

  @OnRequest(getCalendarAccount)
  get(input: InputOf<typeof getCalendarAccount>, context: RequestContext): Promise<CalendarAccount> {
    return this.accounts.get(requireUser(context), input.id);
  }

  @OnRequest(updateCalendarAccount)
  update(input: InputOf<typeof updateCalendarAccount>, context: RequestContext): Promise<CalendarAccount> {
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
