import { AppError } from '@patchbay/contracts';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { HeldBytes } from './held-bytes.js';
import { announcedBy, type Announced } from './part-header.js';

/** A message that came in parts. */
export interface LargeMessage {
  readonly bytes: Uint8Array;
  /** Says that it is done with: until then it counts as held. */
  release(): void;
}

interface Assembly extends Announced {
  readonly whole: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
  receivedParts: number;
  heardMs: number;
}

/** How many parts are on the way at once: enough to keep the line busy, too few to make the broker take us for slow. */
const windowParts = 8;
/** A sender that is silent for so long has gone. Milliseconds. */
const silenceMsMax = 5_000;

/** Puts messages together that come in parts. */
export class PartReceivers {
  readonly #assemblies = new Map<string, Assembly>();
  readonly #waiting = new Set<string>();
  readonly #room: HeldBytes;
  #next = 0;

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: { readonly inbox: string; readonly heldBytesMax: number; readonly messageBytesMax: number },
  ) {
    this.#room = new HeldBytes(options.heldBytesMax);
  }

  get heldBytes(): number {
    return this.#room.held;
  }

  receive(message: Msg): Promise<LargeMessage> | undefined {
    const announced = announcedBy(message.headers);
    return announced === undefined ? undefined : this.#receive(announced, message.data);
  }

  hear([token = '', index = '']: readonly string[], message: Msg): void {
    const assembly = this.#assemblies.get(token);
    if (assembly === undefined) {
      // Its sender went while it waited for room.
      if (index === 'end' || message.headers !== undefined) this.#waiting.delete(token);
      return;
    }
    const { whole, partBytes, bytes, receivedParts } = assembly;
    const offset = receivedParts * partBytes;
    if (index !== String(receivedParts) || message.data.length !== Math.min(partBytes, bytes - offset)) {
      this.#fail(token, new AppError('service_unavailable'));
      return;
    }
    whole.set(message.data, offset);
    assembly.receivedParts += 1;
    assembly.heardMs = Date.now();
    if (assembly.receivedParts * partBytes >= bytes) {
      this.#assemblies.delete(token);
      assembly.resolve();
    } else if (assembly.receivedParts % (windowParts / 2) === 0) this.#ask(token, assembly.askAt, assembly.receivedParts + windowParts);
  }

  sweep(nowMs: number): void {
    this.#room.sweep(nowMs);
    for (const [token, { heardMs }] of this.#assemblies) if (nowMs - heardMs > silenceMsMax) this.#fail(token, new AppError('service_unavailable'));
  }

  drop(why: () => AppError): void {
    this.#waiting.clear();
    for (const token of [...this.#assemblies.keys()]) this.#fail(token, why());
  }

  async #receive(announced: Announced, firstPart: Uint8Array): Promise<LargeMessage> {
    const { bytes, partBytes, askAt } = announced;
    if (bytes > this.options.messageBytesMax) throw new AppError('body_too_large', { limit_bytes: this.options.messageBytesMax });
    if (firstPart.length !== Math.min(bytes, partBytes)) throw new AppError('request_invalid');
    // The client may use its buffer again while this one waits for room.
    const first = Buffer.from(firstPart);
    const token = (this.#next++).toString(36);
    this.#waiting.add(token);
    // The sender gets to know who has it, and nothing more goes on the way yet.
    this.#ask(token, askAt, 1);
    await this.#room.take(bytes).catch((error: unknown) => {
      this.#waiting.delete(token);
      throw error;
    });
    try {
      if (!this.#waiting.delete(token)) throw new AppError('service_unavailable');
      const whole = await this.#assemble(token, announced, first);
      return { bytes: whole, release: once(() => this.#room.give(bytes)) };
    } catch (error) {
      this.#room.give(bytes);
      throw error;
    }
  }

  #assemble(token: string, announced: Announced, first: Buffer): Promise<Buffer> {
    const whole = Buffer.allocUnsafeSlow(announced.bytes);
    first.copy(whole);
    if (announced.bytes <= announced.partBytes) return Promise.resolve(whole);
    return new Promise((resolve, reject) => {
      this.#assemblies.set(token, { ...announced, whole, resolve: () => resolve(whole), reject, receivedParts: 1, heardMs: Date.now() });
      this.#ask(token, announced.askAt, 1 + windowParts);
    });
  }

  #ask(token: string, askAt: string, upTo: number): void {
    // With an address for parts the broker says so when the sender has gone.
    if (!this.connection.isClosed()) this.connection.publish(askAt, String(upTo), { reply: `${this.options.inbox}.${token}` });
  }

  #fail(token: string, error: AppError): void {
    const assembly = this.#assemblies.get(token);
    this.#assemblies.delete(token);
    assembly?.reject(error);
  }
}

const once = (act: () => void): (() => void) => {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
};
