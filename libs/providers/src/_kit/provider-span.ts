import type { OutboundCall, ProviderError } from '@patchbay/capabilities';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

interface SpanSubject {
  readonly provider: string;
  readonly call: OutboundCall;
  readonly method: string;
}

/** What the span tells at its end. */
interface SpanOutcome {
  readonly status: number | undefined;
  readonly attempts: number;
  readonly failure?: ProviderError;
}

/**
 * Runs a call inside a client span; costs nothing while no SDK is registered.
 * Nothing of the trace is sent along: the provider has no use for our ids. https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export const inSpan = <Outcome extends SpanOutcome>({ provider, call, method }: SpanSubject, work: () => Promise<Outcome>): Promise<Outcome> => {
  const attributes = {
    'patchbay.provider': provider,
    'patchbay.operation': call.operation,
    'http.request.method': method,
    'url.template': call.path,
  };
  return trace
    .getTracer('@patchbay/providers')
    .startActiveSpan(`${provider} ${call.operation}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      try {
        const outcome = await work();
        if (outcome.status !== undefined) span.setAttribute('http.response.status_code', outcome.status);
        if (outcome.attempts > 1) span.setAttribute('http.request.resend_count', outcome.attempts - 1);
        if (outcome.failure !== undefined) span.setAttribute('error.type', outcome.failure.code);
        if (outcome.failure !== undefined || (outcome.status ?? 0) >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
        return outcome;
      } finally {
        span.end();
      }
    });
};
