import { circuitBreaker } from './circuit-breaker.js';
import { createFakeClock } from './fake-clock.js';

const open = (failures: number) => {
  const clock = createFakeClock();
  const breaker = circuitBreaker({ failuresMax: 3, coolDownMs: 10_000 }, clock);
  for (let count = 0; count < failures; count += 1) breaker.failed('one');
  return { breaker, clock };
};

describe('the circuit breaker', () => {
  it('lets calls through until too many failed in a row', () => {
    expect(open(2).breaker.enter('one')).toEqual({ status: 'allowed' });
    expect(open(3).breaker.enter('one')).toEqual({ status: 'open', retryAfterMs: 10_000 });
  });

  it('forgets failures when one call succeeds', () => {
    const { breaker } = open(2);

    breaker.succeeded('one');
    breaker.failed('one');

    expect(breaker.enter('one')).toEqual({ status: 'allowed' });
  });

  it('keeps accounts apart', () => {
    expect(open(3).breaker.enter('another')).toEqual({ status: 'allowed' });
  });

  it('lets one call probe after the cool-down, and the others wait for it', () => {
    const { breaker, clock } = open(3);
    clock.advance(10_000);

    expect([breaker.enter('one').status, breaker.enter('one').status]).toEqual(['allowed', 'open']);
  });

  it('closes when the probe succeeds', () => {
    const { breaker, clock } = open(3);
    clock.advance(10_000);
    breaker.enter('one');

    breaker.succeeded('one');

    expect(breaker.enter('one')).toEqual({ status: 'allowed' });
  });

  it('opens again when the probe fails', () => {
    const { breaker, clock } = open(3);
    clock.advance(10_000);
    breaker.enter('one');

    breaker.failed('one');

    expect(breaker.enter('one')).toEqual({ status: 'open', retryAfterMs: 10_000 });
  });

  it('lets another call probe when the first is never heard of again', () => {
    const { breaker, clock } = open(3);
    clock.advance(10_000);
    breaker.enter('one');

    clock.advance(10_000);

    expect(breaker.enter('one')).toEqual({ status: 'allowed' });
  });
});
