import { Controller, Inject, type Type } from '@nestjs/common';
import { listDeadLetters, replayDeadLetter, type ConsumingService, type DeadLetter } from '@patchbay/contracts';
import { MessagingServer, OnRequest } from '@patchbay/messaging';

/** Answers for the dead letters of one service. */
export function deadLettersController(service: ConsumingService): Type {
  @Controller()
  class DeadLettersController {
    constructor(@Inject(MessagingServer) private readonly messaging: MessagingServer) {}

    @OnRequest(listDeadLetters(service))
    list(page: { limit: number; cursor?: string | undefined }): Promise<{ items: DeadLetter[]; next_cursor: string | null }> {
      return this.messaging.listDeadLetters(page);
    }

    @OnRequest(replayDeadLetter(service))
    replay({ id }: { id: string }): Promise<DeadLetter> {
      return this.messaging.replayDeadLetter(id);
    }
  }
  return DeadLettersController;
}
