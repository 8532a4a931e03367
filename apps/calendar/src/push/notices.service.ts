import { Inject, Injectable } from '@nestjs/common';
import type { EventOf, providerPushReceived } from '@patchbay/contracts';
import type { Transaction } from '@patchbay/database';
import { CLOCK, type Clock } from '@patchbay/service-kit';
import { z } from 'zod';
import { SyncWorker } from '../sync/sync.worker.js';
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
    @Inject(SyncWorker) private readonly sync: SyncWorker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Notices of channels that are not known, or no longer, are passed over. */
  async onNotice({ data }: EventOf<typeof providerPushReceived>, tx: Transaction): Promise<void> {
    const { channel_id: id, provider, news } = data;
    const calendarId = uuid.safeParse(id).success ? await this.channels.calendarOf(tx, { id, provider }) : undefined;
    if (calendarId === undefined) return;
    const now = this.clock();
    switch (news) {
      case 'changed':
        break;
      case 'ending':
        await this.channels.renewSoon(tx, id, now);
        return tx.onCommit(() => this.worker.wake());
      case 'ended':
        await this.channels.ended(tx, { id, calendarId }, now);
        tx.onCommit(() => this.worker.wake());
        break;
    }
    if (await this.channels.notice(tx, calendarId, new Date(now.getTime() + lingerMs))) tx.onCommit(() => this.#wakeSoon());
  }

  #wakeSoon(): void {
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined;
      this.sync.wake();
    }, lingerMs).unref();
  }
}
