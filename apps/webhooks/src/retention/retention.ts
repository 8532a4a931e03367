import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import { ActivitiesRepository } from '../activity/activities.repository.js';
import { DeliveriesRepository } from '../deliveries/deliveries.repository.js';
import { EndpointsRepository } from '../endpoints/endpoints.repository.js';
import { EventsRepository } from '../events/events.repository.js';
import { ReceivedWebhooksRepository } from '../ingress/received-webhooks.repository.js';
import { ReplayJobsRepository } from '../replays/replay-jobs.repository.js';
import { StatisticsRepository } from '../statistics/statistics.repository.js';
import type { WebhooksConfig } from '../webhooks.config.js';

const minuteMs = 60 * 1_000;
const hourMs = 60 * minuteMs;
/** Forgotten in one statement: small enough to hold no lock for long. */
const batchSize = 2_000;

/** Forgets soon after the start and then hourly, in small batches, what is older than the operator wants to keep. Replicas may do it at once. */
@Injectable()
export class Retention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #first: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    @Inject(DeliveriesRepository) private readonly deliveries: DeliveriesRepository,
    @Inject(EventsRepository) private readonly events: EventsRepository,
    @Inject(ActivitiesRepository) private readonly activities: ActivitiesRepository,
    @Inject(ReceivedWebhooksRepository) private readonly received: ReceivedWebhooksRepository,
    @Inject(EndpointsRepository) private readonly endpoints: EndpointsRepository,
    @Inject(ReplayJobsRepository) private readonly jobs: ReplayJobsRepository,
    @Inject(StatisticsRepository) private readonly statistics: StatisticsRepository,
    @Inject(SERVICE_CONFIG) private readonly config: WebhooksConfig,
    @Inject(CLOCK) private readonly now: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const sweep = (): void => void this.sweep().catch((error: unknown) => this.log.warn({ err: error }, 'a sweep failed'));
    // A process that never lives for an hour must forget, too; replicas that start together should not all begin at once.
    this.#first = setTimeout(sweep, (1 + Math.random() * 4) * minuteMs);
    this.#timer = setInterval(sweep, hourMs);
    for (const timer of [this.#first, this.#timer]) timer.unref();
  }

  beforeApplicationShutdown(): void {
    this.#isStopped = true;
    clearTimeout(this.#first);
    clearInterval(this.#timer);
  }

  /** Deliveries go before their events: an event stays as long as anything still needs it. */
  async sweep(): Promise<void> {
    await this.endpoints.forgetPrevious(this.now());
    const before = new Date(this.now().getTime() - this.config.WEBHOOKS_RETENTION_DAYS * 24 * hourMs);
    for (const table of [this.deliveries, this.events, this.activities, this.received, this.jobs, this.statistics]) {
      while (!this.#isStopped && (await table.sweep(before, batchSize)) === batchSize);
    }
  }
}
