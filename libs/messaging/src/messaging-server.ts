import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { AppError, type ConsumingService, type DeadLetter } from '@patchbay/contracts';
import { isDatabaseOutage, type Database, type Transaction } from '@patchbay/database';
import { acceptTraceparent, inSpan, inTrace } from '@patchbay/tracing';
import { headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { Histogram } from 'prom-client';
import { firstValueFrom, isObservable } from 'rxjs';
import { DeadLetters } from './dead-letters.js';
import { durableNameOf, EventConsumer } from './event-consumer.js';
import { EventDispatcher, type Handler } from './event-dispatcher.js';
import { LargeMessages } from './large-messages/large-messages.js';
import type { LargeMessage } from './large-messages/part-receivers.js';
import { ConnectionState } from './nats.js';
import { Outgoing } from './outgoing.js';
import { everyEvent, type ReceivedEvent } from './on-event.js';
import { requestContractOf } from './on-request.js';
import type { RequestContext } from './request-context.js';
import { failureHeader, type RequestFrame } from './request-frame.js';

/** What a service gives to its door to NATS. */
export interface MessagingServerOptions {
  readonly service: ConsumingService;
  readonly connection: NatsConnection;
  readonly database: Database;
  readonly log: Logger;
  /** Copies of the event stream in a cluster; one when absent. */
  readonly streamReplicas?: number | undefined;
}

/** A large answer that is not asked for in this time is forgotten. Milliseconds. */
const answerMsMax = 30_000;

const requestSeconds = new Histogram({
  name: 'patchbay_request_seconds',
  help: 'Time a service took to answer a request.',
  labelNames: ['request', 'outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/**
 * Nest's door to NATS: answers requests over core NATS in a queue group named after the service, and takes events from JetStream through one
 * durable consumer per kind of event. Replicas share both.
 */
export class MessagingServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  readonly #subscriptions: Subscription[] = [];
  readonly #consumers: EventConsumer[] = [];
  readonly #dispatchers = new Map<string, EventDispatcher>();
  readonly #outgoing: Outgoing;
  readonly #inHand = new Set<Promise<void>>();
  readonly #deadLetters: DeadLetters;
  readonly #state: ConnectionState;
  readonly #large: LargeMessages;

  constructor(private readonly options: MessagingServerOptions) {
    super();
    this.#outgoing = new Outgoing((error) => options.log.error({ err: error }, 'an answer could not be sent'));
    this.#deadLetters = new DeadLetters(options.database, options.service);
    this.#state = new ConnectionState(options.connection);
    this.#large = new LargeMessages(options.connection, this.#state);
  }

  listen(ready: () => void): void {
    for (const [pattern, handler] of this.messageHandlers) {
      if (handler.isEventHandler === true) this.#consume(pattern, handler);
      else this.#answer(pattern, handler);
    }
    ready();
  }

  /** Takes nothing new and finishes what is in hand. */
  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.drain().catch(() => undefined)));
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    await Promise.all(this.#inHand);
    await this.#large.close();
  }

  /** True while requests and events would arrive. */
  get isReady(): boolean {
    return this.#state.isUp && this.#consumers.every((consumer) => consumer.isPulling);
  }

  listDeadLetters(page: { limit: number; cursor?: string | undefined }): Promise<{ items: DeadLetter[]; next_cursor: string | null }> {
    return this.#deadLetters.list(page);
  }

  /** @throws AppError `dead_letter_not_found`. */
  replayDeadLetter(id: string): Promise<DeadLetter> {
    return this.#deadLetters.replay(id, async (failed) => {
      const dispatcher = this.#dispatchers.get(failed.consumer);
      if (dispatcher === undefined) throw new Error(`nothing handles ${failed.consumer} any more`);
      await dispatcher.replay(failed);
    });
  }

  on(): void {
    throw new Error('unreachable: nothing listens to the transport itself');
  }

  unwrap<Connection>(): Connection {
    return this.options.connection as Connection;
  }

  #answer(subject: string, handler: MessageHandler): void {
    const callback = (error: Error | null, message: Msg): void => {
      if (error !== null) return;
      const work = this.#reply(subject, handler, message).finally(() => this.#inHand.delete(work));
      this.#inHand.add(work);
    };
    this.#subscriptions.push(this.options.connection.subscribe(subject, { queue: this.options.service, callback }));
  }

  async #reply(subject: string, handler: MessageHandler, message: Msg): Promise<void> {
    const stop = requestSeconds.startTimer({ request: subject });
    const parts = this.#large.receive(message);
    let release: (() => void) | undefined;
    try {
      const whole = parts === undefined ? undefined : await parts;
      release = whole?.release;
      const frame = whole === undefined ? message.json<RequestFrame>() : frameOf(whole);
      const input = this.#checkInput(subject, frame);
      const context: RequestContext = { caller: frame.caller };
      const work = (): Promise<unknown> => settled(handler(input, context));
      const output = await inTrace(acceptTraceparent(frame.traceparent), () => inSpan(subject, {}, work));
      this.#respond(message, JSON.stringify(output ?? null));
      stop({ outcome: 'ok' });
    } catch (error) {
      const failure = this.#asAppError(subject, error);
      const carried = headers();
      carried.set(failureHeader, failure.code);
      this.#outgoing.send(() => message.respond(JSON.stringify(failure.details), { headers: carried }));
      stop({ outcome: failure.code });
    } finally {
      release?.();
    }
  }

  /** @throws AppError `answer_too_large` for one that nobody would take. */
  #respond(message: Msg, payload: string): void {
    if (!this.#large.isLarge(payload)) {
      this.#outgoing.send(() => message.respond(payload));
      return;
    }
    const bytes = Buffer.from(payload);
    if (this.#large.limitExceededBy(bytes.length) !== undefined) throw new AppError('answer_too_large');
    if (message.reply !== undefined) this.#large.send({ subject: message.reply, payload: bytes, deadlineMs: Date.now() + answerMsMax });
  }

  #checkInput(subject: string, frame: RequestFrame): unknown {
    const result = requestContractOf(subject)?.input.safeParse(frame.input);
    if (result === undefined) return frame.input;
    if (result.success) return result.data;
    const details = Object.fromEntries(result.error.issues.map((issue) => [issue.path.join('.') || 'input', issue.message]));
    throw new AppError('request_invalid', details);
  }

  #asAppError(subject: string, error: unknown): AppError {
    if (error instanceof AppError) {
      if (error.status >= 500) this.options.log.warn({ err: error, request: subject, code: error.code }, 'a request failed');
      return error;
    }
    if (isDatabaseOutage(error)) return new AppError('service_unavailable', { service: this.options.service }, { cause: error });
    this.options.log.error({ err: error, request: subject }, 'a request failed unexpectedly');
    return new AppError('internal_error', {}, { cause: error });
  }

  #consume(pattern: string, handler: MessageHandler): void {
    const { service, connection, database, log } = this.options;
    const takesMany = pattern === everyEvent;
    const consumer = durableNameOf(service, pattern);
    const dispatcher = new EventDispatcher({
      consumer,
      database,
      deadLetters: this.#deadLetters,
      handler: takesMany ? manyHandler(handler) : oneHandler(handler),
      log,
    });
    this.#dispatchers.set(consumer, dispatcher);
    const events = new EventConsumer({
      service,
      subject: pattern,
      connection,
      log,
      streamReplicas: this.options.streamReplicas,
      handle: (messages) => dispatcher.handle(messages),
      batchSize: takesMany ? 200 : 1,
      lanes: takesMany ? 2 : 8,
    });
    this.#consumers.push(events);
    events.start();
  }
}

const frameOf = ({ bytes }: LargeMessage): RequestFrame =>
  JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as RequestFrame;

const manyHandler =
  (handler: MessageHandler): Handler =>
  async (events, tx) => {
    await settled(handler(events, tx));
  };

const oneHandler =
  (handler: MessageHandler): Handler =>
  async (events: readonly ReceivedEvent[], tx: Transaction) => {
    for (const event of events) await settled(handler(event, tx));
  };

/** Nest's wrappers answer promises of values, of observables, and of promises in observables: this is the value or the failure inside. */
async function settled(result: unknown): Promise<unknown> {
  const value = await result;
  return isObservable(value) ? settled(await firstValueFrom(value, { defaultValue: null })) : value;
}
