import { Controller, Inject } from '@nestjs/common';
import {
  getCalendarAccount,
  listCalendarAccounts,
  updateCalendarAccount,
  type CalendarAccount,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { SettingsService } from './settings.service.js';

@Controller()
export class SettingsController {
  constructor(@Inject(SettingsService) private readonly settings: SettingsService) {}

  @OnRequest(listCalendarAccounts)
  list(input: InputOf<typeof listCalendarAccounts>, context: RequestContext): Promise<OutputOf<typeof listCalendarAccounts>> {
    return this.settings.list(requireUser(context), input);
  }

  @OnRequest(getCalendarAccount)
  get(input: InputOf<typeof getCalendarAccount>, context: RequestContext): Promise<CalendarAccount> {
    return this.settings.get(requireUser(context), input.id);
  }

  @OnRequest(updateCalendarAccount)
  update(input: InputOf<typeof updateCalendarAccount>, context: RequestContext): Promise<CalendarAccount> {
    return this.settings.update(requireUser(context), input);
  }
}
