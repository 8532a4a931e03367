import type { Logger } from 'pino';
import { Counter, Histogram } from 'prom-client';

/** What is told of one call to a provider: no ids in the path, no query, no body. */
export interface ProviderCall {
  readonly provider: string;
  readonly operation: string;
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly attempts: number;
  readonly outcome: string;
}

const callSeconds = new Histogram({
  name: 'patchbay_provider_call_seconds',
  help: 'Time a call to a provider took, retries included.',
  labelNames: ['provider', 'operation', 'outcome'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});
const attempts = new Counter({ name: 'patchbay_provider_attempts_total', help: 'HTTP requests sent to providers.', labelNames: ['provider'] });

/** Writes one log row and the metrics of each call. */
export const recordProviderCall =
  (log: Logger) =>
  (call: ProviderCall): void => {
    const { provider, operation, outcome } = call;
    callSeconds.observe({ provider, operation, outcome }, call.durationMs / 1000);
    attempts.inc({ provider }, call.attempts);
    log[outcome === 'ok' ? 'info' : 'warn']({ ...call }, 'called a provider');
  };
