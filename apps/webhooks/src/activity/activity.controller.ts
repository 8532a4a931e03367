import { Controller, Inject } from '@nestjs/common';
import { listActivity, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { ActivityService } from './activity.service.js';

@Controller()
export class ActivityController {
  constructor(@Inject(ActivityService) private readonly activity: ActivityService) {}

  @OnRequest(listActivity)
  async list(input: InputOf<typeof listActivity>, context: RequestContext): Promise<OutputOf<typeof listActivity>> {
    return this.activity.list(requireUser(context), input);
  }
}
