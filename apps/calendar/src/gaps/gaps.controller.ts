import { Controller, Inject } from '@nestjs/common';
import { getCalendarGap, listCalendarGaps, type CalendarGapReport, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { GapsService } from './gaps.service.js';

@Controller()
export class GapsController {
  constructor(@Inject(GapsService) private readonly gaps: GapsService) {}

  @OnRequest(listCalendarGaps)
  list(input: InputOf<typeof listCalendarGaps>, context: RequestContext): Promise<OutputOf<typeof listCalendarGaps>> {
    return this.gaps.list(requireUser(context), input);
  }

  @OnRequest(getCalendarGap)
  get(input: InputOf<typeof getCalendarGap>, context: RequestContext): Promise<CalendarGapReport> {
    return this.gaps.get(requireUser(context), input.id, input.gap_id);
  }
}
