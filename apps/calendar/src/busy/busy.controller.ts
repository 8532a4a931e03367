import { Controller, Inject } from '@nestjs/common';
import { getBusyTimes, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, type RequestContext } from '@patchbay/messaging';
import { BusyService } from './busy.service.js';

@Controller()
export class BusyController {
  constructor(@Inject(BusyService) private readonly busy: BusyService) {}

  @OnRequest(getBusyTimes)
  get(input: InputOf<typeof getBusyTimes>, context: RequestContext): Promise<OutputOf<typeof getBusyTimes>> {
    return this.busy.get(context, input);
  }
}
