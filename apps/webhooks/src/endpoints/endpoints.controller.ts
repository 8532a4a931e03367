import { Controller, Inject } from '@nestjs/common';
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookEndpoints,
  replaceWebhookEndpoint,
  rotateWebhookSecret,
  testWebhookEndpoint,
  updateWebhookEndpoint,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { EndpointsService } from './endpoints.service.js';

@Controller()
export class EndpointsController {
  constructor(@Inject(EndpointsService) private readonly endpoints: EndpointsService) {}

  @OnRequest(listWebhookEndpoints)
  async list(input: InputOf<typeof listWebhookEndpoints>, context: RequestContext): Promise<OutputOf<typeof listWebhookEndpoints>> {
    return this.endpoints.list(requireUser(context), input);
  }

  @OnRequest(getWebhookEndpoint)
  async get(input: InputOf<typeof getWebhookEndpoint>, context: RequestContext): Promise<OutputOf<typeof getWebhookEndpoint>> {
    return this.endpoints.get(requireUser(context), input.id);
  }

  @OnRequest(createWebhookEndpoint)
  async create(input: InputOf<typeof createWebhookEndpoint>, context: RequestContext): Promise<OutputOf<typeof createWebhookEndpoint>> {
    return this.endpoints.create(requireUser(context), input);
  }

  @OnRequest(replaceWebhookEndpoint)
  async replace(input: InputOf<typeof replaceWebhookEndpoint>, context: RequestContext): Promise<OutputOf<typeof replaceWebhookEndpoint>> {
    return this.endpoints.replace(requireUser(context), input);
  }

  @OnRequest(updateWebhookEndpoint)
  async update(input: InputOf<typeof updateWebhookEndpoint>, context: RequestContext): Promise<OutputOf<typeof updateWebhookEndpoint>> {
    return this.endpoints.update(requireUser(context), input);
  }

  @OnRequest(deleteWebhookEndpoint)
  async remove(input: InputOf<typeof deleteWebhookEndpoint>, context: RequestContext): Promise<OutputOf<typeof deleteWebhookEndpoint>> {
    return this.endpoints.remove(requireUser(context), input.id);
  }

  @OnRequest(rotateWebhookSecret)
  async rotate(input: InputOf<typeof rotateWebhookSecret>, context: RequestContext): Promise<OutputOf<typeof rotateWebhookSecret>> {
    return this.endpoints.rotateSecret(requireUser(context), input);
  }

  @OnRequest(testWebhookEndpoint)
  async test(input: InputOf<typeof testWebhookEndpoint>, context: RequestContext): Promise<OutputOf<typeof testWebhookEndpoint>> {
    return this.endpoints.test(requireUser(context), input.id);
  }
}
