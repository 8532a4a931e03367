import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import { context, trace, TraceFlags, type Span, type SpanContext } from '@opentelemetry/api';

/** The work at hand: which trace it is part of, and whatever else every log row about it should carry. */
interface Work {
  readonly traceparent: string;
  readonly requestId: string | undefined;
}

const current = new AsyncLocalStorage<Work>();

/** `00-<trace id>-<parent id>-<flags>`, W3C Trace Context section 3.2. Other versions are read as this one, as the specification asks. */
const shape = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A new trace, for work that nobody outside began. */
export const newTraceparent = (): string => {
  if (poolOffset + 24 > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const ids = pool.toString('hex', poolOffset, (poolOffset += 24));
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`;
};

/** Asking the system for a few random bytes costs as much as for a few thousand, and every call begins a trace. */
const pool = Buffer.allocUnsafe(24 * 128);
let poolOffset = pool.length;

/** What a caller sent as `traceparent` if it is well formed, otherwise a new one: a broken header must not break the call. */
export const acceptTraceparent = (header: string | undefined): string =>
  header !== undefined && shape.test(header) && !header.includes('-00000000000000000000000000000000-') ? header : newTraceparent();

/** The `traceparent` of the work at hand. */
export const currentTraceparent = (): string | undefined => current.getStore()?.traceparent;

/** The trace id that log rows, the activity log and span exporters share. */
export const currentTraceId = (): string | undefined => traceIdOf(current.getStore()?.traceparent);

/** The id a caller can quote when something went wrong. */
export const currentRequestId = (): string | undefined => current.getStore()?.requestId;

/** The trace id inside a `traceparent`. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => traceparent?.slice(3, 35);

/** Runs `work` as part of a trace: everything it logs, asks, stores and announces carries the same trace id. */
export function inTrace<Result>(traceparent: string, work: () => Result, requestId?: string): Result {
  return current.run({ traceparent, requestId }, work);
}

const tracer = trace.getTracer('patchbay');

/**
 * Runs `work` as a span below the current one. Without an exporter the span costs nothing and the trace id travels on all the same.
 * The span is marked failed, and the failure passed on, when `work` rejects.
 */
export async function inSpan<Result>(
  name: string,
  attributes: Readonly<Record<string, string>>,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const parent = spanContextOf(current.getStore()?.traceparent);
  const within = parent === undefined ? context.active() : trace.setSpanContext(context.active(), parent);
  const span = tracer.startSpan(name, { attributes }, within);
  const own = span.spanContext();
  const traceparent = span.isRecording() ? `00-${own.traceId}-${own.spanId}-01` : (current.getStore()?.traceparent ?? newTraceparent());
  try {
    const run = (): Promise<Result> => current.run({ traceparent, requestId: current.getStore()?.requestId }, () => work(span));
    // Libraries that make spans of their own look for their parent here.
    return await (span.isRecording() ? context.with(trace.setSpan(within, span), run) : run());
  } catch (error) {
    span.setStatus({ code: 2, message: error instanceof Error ? error.name : 'failed' });
    throw error;
  } finally {
    span.end();
  }
}

const spanContextOf = (traceparent: string | undefined): SpanContext | undefined => {
  const [, traceId, spanId, flags] = shape.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: flags === '00' ? TraceFlags.NONE : TraceFlags.SAMPLED, isRemote: true };
};
