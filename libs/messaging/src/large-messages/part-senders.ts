import { AppError } from '@patchbay/contracts';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { announce } from './part-header.js';

/** What is to be sent in parts. */
export interface Shipment {
  readonly subject: string;
  readonly payload: Uint8Array;
  /** Where the answer goes. */
  readonly reply?: string | undefined;
  readonly deadlineMs: number;
  /** Told when nobody takes the parts any more: the whole did not arrive anywhere. */
  readonly onLost?: (() => void) | undefined;
}

/** A message that is being sent. */
export interface Sending {
  /** Nobody is interested any more. */
  end(): void;
}

interface Open extends Shipment {
  readonly partBytes: number;
  sentParts: number;
  /** Where the receiver takes parts; unknown until it asked for some. */
  receiver: string | undefined;
}

/** Small enough that other messages of the connection come in between. Bytes. */
const partBytesMax = 256 * 1_024;
/** All that waits to be asked for, of this process. Bytes. */
const openBytesMax = 256 * 1_024 * 1_024;
/** How long closing waits for the last parts. Milliseconds. */
const closeMsMax = 5_000;
/** Part of NATS: the status of an answer that says nobody is subscribed. */
const noResponders = 503;

/** Keeps what is being sent in parts, and hands out those that are asked for. */
export class PartSenders {
  readonly #open = new Map<string, Open>();
  #next = 0;
  #openBytes = 0;
  #onceSettled: (() => void) | undefined;

  constructor(
    private readonly connection: NatsConnection,
    private readonly inbox: string,
  ) {}

  /** @throws AppError `service_unavailable` when too much is on its way already. */
  send(shipment: Shipment, payloadBytesMax: number): Sending {
    const { subject, payload, reply } = shipment;
    if (this.#openBytes + payload.length > openBytesMax) throw new AppError('service_unavailable');
    const partBytes = Math.min(partBytesMax, payloadBytesMax);
    const token = (this.#next++).toString(36);
    const first = announce({ bytes: payload.length, partBytes, askAt: this.#askAt(token) });
    this.connection.publish(subject, payload.subarray(0, partBytes), { headers: first, ...(reply !== undefined && { reply }) });
    this.#open.set(token, { ...shipment, partBytes, sentParts: 1, receiver: undefined });
    this.#openBytes += payload.length;
    return { end: () => this.#end(token) };
  }

  /** The receiver says how many parts it takes by now, or the broker that there is no receiver any more. */
  hear([token = '']: readonly string[], message: Msg): void {
    const open = this.#open.get(token);
    if (open === undefined) return;
    if (message.headers?.code === noResponders || message.reply === undefined) this.#lose(token);
    else this.#hand(token, { ...open, receiver: message.reply }, Number(message.string()));
  }

  sweep(nowMs: number): void {
    for (const [token, { deadlineMs }] of this.#open) if (deadlineMs <= nowMs) this.#lose(token);
  }

  drop(): void {
    for (const token of [...this.#open.keys()]) this.#lose(token);
  }

  async settled(): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, closeMsMax);
      this.#onceSettled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #hand(token: string, open: Open, upTo: number): void {
    const { payload, partBytes, receiver } = open;
    const count = Math.ceil(payload.length / partBytes);
    for (; open.sentParts < Math.min(upTo, count); open.sentParts += 1) {
      const part = payload.subarray(open.sentParts * partBytes, (open.sentParts + 1) * partBytes);
      // With an address for answers the broker says so when nobody is there to take it.
      this.connection.publish(`${receiver}.${open.sentParts}`, part, { reply: this.#askAt(token) });
    }
    this.#open.set(token, open);
    // The last parts may still be lost with their receiver; whoever waits for an answer gives up at its own deadline then.
    if (open.sentParts >= count && open.onLost === undefined) this.#forget(token);
  }

  /** The receiver need not wait for the rest. */
  #end(token: string): void {
    const open = this.#forget(token);
    const isUnfinished = open !== undefined && open.sentParts * open.partBytes < open.payload.length;
    if (isUnfinished && open.receiver !== undefined && !this.connection.isClosed()) this.connection.publish(`${open.receiver}.end`);
  }

  #lose(token: string): void {
    this.#forget(token)?.onLost?.();
  }

  #forget(token: string): Open | undefined {
    const open = this.#open.get(token);
    if (open === undefined) return undefined;
    this.#open.delete(token);
    this.#openBytes -= open.payload.length;
    if (this.#open.size === 0) this.#onceSettled?.();
    return open;
  }

  #askAt(token: string): string {
    return `${this.inbox}.${token}`;
  }
}
