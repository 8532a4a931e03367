import { ProviderError, type Outbound, type OutboundCall, type ProviderErrorCode, type ProviderLimits } from '@patchbay/capabilities';
import { circuitBreaker, type BreakerPolicy, type CircuitBreaker } from './circuit-breaker.js';
import { systemClock, type Clock } from './clock.js';
import type { ProviderCallReport } from './provider-call-report.js';
import { inSpan } from './provider-span.js';
import type { RateLimiter } from './rate-limiter.js';
import { backoffMs, isRetryableStatus, retryAfterMs, type RetryPolicy } from './retry.js';
import { TransportError, type Transport, type WireRequest, type WireResponse } from './transport.js';
import { canTakeEffect, markEarlierAttempt, mayBeExecutedDespite } from './unknown-outcome.js';

/** What one provider's way out is made of. */
export interface OutboundOptions {
  readonly provider: string;
  readonly limits: ProviderLimits;
  readonly transport: Transport;
  /** Shared by all replicas, so that together they stay below the provider's limits. */
  readonly limiter: RateLimiter;
  /** Called once for every call. Must not throw. */
  readonly onCall?: ((report: ProviderCallReport) => void) | undefined;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly retry?: RetryPolicy;
  readonly breaker?: BreakerPolicy;
  readonly deadlineMs?: number;
}

const retryDefault: RetryPolicy = { attemptsMax: 4, delayMsBase: 200, delayMsMax: 4_000 };
const breakerDefault: BreakerPolicy = { failuresMax: 5, coolDownMs: 10_000 };
/** Two such calls fit into the longest request between services. */
const deadlineMsDefault = 12_000;

interface Kit {
  readonly options: OutboundOptions;
  readonly breaker: CircuitBreaker;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryPolicy;
}

/** One call under way: what is fixed, and what is counted. */
interface Run {
  readonly call: OutboundCall;
  readonly deadline: Date;
  readonly circuit: string;
  attempts: number;
  lastStatus: number | undefined;
}

/** What an attempt came to: an answer of any status, or why there is none. */
type Outcome = { readonly answer: WireResponse } | { readonly failure: ProviderError };

/** What a call came to. */
type Settled = Outcome & {
  /** An attempt before the one that this is of may have taken effect. */
  readonly isAfterUnknown?: boolean;
};

/**
 * The one way out to a provider: limits, breaker, attempts within one deadline, one span and one report for each call.
 * Small own parts instead of a library: those at hand keep their own clocks, know no deadline over all attempts, and decide by method instead of by call.
 */
export const createOutbound = (options: OutboundOptions): Outbound => {
  const clock = options.clock ?? systemClock;
  const kit: Kit = {
    options,
    clock,
    breaker: circuitBreaker(options.breaker ?? breakerDefault, clock),
    random: options.random ?? Math.random,
    retry: options.retry ?? retryDefault,
  };
  return {
    fetch: (call) => async (input, init) => {
      const request = await wireRequest(input, init);
      return reported(kit, call, request);
    },
  };
};

type FetchInput = Parameters<typeof fetch>[0];
type FetchInit = Parameters<typeof fetch>[1];

const wireRequest = async (input: FetchInput, init: FetchInit): Promise<WireRequest> => {
  const request = new Request(input, init);
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  // Without a time limit of its own: each attempt gets what is left of the call's deadline.
  return {
    url: new URL(request.url),
    method: request.method,
    // GitHub and Discord refuse callers without a name. https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent
    headers: { 'user-agent': 'Patchbay', ...Object.fromEntries(request.headers) },
    body,
    timeoutMs: 0,
    signal: init?.signal ?? (input instanceof Request ? input.signal : null),
  };
};

// https://fetch.spec.whatwg.org/#null-body-status
const bodylessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

const toResponse = ({ status, headers, body }: WireResponse, isAfterUnknown: boolean): Response => {
  const response = new Response(bodylessStatuses.has(status) ? null : new Uint8Array(body), { status, headers });
  markEarlierAttempt(response.headers, isAfterUnknown);
  return response;
};

const reported = async (kit: Kit, call: OutboundCall, request: WireRequest): Promise<Response> => {
  const { provider, onCall, deadlineMs = deadlineMsDefault } = kit.options;
  const startedMs = kit.clock.now().getTime();
  const run: Run = {
    call,
    deadline: new Date(startedMs + (call.deadlineMs ?? deadlineMs)),
    circuit: call.accountId ?? '',
    attempts: 0,
    lastStatus: undefined,
  };
  const report = (failure: ProviderError | null): void =>
    onCall?.({
      provider,
      accountId: call.accountId,
      operation: call.operation,
      method: request.method,
      path: call.path,
      status: run.lastStatus,
      durationMs: kit.clock.now().getTime() - startedMs,
      attempts: run.attempts,
      outcome: failure?.code ?? outcomeOf(run.lastStatus),
      reason: failure?.reason ?? null,
    });

  const outcome = await inSpan({ provider, call, method: request.method }, async () => {
    const settled = await attemptUntilSettled(kit, run, request);
    return { ...settled, status: run.lastStatus, attempts: run.attempts };
  });
  if ('failure' in outcome) {
    report(outcome.failure);
    throw outcome.isAfterUnknown === true ? outcome.failure.afterUnknownOutcome() : outcome.failure;
  }
  report(null);
  return toResponse(outcome.answer, outcome.isAfterUnknown === true);
};

const outcomeOf = (status = 0): ProviderCallReport['outcome'] => {
  if (status < 400) return 'ok';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'unavailable' : 'refused';
};

const attemptUntilSettled = async (kit: Kit, run: Run, request: WireRequest): Promise<Settled> => {
  let last: Settled | null = null;
  let isAfterUnknown = false;
  for (;;) {
    const refusal = await mayAttempt(kit, run);
    // What happened on the wire says more than why it is not tried again.
    if (refusal !== null) return last ?? { failure: refusal };
    last = { ...(await attempt(kit, run, request)), isAfterUnknown };
    // The next one may be refused, or not get through: this one may have taken effect all the same.
    isAfterUnknown ||= canTakeEffect(request.method) && isUnknown(last);
    const pauseMs = pauseBeforeNext(kit, run, last);
    if (pauseMs === null) return last;
    await kit.clock.sleep(pauseMs);
  }
};

const isUnknown = (outcome: Outcome): boolean => ('answer' in outcome ? mayBeExecutedDespite(outcome.answer.status) : outcome.failure.outcomeUnknown);

const mayAttempt = async (kit: Kit, { call, circuit, deadline }: Run): Promise<ProviderError | null> => {
  const { provider, limits } = kit.options;
  const refused = (code: ProviderErrorCode, reason: string, waitMs: number): ProviderError =>
    new ProviderError(provider, code, { reason, retryAfterMs: waitMs });

  // Before slots are asked for: while a provider is down, nobody shall ask the shared limiter in vain.
  const outlook = kit.breaker.peek(circuit);
  if (outlook.status === 'open') return refused('unavailable', 'circuit_open', outlook.retryAfterMs);

  // The account first: one that is over its own limit must not use up slots that the others share.
  // Half of the time is for the call itself, which must not be cut off when it has just left.
  const nowMs = kit.clock.now().getTime();
  const slotDeadline = new Date(nowMs + (deadline.getTime() - nowMs) / 2);
  const slots = [{ key: `provider:${provider}`, limit: limits.provider }];
  if (call.accountId !== null) slots.unshift({ key: `account:${provider}:${call.accountId}`, limit: limits.account });
  for (const { key, limit } of slots) {
    const slot = await acquire(kit, { key, limit, deadline: slotDeadline });
    if (slot instanceof ProviderError) return slot;
    if (slot !== null) return refused('rate_limited', 'own_limit', slot);
  }
  // Again after the wait, for the circuit may have opened meanwhile; whoever enters makes an attempt.
  const verdict = kit.breaker.enter(circuit);
  return verdict.status === 'open' ? refused('unavailable', 'circuit_open', verdict.retryAfterMs) : null;
};

interface SlotWish {
  readonly key: string;
  readonly limit: ProviderLimits['provider'];
  readonly deadline: Date;
}

const acquire = ({ options }: Kit, { key, limit, deadline }: SlotWish): Promise<number | null | ProviderError> =>
  options.limiter
    .acquire(key, limit, deadline)
    .catch((cause: unknown) => new ProviderError(options.provider, 'unavailable', { reason: 'limiter_unavailable', cause }));

const attempt = async (kit: Kit, run: Run, request: WireRequest): Promise<Outcome> => {
  run.attempts += 1;
  try {
    const answer = await kit.options.transport.send({
      ...request,
      timeoutMs: run.deadline.getTime() - kit.clock.now().getTime(),
      prefixBytes: run.call.prefixBytes,
      responseBytesMax: run.call.responseBytesMax,
      silenceMs: run.call.silenceMs,
    });
    run.lastStatus = answer.status;
    if (answer.status >= 500) kit.breaker.failed(run.circuit);
    else kit.breaker.succeeded(run.circuit);
    return { answer };
  } catch (cause) {
    if (!(cause instanceof TransportError)) throw cause;
    run.lastStatus = undefined;
    // An answer that is too large or unreadable is an answer; a caller who gave up says nothing about the provider.
    if (cause.kind === 'network' || cause.kind === 'timeout') kit.breaker.failed(run.circuit);
    else if (cause.kind !== 'aborted') kit.breaker.succeeded(run.circuit);
    const code = codeOfTransport[cause.kind];
    return { failure: new ProviderError(kit.options.provider, code, { cause, reason: cause.kind, outcomeUnknown: cause.wasSent }) };
  }
};

const codeOfTransport = {
  network: 'unavailable',
  timeout: 'unavailable',
  aborted: 'unavailable',
  too_large: 'invalid_response',
  unreadable: 'invalid_response',
  refused: 'address_refused',
} as const satisfies Readonly<Record<TransportError['kind'], ProviderErrorCode>>;

/** Null when it is settled: an answer to keep, a call that must not be repeated, or no time left. */
const pauseBeforeNext = (kit: Kit, { call, attempts, deadline }: Run, outcome: Outcome): number | null => {
  const mayHelp = 'answer' in outcome ? isRetryableStatus(outcome.answer.status) : outcome.failure.retryable && outcome.failure.reason !== 'aborted';
  if (!mayHelp || !call.idempotent || attempts >= kit.retry.attemptsMax) return null;
  const now = kit.clock.now();
  const asked = 'answer' in outcome ? retryAfterMs(outcome.answer.headers.get('retry-after'), now) : undefined;
  const pauseMs = Math.max(asked ?? 0, backoffMs(attempts, kit.retry, kit.random));
  return now.getTime() + pauseMs < deadline.getTime() ? pauseMs : null;
};
