import { Controller, Inject, type Type } from '@nestjs/common';
import { listDeadLetters, replayDeadLetter, type ConsumingService, type DeadLetter } from '@patchbay/contracts';
import { MessagingServer, OnRequest, type RequestContext } from '@patchbay/messaging';
import { requireOperator } from './require-operator.js';

/** Answers for the dead letters of one service. They may be of any tenant, or of none that can be told. */
export function deadLettersController(service: ConsumingService): Type {
  @Controller()
  class DeadLettersController {
    constructor(@Inject(MessagingServer) private readonly messaging: MessagingServer) {}

    @OnRequest(listDeadLetters(service))
    async list(
      page: { limit: number; cursor?: string | undefined },
      context: RequestContext,
    ): Promise<{ items: DeadLetter[]; next_cursor: string | null }> {
      requireOperator(context);
      return this.messaging.listDeadLetters(page);
    }

    @OnRequest(replayDeadLetter(service))
    async replay({ id }: { id: string }, context: RequestContext): Promise<DeadLetter> {
      requireOperator(context);
      return this.messaging.replayDeadLetter(id);
    }
  }
  return DeadLettersController;
}
