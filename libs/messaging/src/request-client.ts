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
import { Outgoing } from './outgoing.js';
import { ConnectionState, payloadBytesMax } from './nats.js';
import { errorOf, failureHeader, type FailureFrame, type RequestFrame } from './request-frame.js';

interface Pending {
  readonly resolve: (answer: Msg) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: number;
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
 * Asks services. One subscription takes all answers; a `Map` finds who waits for them.
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
  #next = 0;

  constructor(private readonly connection: NatsConnection) {
    this.#state = new ConnectionState(connection);
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
    for (const pending of this.#pending.values()) pending.reject(new AppError('service_unavailable'));
    this.#pending.clear();
  }

  async #ask(contract: RequestContract, input: unknown, options: SendOptions): Promise<Msg> {
    const frame: RequestFrame = { input, caller: options.caller, traceparent: currentTraceparent() };
    const payload = JSON.stringify(frame);
    this.#checkSize(payload);
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

  /** @throws AppError `body_too_large`: the broker would end the connection. */
  #checkSize(payload: string): void {
    const limit = payloadBytesMax(this.connection);
    if (payload.length * 3 > limit && Buffer.byteLength(payload) > limit) throw new AppError('body_too_large', { limit_bytes: limit });
  }

  #offer(subject: string, payload: string, deadline: number): Promise<Msg> {
    return new Promise((resolve, reject) => {
      const token = (this.#next++).toString(36);
      this.#pending.set(token, { resolve, reject, deadline });
      this.#outgoing.send(() => {
        try {
          this.connection.publish(subject, payload, { reply: `${this.#inbox}.${token}` });
        } catch (cause) {
          this.#pending.delete(token);
          reject(new AppError('service_unavailable', {}, { cause }));
        }
      });
    });
  }

  #settle(answer: Msg): void {
    const token = answer.subject.slice(this.#inbox.length + 1);
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    this.#pending.delete(token);
    pending.resolve(answer);
  }

  #sweep(now: number): void {
    for (const [token, pending] of this.#pending) {
      if (pending.deadline > now) continue;
      this.#pending.delete(token);
      pending.reject(new AppError('deadline_exceeded'));
    }
  }
}

const failureOf = (answer: Msg): FailureFrame => {
  const code = answer.headers?.get(failureHeader) ?? 'internal_error';
  return answer.data.length === 0 ? { code, details: {} } : { code, details: answer.json<FailureFrame['details']>() };
};
