import { Controller, Inject } from '@nestjs/common';
import { providerPushReceived, type EventOf } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { OnEvent } from '@patchbay/messaging';
import { NoticesService } from './notices.service.js';

@Controller()
export class PushController {
  constructor(@Inject(NoticesService) private readonly notices: NoticesService) {}

  @OnEvent(providerPushReceived)
  onProviderPushReceived(event: EventOf<typeof providerPushReceived>, tx: Transaction): Promise<void> {
    return this.notices.onNotice(event, tx);
  }
}
