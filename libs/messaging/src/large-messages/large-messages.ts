import { AppError } from '@patchbay/contracts';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { payloadBytesMax, type ConnectionState } from '../nats.js';
import { PartReceivers, type LargeMessage } from './part-receivers.js';
import { PartSenders, type Sending, type Shipment } from './part-senders.js';

/** How often deadlines are looked at. Milliseconds. */
const sweepMs = 250;
/** Larger ones are not sent at all. Bytes. */
const messageBytesMax = 64 * 1_024 * 1_024;
/** What may be held of large messages that came, before the next one has to wait. Bytes. */
const heldBytesMax = 48 * 1_024 * 1_024;

/**
 * Requests and answers that are larger than a message may be. The first part travels where the whole would have gone, so that a queue group gives it to one
 * responder; it says where more can be asked for. The receiver asks for a few parts at a time on private inboxes, once it has room for the whole. Nothing is stored
 * on the way: when either side goes, the other one is told or gives up, and whoever asked hears `service_unavailable`.
 */
export class LargeMessages {
  readonly #senders: PartSenders;
  readonly #receivers: PartReceivers;
  readonly #sweeper: NodeJS.Timeout;

  constructor(
    private readonly connection: NatsConnection,
    state: ConnectionState,
  ) {
    const inbox = createInbox();
    this.#senders = new PartSenders(connection, `${inbox}.s`);
    this.#receivers = new PartReceivers(connection, { inbox: `${inbox}.r`, heldBytesMax, messageBytesMax });
    connection.subscribe(`${inbox}.>`, { callback: (error, message) => (error === null ? this.#hear(inbox, message) : undefined) });
    state.onDisconnect(() => this.#drop());
    this.#sweeper = setInterval(() => this.#sweep(Date.now()), sweepMs);
    this.#sweeper.unref();
  }

  /** True for what has to travel in parts. */
  isLarge(payload: string): boolean {
    const limit = payloadBytesMax(this.connection);
    return payload.length * 3 > limit && Buffer.byteLength(payload) > limit;
  }

  /** @returns how large a message can be, when this one is larger. */
  limitExceededBy(bytes: number): number | undefined {
    return bytes > messageBytesMax ? messageBytesMax : undefined;
  }

  /** Sends the first part; the others go when they are asked for. */
  send(shipment: Shipment): Sending {
    return this.#senders.send(shipment, payloadBytesMax(this.connection));
  }

  /**
   * Takes the rest of what a message is the first part of; undefined when it is whole.
   *
   * @throws AppError `service_unavailable` when the sender goes meanwhile, or there is no room; `body_too_large`.
   */
  receive(message: Msg): Promise<LargeMessage> | undefined {
    return message.headers === undefined ? undefined : this.#receivers.receive(message);
  }

  /** Bytes that are held of what came. */
  get heldBytes(): number {
    return this.#receivers.heldBytes;
  }

  /** Waits until what is on its way was sent, or is given up. */
  async close(): Promise<void> {
    await this.#senders.settled();
    clearInterval(this.#sweeper);
    this.#drop();
  }

  #hear(inbox: string, message: Msg): void {
    const [kind, ...rest] = message.subject.slice(inbox.length + 1).split('.');
    if (kind === 's') this.#senders.hear(rest, message);
    else this.#receivers.hear(rest, message);
  }

  #sweep(nowMs: number): void {
    this.#senders.sweep(nowMs);
    this.#receivers.sweep(nowMs);
  }

  #drop(): void {
    const lost = (): AppError => new AppError('service_unavailable');
    this.#senders.drop();
    this.#receivers.drop(lost);
  }
}

export type { LargeMessage, Sending, Shipment };
