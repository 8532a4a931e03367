import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { ensureStream, eventStream, isMissing } from './streams.js';

/** What becomes of a message. `later` gives it back without counting against it: the fault was ours, not its. */
export type Verdict = 'done' | 'later' | 'again';

/** Takes some messages and says for each what became of it. Never rejects. */
export type HandleMessages = (messages: readonly JsMsg[]) => Promise<readonly Verdict[]>;

/** What one durable consumer takes, and for whom. */
export interface ConsumerOptions {
  readonly service: string;
  readonly subject: string;
  readonly connection: NatsConnection;
  readonly log: Logger;
  readonly streamReplicas?: number | undefined;
  readonly handle: HandleMessages;
  /** How many messages `handle` takes at a time. */
  readonly batchSize: number;
  /** How many calls of `handle` run at once. */
  readonly lanes: number;
}

/**
 * How long a message stays with a process that took it and died: nobody else gets it before. Handlers are one transaction, so no live one needs
 * this long; if one does, the inbox makes the second arrival harmless. Milliseconds.
 */
const ackWaitMs = 6_000;
const backOffMsMax = 5_000;

/** `calendar__booking_created_v1`: the durable of one service for one kind of event. Dots and wildcards are not allowed in its name. */
export const durableNameOf = (service: string, subject: string): string =>
  `${service}__${subject
    .replace(/^event\./, '')
    .replaceAll('.', '_')
    .replaceAll('>', 'every')}`;

/**
 * One durable consumer: pulls messages, hands them on, acknowledges after the effect. It mends itself: a lost connection, a restarted or
 * wiped broker, a deleted stream or consumer all end in the consumer being made again.
 */
export class EventConsumer {
  readonly #name: string;
  #messages: ConsumerMessages | undefined;
  #isStopped = false;
  #isPulling = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: ConsumerOptions) {
    this.#name = durableNameOf(options.service, options.subject);
  }

  /** True while messages would arrive. */
  get isPulling(): boolean {
    return this.#isPulling;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Takes no more messages and finishes those it has. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#messages?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#isStopped) {
      try {
        const messages = await this.#open();
        failures = 0;
        await this.#consume(messages);
      } catch (error) {
        failures += 1;
        if (failures === 1 || failures % 20 === 0) this.options.log.warn({ err: error, consumer: this.#name }, 'cannot consume events; trying again');
      }
      this.#isPulling = false;
      if (!this.#isStopped) await new Promise((resolve) => setTimeout(resolve, Math.min(backOffMsMax, 100 * 2 ** failures)));
    }
  }

  async #open(): Promise<ConsumerMessages> {
    const { connection, subject, batchSize, lanes } = this.options;
    await ensureStream(connection, this.options.streamReplicas);
    const manager = await jetstreamManager(connection, { checkAPI: false });
    try {
      const { config } = await manager.consumers.info(eventStream.name, this.#name);
      // Made by an older version of this service.
      if (config.ack_wait !== nanos(ackWaitMs)) await manager.consumers.update(eventStream.name, this.#name, { ack_wait: nanos(ackWaitMs) });
    } catch (error) {
      if (!isMissing(error)) throw error;
      await manager.consumers.add(eventStream.name, {
        durable_name: this.#name,
        filter_subject: subject,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWaitMs),
        // A consumer that had to be made again starts from the beginning: the inbox tells what was handled before.
        deliver_policy: DeliverPolicy.All,
        max_deliver: -1,
        max_ack_pending: Math.max(1_000, batchSize * lanes * 2),
      });
    }
    const consumer = await jetstream(connection).consumers.get(eventStream.name, this.#name);
    this.#messages = await consumer.consume({ max_messages: batchSize * lanes, abort_on_missing_resource: true });
    if (this.#isStopped) this.#messages.stop();
    void this.#watch(this.#messages);
    this.#isPulling = true;
    return this.#messages;
  }

  /** Gives up on a consumer that does not answer, so that it is looked up, or made, again. */
  async #watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of messages.status()) {
      const isLost =
        status.type === 'consumer_deleted' ||
        status.type === 'consumer_not_found' ||
        status.type === 'stream_not_found' ||
        status.type === 'no_responders' ||
        (status.type === 'heartbeats_missed' && status.count >= 2);
      if (isLost) messages.stop(new Error(`the consumer is lost: ${status.type}`));
    }
  }

  async #consume(messages: ConsumerMessages): Promise<void> {
    const busy = new Set<Promise<void>>();
    let batch: JsMsg[] = [];
    const flush = (): void => {
      if (batch.length === 0) return;
      const work = this.#handle(batch).finally(() => busy.delete(work));
      batch = [];
      busy.add(work);
    };
    for await (const message of messages) {
      batch.push(message);
      if (batch.length >= this.options.batchSize) flush();
      // Messages that are here already are all yielded before the next turn of the event loop, so a batch never waits for company.
      else if (batch.length === 1) setImmediate(flush);
      if (busy.size >= this.options.lanes) await Promise.race(busy);
    }
    flush();
    await Promise.all(busy);
  }

  async #handle(batch: readonly JsMsg[]): Promise<void> {
    const verdicts = await this.options.handle(batch);
    batch.forEach((message, index) => settle(message, verdicts[index] ?? 'again'));
  }
}

function settle(message: JsMsg, verdict: Verdict): void {
  if (verdict === 'done') message.ack();
  else if (verdict === 'later') message.nak(1_000);
  else message.nak(Math.min(30_000, 250 * 2 ** message.info.deliveryCount));
}
