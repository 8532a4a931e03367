import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '@patchbay/contracts';
import { CLOCK, SERVICE_CONFIG, type Clock } from '@patchbay/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import { v4 as uuidv4 } from 'uuid';
import type { GatewayConfig } from '../gateway.config.js';

/** Injection token of the gateway's NATS connection. */
export const NATS = Symbol('NATS');

/** Who is counted. */
export interface Counted {
  readonly kind: 'user' | 'api_key' | 'address' | 'ingress' | 'ingress_address';
  readonly id: string;
}

interface Window {
  current: number;
  previous: number;
  index: number;
}

interface Usage {
  readonly replica: string;
  readonly window: number;
  readonly counts: Readonly<Record<string, number>>;
}

const windowMs = 60_000;
/** How often replicas tell one another what they let in. Milliseconds. */
const tellMs = 200;
const usageSubject = 'gateway.usage';

/**
 * Limits how often one user, API key or address may call. A sliding window of a minute, counted here and told to the other replicas several
 * times a second: no call waits for a shared store, and together replicas let in no more than a fifth of a second's worth too many.
 */
@Injectable()
export class InboundLimits implements OnApplicationShutdown {
  readonly #windows = new Map<string, Window>();
  readonly #untold = new Map<string, number>();
  readonly #replica = uuidv4();
  readonly #timer: NodeJS.Timeout;

  constructor(
    @Inject(SERVICE_CONFIG) private readonly config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(NATS) private readonly connection: NatsConnection,
  ) {
    this.#timer = setInterval(() => this.#tell(), tellMs);
    this.#timer.unref();
    connection.subscribe(usageSubject, { callback: (error, message) => (error === null ? this.#hear(message.json<Usage>()) : undefined) });
  }

  /** Counts one call. @throws AppError `rate_limited` saying when the next one is welcome. */
  count(counted: Counted): void {
    this.check(counted);
    const key = keyOf(counted);
    this.#windowOf(key, this.clock().getTime()).current += 1;
    this.#untold.set(key, (this.#untold.get(key) ?? 0) + 1);
  }

  /** Looks without counting. @throws AppError `rate_limited` */
  check(counted: Counted): void {
    const key = keyOf(counted);
    const now = this.clock().getTime();
    const window = this.#windowOf(key, now);
    const elapsed = (now % windowMs) / windowMs;
    const used = window.previous * (1 - elapsed) + window.current;
    const limit = this.#limitOf(counted.kind);
    if (used >= limit) throw new AppError('rate_limited', { retry_after_seconds: retryAfterSeconds(window, limit, now) });
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#tell();
  }

  #limitOf(kind: Counted['kind']): number {
    const limits: Readonly<Record<Counted['kind'], number>> = {
      user: this.config.RATE_LIMIT_USER_PER_MINUTE,
      api_key: this.config.RATE_LIMIT_API_KEY_PER_MINUTE,
      address: this.config.RATE_LIMIT_ADDRESS_PER_MINUTE,
      ingress: this.config.RATE_LIMIT_INGRESS_PER_MINUTE,
      // Names of providers can be invented; the address cannot.
      ingress_address: 2 * this.config.RATE_LIMIT_INGRESS_PER_MINUTE,
    };
    return limits[kind];
  }

  #windowOf(key: string, now: number): Window {
    const index = Math.floor(now / windowMs);
    const window = this.#windows.get(key) ?? { current: 0, previous: 0, index };
    if (window.index !== index) {
      window.previous = window.index === index - 1 ? window.current : 0;
      window.current = 0;
      window.index = index;
    }
    this.#windows.set(key, window);
    return window;
  }

  #tell(): void {
    const window = Math.floor(this.clock().getTime() / windowMs);
    if (this.#untold.size > 0 && !this.connection.isClosed()) {
      const usage: Usage = { replica: this.#replica, window, counts: Object.fromEntries(this.#untold) };
      this.connection.publish(usageSubject, JSON.stringify(usage));
      this.#untold.clear();
    }
    for (const [key, known] of this.#windows) if (known.index < window - 1) this.#windows.delete(key);
  }

  #hear(usage: Usage): void {
    if (usage.replica === this.#replica) return;
    const now = usage.window * windowMs;
    for (const [key, count] of Object.entries(usage.counts)) this.#windowOf(key, Math.max(now, this.clock().getTime())).current += count;
  }
}

const keyOf = ({ kind, id }: Counted): string => `${kind}:${id}`;

/** Seconds until enough of the window has passed for one more call. */
function retryAfterSeconds(window: Window, limit: number, now: number): number {
  const leftMs = windowMs - (now % windowMs);
  if (window.current >= limit || window.previous === 0) return Math.ceil(leftMs / 1000);
  const neededShare = (limit - 1 - window.current) / window.previous;
  return Math.max(1, Math.ceil((leftMs - neededShare * windowMs) / 1000));
}
