import { Controller, Inject } from '@nestjs/common';
import { listWebhookDeliveries, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { DeliveriesService } from './deliveries.service.js';

@Controller()
export class DeliveriesController {
  constructor(@Inject(DeliveriesService) private readonly deliveries: DeliveriesService) {}

  @OnRequest(listWebhookDeliveries)
  async list(input: InputOf<typeof listWebhookDeliveries>, context: RequestContext): Promise<OutputOf<typeof listWebhookDeliveries>> {
    return this.deliveries.list(requireUser(context), input);
  }
}
