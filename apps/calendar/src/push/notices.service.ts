import { Inject, Injectable } from '@nestjs/common';
import type { EventOf, providerPushReceived } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { z } from 'zod';
import { NoticesRepository } from './notices.repository.js';
import { PushChannelsRepository } from './push-channels.repository.js';
import { PushWorker } from './push.worker.js';

/** Whoever changes one event often changes more: so long a calendar waits for company of a notice. Milliseconds. */
const lingerMs = 250;

const uuid = z.uuid();

/** Has calendars read whose providers say that something in them has changed. What it is, the provider is asked. */
@Injectable()
export class NoticesService {
  #waking: NodeJS.Timeout | undefined;

  constructor(
    @Inject(PushChannelsRepository) private readonly channels: PushChannelsRepository,
    @Inject(PushWorker) private readonly worker: PushWorker,
    @Inject(NoticesRepository) private readonly notices: NoticesRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Notices of channels that are not known, or no longer, are passed over. */
  async onNotice({ data }: EventOf<typeof providerPushReceived>, tx: Transaction): Promise<void> {
    const { channel_id: id, provider, news } = data;
    const calendarId = uuid.safeParse(id).success ? await this.channels.calendarOf(tx, { id, provider }) : undefined;
    if (calendarId === undefined) return;
    const now = this.clock();
    if (news === 'ending') {
      await this.channels.renewSoon(tx, id, now);
      return tx.onCommit(() => this.worker.wake());
    }
    // Before the channel: calendars are always locked first.
    await this.notices.add(tx, calendarId, new Date(now.getTime() + lingerMs));
    if (news === 'ended') {
      await this.channels.ended(tx, id, now);
      tx.onCommit(() => this.worker.wake());
    }
    tx.onCommit(() => this.#wakeSoon());
  }

  #wakeSoon(): void {
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined;
      this.worker.wake();
    }, lingerMs).unref();
  }
}
