import { ProviderError, type AccessToken } from '@patchbay/capabilities';
import { z } from 'zod';
import { systemClock, type Clock } from '../_kit/clock.js';
import { failureOf } from '../_kit/provider-failure.js';
import { fillPath, type JsonCall, type ProviderHttp } from '../_kit/provider-http.js';
import { retryAfterMs } from '../_kit/retry.js';
import { canTakeEffect, markEarlierAttempt, mayBeExecutedDespite } from '../_kit/unknown-outcome.js';
import { graphErrorBody, readGraphFailure } from './microsoft.graph-http.js';

// https://learn.microsoft.com/graph/json-batching#batch-size-limitations
const requestsMax = 20;

/** How often, and how long, one request of a batch is waited for when Outlook has had enough of them: a batch is answered while somebody waits. */
const retriesMax = 2;
const waitMsMax = 2_000;
const waitMsDefault = 500;

const batchAnswer = z.object({
  responses: z.array(
    z.object({ id: z.string(), status: z.int(), headers: z.record(z.string(), z.string()).nullish(), body: z.unknown().optional() }),
  ),
});

interface GraphAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A request that waits for its answer. */
interface Waiting {
  readonly request: ReturnType<typeof toRequest>;
  readonly retries: number;
  /** It was sent, and not answered, or as if it had got lost half way. */
  readonly mayBeDone: boolean;
  answer(answer: GraphAnswer): void;
  fail(error: unknown): void;
}

/**
 * Calls of one person that are made at the same moment, sent together. https://learn.microsoft.com/graph/json-batching
 *
 * Nothing says in a batch that one request is to follow another (`dependsOn`): what follows a refused one would be refused with it. Whoever needs an order
 * waits for the first answer, and the call that follows goes with the next batch.
 */
export const batchedGraphHttp = (http: ProviderHttp, token: AccessToken, clock: Clock = systemClock): ProviderHttp => {
  const batches = new Batches(http, token, clock);
  return { call: (call) => batches.call(call) };
};

class Batches {
  private waiting: Waiting[] = [];
  private isSending = false;

  constructor(
    private readonly http: ProviderHttp,
    private readonly token: AccessToken,
    private readonly clock: Clock,
  ) {}

  async call<Schema extends z.ZodType>({ schema, codes, ...call }: JsonCall<Schema>): Promise<z.output<Schema>> {
    const { status, headers, body } = await new Promise<GraphAnswer>((answer, fail) => {
      this.waiting.push({ request: toRequest(call), retries: 0, mayBeDone: false, answer, fail });
      this.begin();
    });
    if (status >= 400)
      throw failureOf({ status, headers, body }, { provider: 'outlook', now: this.clock.now(), readFailure: readGraphFailure, codes });
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new ProviderError('outlook', 'invalid_response', { cause: parsed.error, outcomeUnknown: true });
    return parsed.data;
  }

  /** Whatever else is asked for at this moment comes along. */
  private begin(): void {
    if (this.isSending) return;
    this.isSending = true;
    setImmediate(() => void this.sendAll());
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, requestsMax);
      try {
        const { answers, isRepeated } = await this.send(batch);
        await this.settle(isRepeated ? batch.map(maybeDone) : batch, answers);
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
      // What follows from these answers is asked for before the next batch leaves.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.isSending = false;
  }

  private async send(batch: readonly Waiting[]) {
    let isRepeated = false;
    const { responses } = await this.http.call({
      method: 'POST',
      operation: 'batch',
      path: '/$batch',
      token: this.token,
      body: { requests: batch.map(({ request }, index) => ({ id: String(index + 1), ...request })) },
      schema: batchAnswer,
      // Each of its requests may be repeated.
      idempotent: true,
      onEarlierAttempt: () => (isRepeated = true),
    });
    const answers = new Map<string, GraphAnswer>();
    for (const { id, status, headers, body } of responses) answers.set(id, { status, headers: new Headers(headers ?? {}), body });
    return { answers, isRepeated };
  }

  /** Answers come in any order. */
  private async settle(batch: readonly Waiting[], answers: ReadonlyMap<string, GraphAnswer>): Promise<void> {
    const again: Waiting[] = [];
    let waitMs = 0;
    for (const [index, one] of batch.entries()) {
      const answer = answers.get(String(index + 1));
      const pauseMs = answer === undefined ? null : this.pauseMsAfter(answer);
      if (answer === undefined) one.fail(new ProviderError('outlook', 'invalid_response', { reason: 'no_answer_in_batch', outcomeUnknown: true }));
      else if (pauseMs === null || one.retries >= retriesMax) {
        markEarlierAttempt(answer.headers, one.mayBeDone);
        one.answer(answer);
      } else {
        again.push({ ...(mayBeExecutedDespite(answer.status) ? maybeDone(one) : one), retries: one.retries + 1 });
        waitMs = Math.max(waitMs, pauseMs);
      }
    }
    if (again.length === 0) return;
    await this.clock.sleep(waitMs);
    this.waiting.unshift(...again);
  }

  /** Null when asking again would not help, or not soon enough. */
  private pauseMsAfter({ status, headers, body }: GraphAnswer): number | null {
    if (status !== 429 && status !== 503 && !isCollision(body)) return null;
    const pauseMs = retryAfterMs(headers.get('retry-after'), this.clock.now()) ?? waitMsDefault;
    return pauseMs <= waitMsMax ? pauseMs : null;
  }
}

const maybeDone = (one: Waiting): Waiting => ({ ...one, mayBeDone: canTakeEffect(one.request.method) });

/** Two requests of one batch have changed one series at the same moment. Each says all that it wants, so that it may be repeated. */
const isCollision = (body: unknown): boolean => graphErrorBody.safeParse(body).data?.error.code === 'ErrorIrresolvableConflict';

const toRequest = ({ method, path, params = {}, query = {}, headers, body }: Omit<JsonCall<z.ZodType>, 'schema'>) => {
  // A plus sign is a space in a form only.
  const search = new URLSearchParams(query).toString().replaceAll('+', '%20');
  return {
    method,
    url: `${fillPath(path, params)}${search === '' ? '' : `?${search}`}`,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body }),
  };
};
