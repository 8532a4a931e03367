import { AppError } from '@patchbay/contracts';
import type { NatsConnection } from '@nats-io/transport-node';
import type { GatewayConfig } from '../gateway.config.js';
import { InboundLimits } from './inbound-limits.js';

type Callback = (error: null, message: { json(): unknown }) => void;

/** What one replica publishes, all hear: as on NATS, itself included. */
function aBus() {
  const listeners: Callback[] = [];
  const connect = (): NatsConnection =>
    ({
      subscribe: (_subject: string, options: { callback: Callback }) => listeners.push(options.callback),
      publish: (_subject: string, payload: string) => listeners.forEach((listener) => listener(null, { json: () => JSON.parse(payload) as unknown })),
      isClosed: () => false,
    }) as unknown as NatsConnection;
  return { connect };
}

function replicas(count: number, limit: number) {
  const bus = aBus();
  const time = { now: new Date('2026-01-01T12:00:00Z') };
  const config = { RATE_LIMIT_USER_PER_MINUTE: limit, RATE_LIMIT_API_KEY_PER_MINUTE: 99, RATE_LIMIT_ADDRESS_PER_MINUTE: 99 } as GatewayConfig;
  const made = Array.from({ length: count }, () => new InboundLimits(config, () => time.now, bus.connect()));
  const letIn = (replica: number, calls: number): number => {
    let passed = 0;
    for (let call = 0; call < calls; call += 1) {
      try {
        made[replica]?.count({ kind: 'user', id: 'u1' });
        passed += 1;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }
    return passed;
  };
  return { letIn, made, time };
}

describe('InboundLimits', () => {
  it('lets in what is allowed and refuses the rest', () => {
    const { letIn, made } = replicas(1, 10);

    expect(letIn(0, 25)).toBe(10);
    made[0]?.onApplicationShutdown();
  });

  it('can look without counting', () => {
    const { letIn, made } = replicas(1, 2);

    for (let look = 0; look < 5; look += 1) made[0]?.check({ kind: 'user', id: 'u1' });

    expect(letIn(0, 5)).toBe(2);
    expect(() => made[0]?.check({ kind: 'user', id: 'u1' })).toThrow(expect.objectContaining({ code: 'rate_limited' }));
    made[0]?.onApplicationShutdown();
  });

  it('says when the next call is welcome', () => {
    const { letIn, made } = replicas(1, 1);
    letIn(0, 1);

    expect(() => made[0]?.count({ kind: 'user', id: 'u1' })).toThrow(
      expect.objectContaining({ code: 'rate_limited', details: { retry_after_seconds: 60 } }),
    );
    made[0]?.onApplicationShutdown();
  });

  it('counts what other replicas let in', () => {
    const { letIn, made } = replicas(2, 10);

    letIn(0, 8);
    made[0]?.onApplicationShutdown();

    expect(letIn(1, 10)).toBe(2);
    made[1]?.onApplicationShutdown();
  });

  it('frees calls step by step as the minute passes', () => {
    const { letIn, made, time } = replicas(1, 10);
    letIn(0, 10);

    time.now = new Date(time.now.getTime() + 90_000);

    expect(letIn(0, 10)).toBe(5);
    made[0]?.onApplicationShutdown();
  });
});
