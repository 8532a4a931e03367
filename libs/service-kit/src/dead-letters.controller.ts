import { Controller, Inject, type Type } from '@nestjs/common';
import { AppError, defaultTenantId, listDeadLetters, replayDeadLetter, type ConsumingService, type DeadLetter } from '@patchbay/contracts';
import { MessagingServer, OnRequest, type RequestContext } from '@patchbay/messaging';

/**
 * A dead letter may be of any tenant, or of none that can be told: they are a matter of those who run the installation.
 *
 * @throws AppError `forbidden` for another tenant's administrator.
 */
function requireOperator({ caller }: RequestContext): void {
  if (caller?.tenant_id !== defaultTenantId) throw new AppError('forbidden');
}

/** Answers for the dead letters of one service. */
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
