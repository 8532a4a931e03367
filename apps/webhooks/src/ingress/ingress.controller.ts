import { Controller, Inject } from '@nestjs/common';
import {
  getReceivedWebhook,
  listReceivedWebhooks,
  readReceivedBody,
  receiveProviderWebhook,
  replayReceivedWebhook,
  showReceivedBody,
  type InputOf,
  type OutputOf,
} from '@patchbay/contracts';
import { OnRequest, type RequestContext } from '@patchbay/messaging';
import { IngressService } from './ingress.service.js';
import { ReceivedWebhooksService } from './received-webhooks.service.js';

@Controller()
export class IngressController {
  constructor(
    @Inject(IngressService) private readonly ingress: IngressService,
    @Inject(ReceivedWebhooksService) private readonly received: ReceivedWebhooksService,
  ) {}

  @OnRequest(receiveProviderWebhook)
  async receive(input: InputOf<typeof receiveProviderWebhook>): Promise<OutputOf<typeof receiveProviderWebhook>> {
    return this.ingress.receive(input);
  }

  @OnRequest(listReceivedWebhooks)
  async list(input: InputOf<typeof listReceivedWebhooks>, context: RequestContext): Promise<OutputOf<typeof listReceivedWebhooks>> {
    return this.received.list(input, context);
  }

  @OnRequest(getReceivedWebhook)
  async get({ id }: InputOf<typeof getReceivedWebhook>, context: RequestContext): Promise<OutputOf<typeof getReceivedWebhook>> {
    return this.received.get(id, context);
  }

  @OnRequest(replayReceivedWebhook)
  async replay({ id }: InputOf<typeof replayReceivedWebhook>, context: RequestContext): Promise<OutputOf<typeof replayReceivedWebhook>> {
    return this.received.replay(id, context);
  }

  @OnRequest(showReceivedBody)
  async showBody(input: InputOf<typeof showReceivedBody>, context: RequestContext): Promise<OutputOf<typeof showReceivedBody>> {
    return this.received.showBody(input, context);
  }

  @OnRequest(readReceivedBody)
  async readBody(input: InputOf<typeof readReceivedBody>): Promise<OutputOf<typeof readReceivedBody>> {
    return this.received.readBody(input);
  }
}
