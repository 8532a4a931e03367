import {
  AppError,
  requestDeadlineMsDefault,
  requestSubjectOf,
  type Caller,
  type InputOf,
  type OutputOf,
  type RequestContract,
} from '@patchbay/contracts';
import { currentTraceparent } from '@patchbay/tracing';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { LargeMessages } from './large-messages/large-messages.js';
import type { LargeMessage } from './large-messages/part-receivers.js';
import type { Sending } from './large-messages/part-senders.js';
import { ConnectionState } from './nats.js';
import { Outgoing } from './outgoing.js';
import { errorOf, failureHeader, type FailureFrame, type RequestFrame } from './request-frame.js';

type Answer = Pick<Msg, 'data' | 'headers' | 'json'>;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: number;
  /** Of a request that travels in parts. */
  sending?: Sending;
}

/** What may go beside the input of a request. */
export interface SendOptions {
  /** On whose behalf; absent when a service asks for itself. */
  readonly caller?: Caller | undefined;
}

/** How often deadlines are looked at. One timer for all requests is far cheaper than one each. Milliseconds. */
const sweepMs = 50;
/** How long a request that nobody listens to is offered again: a service that restarts is back within this time. Milliseconds. */
const patienceMs = 2_500;
const offerAgainMs = 100;
/** Part of NATS: the status of an answer that says nobody is subscribed. */
const noResponders = 503;

/**
 * Asks services. One subscription takes all answers; a `Map` finds who waits for them. What is larger than a message may be travels in parts.
 *
 * @throws AppError with the code the service answered; `service_unavailable` when nobody is there to answer; `deadline_exceeded` when the
 *   answer took longer than the contract allows.
 */
export class RequestClient {
  readonly #inbox = createInbox();
  readonly #outgoing = new Outgoing(() => undefined);
  readonly #pending = new Map<string, Pending>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #state: ConnectionState;
  readonly #large: LargeMessages;
  #next = 0;

  constructor(private readonly connection: NatsConnection) {
    this.#state = new ConnectionState(connection);
    this.#large = new LargeMessages(connection, this.#state);
    this.#state.onDisconnect(() => this.#giveUpPending());
    connection.subscribe(`${this.#inbox}.*`, { callback: (_error, answer) => this.#settle(answer) });
    this.#sweeper = setInterval(() => this.#sweep(Date.now()), sweepMs);
    this.#sweeper.unref();
  }

  /** Asks and answers what came back, typed by the contract. */
  async send<Contract extends RequestContract>(contract: Contract, input: InputOf<Contract>, options: SendOptions = {}): Promise<OutputOf<Contract>> {
    return (await this.#ask(contract, input, options)).json<OutputOf<Contract>>();
  }

  /** Asks and answers the output as the JSON bytes it travelled in, for the gateway, which would only serialise them again. */
  async forward<Contract extends RequestContract>(contract: Contract, input: InputOf<Contract>, options: SendOptions = {}): Promise<Uint8Array> {
    return (await this.#ask(contract, input, options)).data;
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#giveUpPending();
    void this.#large.close();
  }

  /** The client throws away what it could not send before it lost the connection, so nothing is handed to it meanwhile. */
  async #untilConnected(giveUp: number): Promise<void> {
    while (!this.#state.isUp) {
      if (Date.now() >= giveUp) throw new AppError('service_unavailable');
      await new Promise((resolve) => setTimeout(resolve, offerAgainMs));
    }
  }

  /** Nobody will answer what was under way when the connection was lost. */
  #giveUpPending(): void {
    for (const token of [...this.#pending.keys()]) this.#taken(token)?.reject(new AppError('service_unavailable'));
  }

  async #ask(contract: RequestContract, input: unknown, options: SendOptions): Promise<Answer> {
    const frame: RequestFrame = { input, caller: options.caller, traceparent: currentTraceparent() };
    const payload = this.#payloadOf(JSON.stringify(frame));
    const deadline = Date.now() + (contract.deadlineMs ?? requestDeadlineMsDefault);
    const giveUp = Math.min(deadline, Date.now() + patienceMs);
    for (;;) {
      await this.#untilConnected(giveUp);
      const answer = await this.#offer(requestSubjectOf(contract), payload, deadline);
      if (answer.headers === undefined) return answer;
      if (answer.headers.code !== noResponders) throw errorOf(failureOf(answer));
      // Nobody received it, so offering it again cannot do anything twice.
      if (Date.now() + offerAgainMs > giveUp) throw new AppError('service_unavailable', { service: contract.name.split('.')[0] });
      await new Promise((resolve) => setTimeout(resolve, offerAgainMs));
    }
  }

  /** Bytes for what has to travel in parts. @throws AppError `body_too_large`: nobody would take it. */
  #payloadOf(text: string): string | Uint8Array {
    if (!this.#large.isLarge(text)) return text;
    const bytes = Buffer.from(text);
    const limit = this.#large.limitExceededBy(bytes.length);
    if (limit !== undefined) throw new AppError('body_too_large', { limit_bytes: limit });
    return bytes;
  }

  #offer(subject: string, payload: string | Uint8Array, deadline: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const token = (this.#next++).toString(36);
      const pending: Pending = { resolve, reject, deadline };
      this.#pending.set(token, pending);
      this.#outgoing.send(() => {
        try {
          const reply = `${this.#inbox}.${token}`;
          if (typeof payload === 'string') this.connection.publish(subject, payload, { reply });
          else pending.sending = this.#large.send({ subject, payload, reply, deadlineMs: deadline, onLost: () => this.#lose(token) });
        } catch (cause) {
          this.#pending.delete(token);
          reject(new AppError('service_unavailable', {}, { cause }));
        }
      });
    });
  }

  /** Whoever took the first part has gone before it had the last. */
  #lose(token: string): void {
    this.#taken(token)?.reject(new AppError('service_unavailable'));
  }

  #taken(token: string): Pending | undefined {
    const pending = this.#pending.get(token);
    this.#pending.delete(token);
    pending?.sending?.end();
    return pending;
  }

  #settle(answer: Msg): void {
    const token = answer.subject.slice(this.#inbox.length + 1);
    if (!this.#pending.has(token)) return;
    const parts = this.#large.receive(answer);
    if (parts === undefined) this.#taken(token)?.resolve(answer);
    else void this.#settleWhole(token, parts);
  }

  async #settleWhole(token: string, parts: Promise<LargeMessage>): Promise<void> {
    try {
      const { bytes, release } = await parts;
      this.#taken(token)?.resolve({
        data: bytes,
        json: () => JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')),
      });
      release();
    } catch (error) {
      this.#taken(token)?.reject(error instanceof Error ? error : new AppError('service_unavailable'));
    }
  }

  #sweep(now: number): void {
    for (const [token, pending] of this.#pending) {
      if (pending.deadline <= now) this.#taken(token)?.reject(new AppError('deadline_exceeded'));
    }
  }
}

const failureOf = (answer: Answer): FailureFrame => {
  const code = answer.headers?.get(failureHeader) ?? 'internal_error';
  return answer.data.length === 0 ? { code, details: {} } : { code, details: answer.json<FailureFrame['details']>() };
};
