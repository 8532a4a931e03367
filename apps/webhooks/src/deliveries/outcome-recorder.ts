import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { isDatabaseOutage } from '@patchbay/database';
import { LOG, SERVICE_CONFIG, type Logger } from '@patchbay/service-kit';
import { EndpointDisabler } from '../endpoints/endpoint-disabler.js';
import { AttemptCounter } from '../statistics/attempt-counter.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import type { Outcome } from './delivery.js';

const batchMax = 500;
/** So many do not wait for more. */
const batchMin = 250;
/** How long a lone outcome waits for others. Nobody waits for it, and a statement for each would cost the database more than the deliveries. */
const lingerMs = 15;
const lanesMax = 2;
const backOffMsMax = 2_000;

/** Writes outcomes down, many in one statement. While the database is away they are kept and tried again: a delivery that happened is not forgotten. */
@Injectable()
export class OutcomeRecorder {
  #queue: Outcome[] = [];
  #lanes = 0;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  readonly #idle = new Set<() => void>();
  /** Told when outcomes were written. */
  onRecorded: (outcomes: readonly Outcome[]) => void = () => undefined;

  constructor(
    @Inject(DeliveriesRepository) private readonly deliveries: DeliveriesRepository,
    @Inject(EndpointDisabler) private readonly disabler: EndpointDisabler,
    @Inject(AttemptCounter) private readonly counter: AttemptCounter,
    @Inject(SERVICE_CONFIG) private readonly config: WebhooksConfig,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** True while the database does not take outcomes: whoever would claim more must wait. */
  get isStuck(): boolean {
    return this.#failures > 0;
  }

  add(outcome: Outcome): void {
    this.#queue.push(outcome);
    if (this.#queue.length >= batchMin) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), lingerMs);
  }

  /** Resolves when everything is written. */
  async drain(): Promise<void> {
    this.#flush();
    while (this.#queue.length > 0 || this.#lanes > 0) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#queue.length === 0 || this.#lanes >= lanesMax) return;
    this.#lanes += 1;
    const batch = this.#queue.splice(0, batchMax);
    void this.#write(batch).finally(() => {
      this.#lanes -= 1;
      if (this.#queue.length >= batchMin || this.#idle.size > 0) this.#flush();
      else if (this.#queue.length > 0) this.#timer ??= setTimeout(() => this.#flush(), lingerMs);
      for (const resolve of this.#idle) resolve();
      this.#idle.clear();
    });
  }

  /** One outcome that the database refuses must not hold up the others: where a batch is refused, each is written alone. */
  async #write(batch: readonly Outcome[]): Promise<void> {
    if (await this.#isTaken(batch)) return;
    for (const outcome of batch) await this.#writeAlone(outcome);
  }

  async #writeAlone(outcome: Outcome): Promise<void> {
    // A receiver's own words are the likeliest fault; what happened counts without them.
    if ((await this.#isTaken([outcome])) || (await this.#isTaken([withoutExcerpt(outcome)]))) return;
    this.log.error({ delivery_id: outcome.delivery.id }, 'the database refuses an outcome; its delivery is tried again when the lease ends');
    this.onRecorded([outcome]);
  }

  /** Writes outcomes, and waits for the database where it is away. @returns false when the database is there and refuses them. */
  async #isTaken(outcomes: readonly Outcome[]): Promise<boolean> {
    for (;;) {
      try {
        const failing = await this.deliveries.record({ outcomes, ...verdicts(outcomes) }, this.config.WEBHOOKS_DISABLE_AFTER_HOURS);
        this.#failures = 0;
        this.onRecorded(outcomes);
        this.counter.add(outcomes);
        const gone = outcomes.filter(({ attempt }) => attempt?.statusCode === 410).map(({ delivery }) => delivery.endpointId);
        await this.disabler.disable(new Set(gone), 'gone');
        await this.disabler.disable(new Set(failing), 'failing');
        return true;
      } catch (error) {
        if (!isDatabaseOutage(error)) {
          this.#failures = 0;
          this.log.warn({ err: error, outcomes: outcomes.length }, 'the database refuses outcomes');
          return false;
        }
        this.#failures += 1;
        if (this.#failures === 1 || this.#failures % 20 === 0) this.log.warn({ err: error }, 'outcomes wait for the database');
        await sleep(Math.min(backOffMsMax, 50 * 2 ** this.#failures));
      }
    }
  }
}

const withoutExcerpt = (outcome: Outcome): Outcome =>
  outcome.attempt === null ? outcome : { ...outcome, attempt: { ...outcome.attempt, responseExcerpt: null } };

/** An endpoint that took one delivery of a batch works, whatever became of the others. */
function verdicts(outcomes: readonly Outcome[]): { workingEndpointIds: string[]; failingEndpointIds: string[] } {
  const attempted = outcomes.filter(({ attempt }) => attempt !== null);
  const working = new Set(attempted.filter(({ status }) => status === 'succeeded').map(({ delivery }) => delivery.endpointId));
  const failing = new Set(attempted.filter(({ status }) => status !== 'succeeded').map(({ delivery }) => delivery.endpointId));
  return { workingEndpointIds: [...working], failingEndpointIds: [...failing].filter((id) => !working.has(id)) };
}
