import { Controller, Inject } from '@nestjs/common';
import { publishEvents, type InputOf, type OutputOf } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { OnEveryEvent, OnRequest, type ReceivedEvent, type RequestContext } from '@patchbay/messaging';
import { EventsService } from './events.service.js';

@Controller()
export class EventsController {
  constructor(@Inject(EventsService) private readonly events: EventsService) {}

  @OnRequest(publishEvents)
  async publish(input: InputOf<typeof publishEvents>, context: RequestContext): Promise<OutputOf<typeof publishEvents>> {
    return this.events.publish(input, context);
  }

  @OnEveryEvent()
  async receive(events: readonly ReceivedEvent[], tx: Transaction): Promise<void> {
    await this.events.receive(events, tx);
  }
}
