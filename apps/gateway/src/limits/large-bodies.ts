import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '@patchbay/contracts';
import { HeldBytes } from '@patchbay/messaging';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import type { GatewayConfig } from '../gateway.config.js';
import { readBody } from './read-body.js';

/** Whose bytes they are, and how to know that nobody waits for an answer any more. */
export interface BodyOwner {
  readonly network: string;
  /** Calls back once the exchange is over, however it ends. */
  readonly onceOver: (callback: () => void) => void;
}

/** Up to here a body costs no more than any other request. Bytes. */
const smallBodyBytesMax = 512 * 1_024;
/** So many of the largest may be in hand at once, and so many of one network: the rest waits, unread. */
const largestAtOnce = 4;
const largestPerNetwork = 2;
/** Whoever waits longer is sent away; providers try again. Milliseconds. */
const patienceMs = 8_000;
/** A large body has to be there by then: who sends slowly keeps others waiting. Milliseconds. */
const readMsMax = 20_000;
/** …and to come steadily: whoever only announces one must not hold its room for as long. Bytes. */
const perSecondMin = 512 * 1_024;

interface NetworkRoom {
  readonly room: HeldBytes;
  users: number;
}

/**
 * Bounds the memory that large bodies take. One that is larger than usual is read only when there is room for the whole of it, and goes on by itself, one after
 * the other, because on its way it is held several times. Small ones never wait.
 */
@Injectable()
export class LargeBodies implements OnApplicationShutdown {
  readonly #bytesMax: number;
  readonly #all: HeldBytes;
  readonly #turns = new HeldBytes(1, patienceMs);
  readonly #networks = new Map<string, NetworkRoom>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(@Inject(SERVICE_CONFIG) config: Pick<GatewayConfig, 'INGRESS_BYTES_MAX'>) {
    this.#bytesMax = config.INGRESS_BYTES_MAX;
    this.#all = new HeldBytes(largestAtOnce * this.#bytesMax, patienceMs);
    this.#sweeper = setInterval(() => this.#sweep(Date.now()), 250);
    this.#sweeper.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#sweeper);
  }

  /** Bytes that are kept free for large bodies in hand. */
  get heldBytes(): number {
    return this.#all.held;
  }

  /** @throws AppError `body_too_large`; `service_unavailable` when too many large ones are in hand; `request_too_slow`. */
  async read(request: IncomingMessage, owner: BodyOwner): Promise<Buffer> {
    const announced = Number(request.headers['content-length'] ?? Number.NaN);
    if (announced > this.#bytesMax) throw new AppError('body_too_large', { limit_bytes: this.#bytesMax });
    if (announced > smallBodyBytesMax) await this.#hold(announced, owner);
    return readBody(request, {
      bytesMax: this.#bytesMax,
      ...(announced > smallBodyBytesMax && { msMax: readMsMax, bytesPerSecondMin: perSecondMin }),
      // It does not say how much comes, so there must be room for all that may.
      ...(Number.isNaN(announced) && {
        onLarge: { above: smallBodyBytesMax, wait: () => this.#hold(this.#bytesMax, owner), msMax: readMsMax, bytesPerSecondMin: perSecondMin },
      }),
    });
  }

  /** Does what is to be done with a body when it is its turn; small ones have no turns. @throws AppError `service_unavailable` */
  async inTurn<Result>(body: Uint8Array | undefined, work: () => Promise<Result>): Promise<Result> {
    if (body === undefined || body.length <= smallBodyBytesMax) return work();
    await this.#turns.take(1);
    try {
      return await work();
    } finally {
      this.#turns.give(1);
    }
  }

  async #hold(bytes: number, { network, onceOver }: BodyOwner): Promise<void> {
    const own = this.#networks.get(network) ?? { room: new HeldBytes(largestPerNetwork * this.#bytesMax, patienceMs), users: 0 };
    this.#networks.set(network, own);
    own.users += 1;
    const isOver = { now: false };
    const release: (() => void)[] = [
      () => {
        own.users -= 1;
        if (own.users === 0) this.#networks.delete(network);
      },
    ];
    onceOver(() => {
      isOver.now = true;
      for (const give of release.splice(0)) give();
    });
    for (const room of [own.room, this.#all]) {
      await room.take(bytes);
      if (isOver.now) {
        room.give(bytes);
        throw new AppError('service_unavailable');
      }
      release.push(() => room.give(bytes));
    }
  }

  #sweep(nowMs: number): void {
    for (const room of [this.#all, this.#turns, ...[...this.#networks.values()].map((own) => own.room)]) room.sweep(nowMs);
  }
}
