import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOG, type Logger } from '@patchbay/service-kit';
import type { Outcome } from '../deliveries/delivery.js';
import { countLatency, emptyHistogram } from './latency-histogram.js';
import { StatisticsRepository, type EndpointDay } from './statistics.repository.js';

/** So long counts gather in memory: they cost a statement now and then, and deliveries nothing. A process that is killed loses those of this time. */
const gatherMs = 1_000;
const dayMs = 24 * 60 * 60 * 1_000;

/** Counts attempts by endpoint and day. */
@Injectable()
export class AttemptCounter implements OnApplicationShutdown {
  #days = new Map<string, EndpointDay>();
  #timer: NodeJS.Timeout | undefined;
  #date = { number: NaN, text: '' };
  #writing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(StatisticsRepository) private readonly statistics: StatisticsRepository,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Counts outcomes that are written down. */
  add(outcomes: readonly Outcome[]): void {
    for (const { delivery, attempt, status } of outcomes) {
      if (attempt === null) continue;
      const day = this.#dayOf(delivery.endpointId, this.#dateOf(attempt.startedAtMs));
      if (status === 'succeeded') day.succeeded += 1;
      else day.failed += 1;
      if (attempt.statusCode !== null) countLatency(day.latencies, attempt.durationMs);
    }
    if (this.#days.size > 0) this.#timer ??= setTimeout(() => void this.flush(), gatherMs).unref();
  }

  /** Writes down what has gathered. What the database does not take is kept for the next time. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  onApplicationShutdown(): Promise<void> {
    return this.flush();
  }

  async #write(): Promise<void> {
    const days = [...this.#days.values()];
    this.#days = new Map();
    if (days.length === 0) return;
    try {
      await this.statistics.add(days);
    } catch (error) {
      this.log.warn({ err: error }, 'attempts could not be counted; they are kept for the next time');
      for (const day of days) this.#keep(day);
      this.#timer ??= setTimeout(() => void this.flush(), gatherMs).unref();
    }
  }

  #keep(day: EndpointDay): void {
    const kept = this.#dayOf(day.endpointId, day.day);
    kept.succeeded += day.succeeded;
    kept.failed += day.failed;
    for (const [step, count] of day.latencies.entries()) kept.latencies[step] = (kept.latencies[step] ?? 0) + count;
  }

  /** Dates are made once a day, not once an attempt. */
  #dateOf(timeMs: number): string {
    const number = Math.floor(timeMs / dayMs);
    if (this.#date.number !== number) this.#date = { number, text: new Date(timeMs).toISOString().slice(0, 10) };
    return this.#date.text;
  }

  #dayOf(endpointId: string, day: string): EndpointDay {
    const key = `${endpointId}/${day}`;
    const known = this.#days.get(key);
    if (known !== undefined) return known;
    const made = { endpointId, day, succeeded: 0, failed: 0, latencies: emptyHistogram() };
    this.#days.set(key, made);
    return made;
  }
}
