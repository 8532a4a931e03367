import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { Database, idOfTime, type TimePartition, type Transaction } from '@patchbay/database';
import { CLOCK, LOG, SERVICE_CONFIG, type Clock, type Logger } from '@patchbay/service-kit';
import { ActivitiesRepository } from '../activity/activities.repository.js';
import { logPartitions, logSpan } from '../database/log-partitions.js';
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

/** Ids of events are known for so many times as long as the events are kept: what is published again so late is no new event. */
const idsKeptTimes = 2;

const pendingIn = `SELECT 1 FROM pending_deliveries WHERE id >= $1 AND id < $2 LIMIT 1`;

/**
 * Forgets soon after the start and then hourly what is older than the operator wants to keep: of the log of deliveries whole partitions, of everything
 * else small batches. Makes the partitions of the days to come. Replicas may do it at once.
 */
@Injectable()
export class Retention implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  #first: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    @Inject(Database) private readonly database: Database,
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

  /** Before anything is stored: nobody may have been here for weeks. */
  onModuleInit(): Promise<void> {
    return this.#cover();
  }

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

  async sweep(): Promise<void> {
    await this.#cover();
    await this.endpoints.forgetPrevious(this.now());
    const before = this.#ago(1);
    // Whatever keeps a partition from being dropped must not keep the rest.
    await this.#dropOld(before).catch((error: unknown) => this.log.warn({ err: error }, 'an old partition could not be dropped; another time'));
    await this.#sweepTable(this.events, this.#ago(idsKeptTimes));
    for (const table of [this.activities, this.received, this.jobs, this.statistics]) await this.#sweepTable(table, before);
  }

  #ago(times: number): Date {
    return new Date(this.now().getTime() - times * this.config.WEBHOOKS_RETENTION_DAYS * 24 * hourMs);
  }

  async #sweepTable(table: SweptTable, before: Date): Promise<void> {
    while (!this.#isStopped && (await table.sweep(before, batchSize)) === batchSize);
  }

  #cover(): Promise<void> {
    return this.database.transaction((tx) => logPartitions.cover(tx, logSpan(this.now(), this.config.WEBHOOKS_RETENTION_DAYS)));
  }

  async #dropOld(before: Date): Promise<void> {
    const dropOldest = () => this.database.transaction((tx) => logPartitions.dropOldest(tx, before, (oldest) => this.#isPending(tx, oldest)));
    while (!this.#isStopped && (await dropOldest()));
  }

  /** A delivery that waits for its retries, or for its endpoint's key, keeps what it needs. */
  async #isPending(tx: Transaction, { suffix, from, to }: TimePartition): Promise<boolean> {
    const isPending = (await tx.query(pendingIn, [idOfTime(from), idOfTime(to)])).length > 0;
    if (isPending) this.log.info({ partition: suffix }, 'old deliveries are kept: some of them are still to be sent');
    return isPending;
  }
}

interface SweptTable {
  readonly sweep: (before: Date, limit: number) => Promise<number>;
}
