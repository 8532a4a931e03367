import { Controller, Inject } from '@nestjs/common';
import { exportWebhookDeliveries, listWebhookDeliveries, resendWebhookDelivery, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { DeliveriesService } from './deliveries.service.js';

@Controller()
export class DeliveriesController {
  constructor(@Inject(DeliveriesService) private readonly deliveries: DeliveriesService) {}

  @OnRequest(listWebhookDeliveries)
  async list(input: InputOf<typeof listWebhookDeliveries>, context: RequestContext): Promise<OutputOf<typeof listWebhookDeliveries>> {
    return this.deliveries.list(requireUser(context), input);
  }

  @OnRequest(exportWebhookDeliveries)
  async export(input: InputOf<typeof exportWebhookDeliveries>, context: RequestContext): Promise<OutputOf<typeof exportWebhookDeliveries>> {
    return this.deliveries.export(requireUser(context), input);
  }

  @OnRequest(resendWebhookDelivery)
  async resend(input: InputOf<typeof resendWebhookDelivery>, context: RequestContext): Promise<OutputOf<typeof resendWebhookDelivery>> {
    return this.deliveries.resend(requireUser(context), input);
  }
}
