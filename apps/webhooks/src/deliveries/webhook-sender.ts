import { createRequire } from 'node:module';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { EgressGuard } from '@patchbay/egress';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import { Agent } from 'undici';
import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import { Attempt } from './attempt.js';
import type { AttemptResult } from './delivery.js';
import { withoutSent } from './response-excerpt.js';
import { signaturesOf } from './signature.js';

/** What is sent. */
export interface WebhookMessage {
  /** The event's id: the same for every attempt and every endpoint. */
  readonly id: string;
  readonly body: string;
  readonly traceparent: string | null;
}

const { version } = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
const userAgent = `Patchbay-Webhooks/${version}`;
/** Of all endpoints at one address together, which may belong to many customers. How many each of them gets, its lane decides. */
const connectionsPerOrigin = 1_024;
/** A receiver that is there takes a connection at once; one behind a silent firewall must not hold a place for the whole time. Milliseconds. */
const connectMsMax = 5_000;
/** How often deadlines are looked at: one timer for all POSTs is far cheaper than one each. Milliseconds. */
const sweepMs = 200;

/** Signs and posts webhooks. Redirects are not followed, proxies of the environment not asked, answers not trusted. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  readonly #agent: Agent;
  readonly #timeoutMs: number;
  /** In the order they began, which is the order in which their time is up. */
  readonly #underWay = new Set<Attempt>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(@Inject(SERVICE_CONFIG) config: WebhooksConfig, @Inject(EgressGuard) guard: EgressGuard) {
    this.#timeoutMs = config.WEBHOOKS_TIMEOUT_SECONDS * 1_000;
    this.#agent = new Agent({
      connect: guard.connector({ timeout: Math.min(connectMsMax, this.#timeoutMs), allowH2: false }),
      connections: connectionsPerOrigin,
      pipelining: 1,
      keepAliveTimeout: 10_000,
      headersTimeout: this.#timeoutMs,
      bodyTimeout: this.#timeoutMs,
      maxHeaderSize: 16_384,
    });
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs);
    this.#sweeper.unref();
  }

  /** Posts; `done` is called once, always. */
  send(target: DeliveryTarget, message: WebhookMessage, done: (result: AttemptResult) => void): void {
    if (target.isRefused) return done(refusal());
    const attempt: Attempt = new Attempt((result) => {
      this.#underWay.delete(attempt);
      done(target.headers.length === 0 ? result : { ...result, responseExcerpt: withoutSent(result.responseExcerpt, target.headers) });
    });
    this.#underWay.add(attempt);
    const headers = headersOf(target, message, Math.floor(attempt.startedAtMs / 1_000));
    try {
      this.#agent.dispatch({ origin: target.origin, path: target.path, method: 'POST', headers, body: message.body }, attempt);
    } catch (error) {
      attempt.onResponseError(undefined as never, error instanceof Error ? error : new Error('not sent'));
    }
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.#agent.destroy();
  }

  #sweep(): void {
    const oldest = Date.now() - this.#timeoutMs;
    for (const attempt of this.#underWay) {
      if (attempt.startedAtMs > oldest) return;
      this.#underWay.delete(attempt);
      attempt.expire();
    }
  }
}

const headersOf = (target: DeliveryTarget, message: WebhookMessage, timestampSeconds: number): string[] => [
  'content-type',
  'application/json',
  'user-agent',
  userAgent,
  'webhook-id',
  message.id,
  'webhook-timestamp',
  String(timestampSeconds),
  'webhook-signature',
  signaturesOf(target.keys, { id: message.id, timestampSeconds, body: message.body }),
  ...(message.traceparent === null ? [] : ['traceparent', message.traceparent]),
  ...target.headers,
];

const refusal = (): AttemptResult => ({
  startedAtMs: Date.now(),
  durationMs: 0,
  statusCode: null,
  error: 'address_not_allowed',
  retryAfterMs: null,
  responseExcerpt: null,
});
