import { Controller, Inject } from '@nestjs/common';
import { listCalendarShares, revokeCalendarShare, shareCalendar, type CalendarShareView, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { SharingService } from './sharing.service.js';

@Controller()
export class SharingController {
  constructor(@Inject(SharingService) private readonly sharing: SharingService) {}

  @OnRequest(listCalendarShares)
  list(input: InputOf<typeof listCalendarShares>, context: RequestContext): Promise<OutputOf<typeof listCalendarShares>> {
    return this.sharing.list(requireUser(context), input);
  }

  @OnRequest(shareCalendar)
  share(input: InputOf<typeof shareCalendar>, context: RequestContext): Promise<CalendarShareView> {
    return this.sharing.share(requireUser(context), input);
  }

  @OnRequest(revokeCalendarShare)
  revoke(input: InputOf<typeof revokeCalendarShare>, context: RequestContext): Promise<null> {
    return this.sharing.revoke(requireUser(context), input);
  }
}
