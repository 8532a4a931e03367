import { Controller, Inject } from '@nestjs/common';
import { getWebhookStatistics, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { StatisticsService } from './statistics.service.js';

@Controller()
export class StatisticsController {
  constructor(@Inject(StatisticsService) private readonly statistics: StatisticsService) {}

  @OnRequest(getWebhookStatistics)
  async get(input: InputOf<typeof getWebhookStatistics>, context: RequestContext): Promise<OutputOf<typeof getWebhookStatistics>> {
    return this.statistics.get(requireUser(context), input);
  }
}
