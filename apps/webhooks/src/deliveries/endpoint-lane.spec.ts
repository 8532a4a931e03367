import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import type { LeasedDelivery } from './delivery.js';
import { SharedDeliveryRate } from './delivery-rate-shared.js';
import { EndpointLane, type Waiting } from './endpoint-lane.js';

const waiting = (number: number): Waiting => ({
  delivery: { id: String(number) } as LeasedDelivery,
  target: {} as DeliveryTarget,
});

/** A lane with a clock of its own, into which many deliveries were put at once. */
function crowded(many: number, answersMs: readonly number[] = [], hasWorked = true) {
  const clock = { nowMs: 0 };
  const lane = new EndpointLane({ nowMs: () => clock.nowMs });
  for (const durationMs of answersMs) {
    lane.enter();
    lane.leave({ durationMs, hasWorked });
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

  it('says how many more may be claimed: some to learn from, then what the endpoint takes, and none while it has enough', () => {
    const unknown = crowded(0).lane;
    const quick = crowded(0, answers(10)).lane;
    const slow = crowded(1_000, answers(10_000)).lane;
    slow.takeExcess();

    expect([unknown.room, quick.room, slow.room]).toEqual([128, 2_500, 0]);
  });

  it('is hungry once, when half of what it takes is gone and there was more than it took', () => {
    const { lane } = crowded(12, answers(10_000));
    const full = lane.isHungry();
    lane.starve();
    const stillFull = lane.isHungry();
    for (let place = 0; place < 4; place += 1) {
      lane.leave({ durationMs: 10_000, hasWorked: true });
      lane.next();
    }

    expect([full, stillFull, lane.isHungry(), lane.isHungry()]).toEqual([false, false, true, false]);
  });

  it('lets one at a time try an endpoint that failed many times in a row, and is as wide as before once it works', () => {
    const { lane, running } = crowded(
      50,
      Array.from({ length: 20 }, () => 10),
      false,
    );
    const excess = lane.takeExcess();

    lane.leave({ durationMs: 10, hasWorked: true });

    expect(running).toBe(1);
    expect(excess).toHaveLength(48);
    expect(lane.room).toBe(2_499);
  });

  it('is forgotten when nothing is left to do, unless it knows something bad, which is old after a while', () => {
    const good = crowded(0, answers(10)).lane;
    const { lane: bad, clock } = crowded(
      0,
      Array.from({ length: 20 }, () => 10),
      false,
    );
    const before = bad.isForgettable;

    clock.nowMs += 16 * 60_000;

    expect([good.isForgettable, before, bad.isForgettable]).toEqual([true, false, true]);
  });

  it.each([1, 10, 29, 600])('lets one wait for its turn where %i per minute are allowed, and asks for turns only then', (perMinute) => {
    const asked: number[] = [];
    const rate = new SharedDeliveryRate(() => asked.push(clock.nowMs));
    const clock = { nowMs: 0 };
    const lane = new EndpointLane({ rate, nowMs: () => clock.nowMs });
    lane.limit(perMinute);

    const whileNothingWaits = lane.next();
    const early = asked.length;
    const entered = lane.enter();
    lane.wait(waiting(1));
    const excess = lane.takeExcess();
    rate.grant({ count: 1, firstMs: 0, freeMs: 60_000 / perMinute }, 0);

    expect([whileNothingWaits, early, entered, excess]).toEqual([undefined, 0, false, []]);
    expect(asked).toHaveLength(1);
    expect(lane.next()).toEqual(waiting(1));
  });
});
