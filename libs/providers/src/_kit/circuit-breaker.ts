import { systemClock, type Clock } from './clock.js';

/** When a circuit opens and for how long. */
export interface BreakerPolicy {
  /** So many failures in a row open it. */
  readonly failuresMax: number;
  /** So long nothing is tried; then one call may probe. */
  readonly coolDownMs: number;
}

/** What the breaker says before an attempt. */
export type BreakerVerdict = { readonly status: 'allowed' } | { readonly status: 'open'; readonly retryAfterMs: number };

/** Stops calls that would fail anyway, one circuit per key. */
export interface CircuitBreaker {
  /** What {@link CircuitBreaker.enter} would say, without claiming the probe. */
  peek(key: string): BreakerVerdict;
  enter(key: string): BreakerVerdict;
  /** The provider answered, be it with a refusal: a 4xx is an answer. */
  succeeded(key: string): void;
  failed(key: string): void;
}

interface Circuit {
  readonly failures: number;
  /** Null while closed. */
  readonly probeAtMs: number | null;
}

// A healthy key has no circuit at all; only a flood of different failing accounts reaches this number, and then the oldest are forgotten.
const circuitsMax = 10_000;

/** Circuits in this process: each replica learns by itself, in a few calls. */
export const circuitBreaker = ({ failuresMax, coolDownMs }: BreakerPolicy, clock: Clock = systemClock): CircuitBreaker => {
  const circuits = new Map<string, Circuit>();

  const store = (key: string, circuit: Circuit): void => {
    circuits.delete(key);
    circuits.set(key, circuit);
    if (circuits.size <= circuitsMax) return;
    const oldest = circuits.keys().next();
    if (oldest.done !== true) circuits.delete(oldest.value);
  };

  const peek = (key: string): BreakerVerdict => {
    const probeAtMs = circuits.get(key)?.probeAtMs ?? 0;
    const waitMs = probeAtMs - clock.now().getTime();
    return waitMs > 0 ? { status: 'open', retryAfterMs: waitMs } : { status: 'allowed' };
  };

  return {
    peek,
    enter: (key) => {
      const verdict = peek(key);
      const circuit = circuits.get(key);
      // Whoever comes first is the probe. The others stay out for one more cool-down, also when the probe is never heard of again.
      if (verdict.status === 'allowed' && circuit !== undefined && circuit.probeAtMs !== null) {
        store(key, { ...circuit, probeAtMs: clock.now().getTime() + coolDownMs });
      }
      return verdict;
    },
    succeeded: (key) => {
      circuits.delete(key);
    },
    failed: (key) => {
      const failures = (circuits.get(key)?.failures ?? 0) + 1;
      store(key, { failures, probeAtMs: failures >= failuresMax ? clock.now().getTime() + coolDownMs : null });
    },
  };
};
