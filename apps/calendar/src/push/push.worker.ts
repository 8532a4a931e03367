import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { WorkLoop } from '@patchbay/database';
import { CLOCK, LeasedWork, LOG, type Clock, type Logger } from '@patchbay/service-kit';
import { SyncWorker } from '../sync/sync.worker.js';
import { NoticesRepository } from './notices.repository.js';
import { PushChannelsRepository } from './push-channels.repository.js';
import { PushOffer } from './push-offer.js';
import type { PushChannelRow } from './push-rows.js';
import { PushService } from './push.service.js';

/** Calendars that begin or cease to be read tell nobody but their row, and notices wait until that is free. Milliseconds. */
const followEveryMs = 500;
/** A provider that was set up since is found at the start; whatever else was passed over, some time later. Milliseconds. */
const lookAllEveryMs = 10 * 60_000;

/** Keeps a channel open for each calendar that is read, and has those read that notices came of, as long as the service runs. */
@Injectable()
export class PushWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #work: LeasedWork<PushChannelRow>;
  readonly #follow: WorkLoop;
  #lookAllAtMs = 0;

  constructor(
    @Inject(PushChannelsRepository) private readonly channels: PushChannelsRepository,
    @Inject(PushService) push: PushService,
    @Inject(PushOffer) private readonly offer: PushOffer,
    @Inject(LOG) log: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(NoticesRepository) private readonly notices: NoticesRepository,
    @Inject(SyncWorker) private readonly sync: SyncWorker,
  ) {
    this.#work = new LeasedWork({ name: 'keep push channels', rows: channels.due, log, clock, work: (lease) => push.work(lease) });
    this.#follow = new WorkLoop({ name: 'follow calendars with push channels', log, pollMs: followEveryMs, step: () => this.#followCalendars() });
  }

  onApplicationBootstrap(): void {
    this.#work.start();
    this.#follow.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#follow.stop();
    await this.#work.stop();
  }

  /** There is work now. */
  wake(): void {
    this.#follow.wake();
    this.#work.wake();
  }

  async #followCalendars(): Promise<number> {
    const noticed = await this.notices.take();
    if (noticed > 0) this.sync.wake();
    const { providers } = this.offer;
    if (performance.now() >= this.#lookAllAtMs) {
      await this.channels.lookAtAll(this.clock(), providers);
      this.#lookAllAtMs = performance.now() + lookAllEveryMs;
    }
    const looked = await this.channels.follow(this.clock(), providers);
    if (looked > 0) this.#work.wake();
    return noticed + looked;
  }
}
