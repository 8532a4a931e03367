import { Controller, Inject } from '@nestjs/common';
import {
  getWebhookJob,
  listWebhookJobs,
  pauseWebhookJob,
  recoverWebhookDeliveries,
  replayWebhookDeliveries,
  resumeWebhookJob,
  type InputOf,
  type OutputOf,
  type WebhookJob,
} from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { ReplaysService } from './replays.service.js';

@Controller()
export class ReplaysController {
  constructor(@Inject(ReplaysService) private readonly replays: ReplaysService) {}

  @OnRequest(recoverWebhookDeliveries)
  async recover(input: InputOf<typeof recoverWebhookDeliveries>, context: RequestContext): Promise<WebhookJob> {
    return this.replays.recover(requireUser(context), input);
  }

  @OnRequest(replayWebhookDeliveries)
  async replay(input: InputOf<typeof replayWebhookDeliveries>, context: RequestContext): Promise<WebhookJob> {
    return this.replays.replay(requireUser(context), input);
  }

  @OnRequest(listWebhookJobs)
  async list(input: InputOf<typeof listWebhookJobs>, context: RequestContext): Promise<OutputOf<typeof listWebhookJobs>> {
    return this.replays.list(requireUser(context), input);
  }

  @OnRequest(getWebhookJob)
  async get(input: InputOf<typeof getWebhookJob>, context: RequestContext): Promise<WebhookJob> {
    return this.replays.get(requireUser(context), input);
  }

  @OnRequest(pauseWebhookJob)
  async pause(input: InputOf<typeof pauseWebhookJob>, context: RequestContext): Promise<WebhookJob> {
    return this.replays.pause(requireUser(context), input);
  }

  @OnRequest(resumeWebhookJob)
  async resume(input: InputOf<typeof resumeWebhookJob>, context: RequestContext): Promise<WebhookJob> {
    return this.replays.resume(requireUser(context), input);
  }
}
