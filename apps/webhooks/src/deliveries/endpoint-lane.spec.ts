import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import type { LeasedDelivery } from './delivery.js';
import { EndpointLane, type Waiting } from './endpoint-lane.js';

const waiting = (number: number): Waiting => ({
  delivery: { id: String(number) } as LeasedDelivery,
  target: {} as DeliveryTarget,
});

/** A lane with a clock of its own, into which many deliveries were put at once. */
function crowded(many: number, answersMs: readonly number[] = []) {
  const clock = { nowMs: 0 };
  const lane = new EndpointLane(() => clock.nowMs);
  for (const durationMs of answersMs) {
    lane.enter();
    lane.leave(durationMs);
  }
  const all = Array.from({ length: many }, (_none, index) => waiting(index));
  let running = 0;
  for (const one of all) {
    if (lane.enter()) running += 1;
    else lane.wait(one);
  }
  return { lane, clock, running };
}

const answers = (durationMs: number): readonly number[] => Array.from({ length: 10 }, () => durationMs);

describe('a lane', () => {
  it('keeps what a quick endpoint takes within two seconds', () => {
    const { lane } = crowded(2_000, answers(10));

    expect(lane.takeExcess()).toEqual([]);
  });

  it('gives back what an endpoint of 1.9 s will not take soon, the newest', () => {
    const { lane, running } = crowded(4_000, answers(1_900));

    const excess = lane.takeExcess();

    expect(running).toBe(64);
    expect(excess.length).toBeGreaterThan(3_850);
    expect(excess.at(-1)).toEqual(waiting(3_999));
    expect(lane.takeExcess()).toEqual([]);
  });

  it('never holds so much for one endpoint that others find no room, however quick it is', () => {
    const { lane, running } = crowded(4_000, answers(0));

    expect(4_000 - lane.takeExcess().length - running).toBeLessThanOrEqual(2_500);
  });

  it('takes silence for slowness before any answer came', () => {
    const { lane, clock } = crowded(900);
    expect(lane.takeExcess()).toEqual([]);

    clock.nowMs += 3_000;

    expect(lane.takeExcess()).toHaveLength(900 - 16 - 8);
  });

  it('keeps enough for the next places of a slow endpoint, and offers the rest again when it may be ready', () => {
    const { lane } = crowded(100, answers(10_000));
    lane.takeExcess();

    const kept = lane.takeWaiting();

    expect(kept).toHaveLength(8);
    expect(lane.holdMs(0.5)).toBeGreaterThanOrEqual(10_000);
    expect(lane.holdMs(0.5)).toBeLessThanOrEqual(60_000);
  });

  it('is wide again when its endpoint answers quickly again', () => {
    const { running } = crowded(100, [...answers(10_000), ...answers(5), ...answers(5)]);

    expect(running).toBe(64);
  });
});
