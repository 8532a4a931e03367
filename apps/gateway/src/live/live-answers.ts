import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { AppError } from '@patchbay/contracts';
import { SERVICE_CONFIG } from '@patchbay/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../gateway.config.js';
import type { Counted } from '../limits/inbound-limits.js';
import { appErrorOf, problemOf } from '../problems/problem.js';
import { idOf, isFinal, liveEvents, type LiveAnswer } from './live-events.js';

/** Media type of server-sent events. */
const eventStreamMediaType = 'text/event-stream';

const streamsPerCallerMax = 5;

/** True when the caller would rather be told than ask. */
export const wantsEvents = (request: FastifyRequest): boolean =>
  request.method === 'GET' &&
  (request.headers.accept ?? '').split(',').some((type) => type.split(';')[0]?.trim().toLowerCase() === eventStreamMediaType);

/**
 * Answers as server-sent events. Nothing is kept for a stream, so whoever comes back is told how things stand, on any replica; whoever has seen
 * the end already is told to stay away.
 */
@Injectable()
export class LiveAnswers implements BeforeApplicationShutdown {
  readonly #streams = new Map<string, number>();
  readonly #ending = new AbortController();

  constructor(@Inject(SERVICE_CONFIG) private readonly config: GatewayConfig) {}

  /** @throws AppError `rate_limited` when the caller listens to enough already; whatever the first question fails with. */
  async answer(live: LiveAnswer & { readonly counted: Counted }, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.#enter(live.counted, reply);
    const gone = new AbortController();
    // The stream itself would notice only after its pause.
    reply.raw.once('close', () => gone.abort());
    const first = await live.ask();
    // 204 is the only answer after which a browser does not come back.
    if (isFinal(first, live.liveWhile) && request.headers['last-event-id'] === idOf(first)) return reply.code(204).send();
    const lines = Readable.from(this.#lines(live, first, { signal: AbortSignal.any([gone.signal, this.#ending.signal]), requestId: request.id }));
    void reply.header('cache-control', 'no-cache, no-transform').header('x-accel-buffering', 'no').type(eventStreamMediaType);
    return reply.send(lines);
  }

  /** Browsers come back, to another replica. */
  beforeApplicationShutdown(): void {
    this.#ending.abort();
  }

  async *#lines(live: LiveAnswer, first: Uint8Array, { signal, requestId }: { signal: AbortSignal; requestId: string }): AsyncGenerator<string> {
    const { BODY_BYTES_MAX, PUBLIC_BASE_URL } = this.config;
    const surroundings = {
      pause: (milliseconds: number): Promise<void> => wait(milliseconds, undefined, { signal }),
      describe: (error: unknown) => problemOf(appErrorOf(error, BODY_BYTES_MAX), PUBLIC_BASE_URL, requestId),
    };
    try {
      yield* liveEvents(live, first, surroundings);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #enter({ kind, id }: Counted, reply: FastifyReply): void {
    const key = `${kind}:${id}`;
    const count = this.#streams.get(key) ?? 0;
    if (count >= streamsPerCallerMax) throw new AppError('rate_limited', { retry_after_seconds: 5, streams: streamsPerCallerMax });
    this.#streams.set(key, count + 1);
    reply.raw.once('close', () => {
      const left = (this.#streams.get(key) ?? 1) - 1;
      if (left > 0) this.#streams.set(key, left);
      else this.#streams.delete(key);
    });
  }
}
