import { Inject, Injectable } from '@nestjs/common';
import { LOG, SERVICE_CONFIG, type Logger } from '@patchbay/service-kit';
import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import { EndpointTargets } from '../endpoints/endpoint-targets.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import type { AttemptResult, LeasedDelivery } from './delivery.js';
import { DeliveryRateLeases } from './delivery-rate-leases.js';
import { EndpointLane, roomOfUnknown, type Waiting } from './endpoint-lane.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import { retryDelayMs } from './retry-schedule.js';
import { WebhookSender } from './webhook-sender.js';

/** A delivery in hand and since when its lease runs. */
interface Held {
  readonly delivery: LeasedDelivery;
  readonly isClaimed: boolean;
  leasedAtMs: number;
}

/** In hand at most of what was claimed, counted without what endpoints hold up that say nothing. */
const heldMax = 1_600;
/** Past this, fresh deliveries wait in the database like all others. */
const heldMaxFresh = 4_000;
/** In hand at most, whatever it waits for: what memory allows. */
const heldMaxAll = 16_000;
const heldBytesMax = 96 * 1_024 * 1_024;

/** How long deliveries to an endpoint rest whose secret cannot be opened. Milliseconds. */
const sealedRestMs = 5 * 60_000;

/** How often lanes are looked at that nobody answers. Milliseconds. */
const lookEveryMs = 250;

/** What an end may take at most: answers first, then writing down. Whoever ends us kills after 10 s; what is unfinished then is left to its lease. */
const answersMsMax = 5_500;
const outcomesMsMax = 1_500;

/**
 * Sends what is leased to this process. Every endpoint has a lane of its own, wide while it answers quickly and narrow when it does not, so that
 * a slow or dead endpoint delays nobody else.
 */
@Injectable()
export class DeliveryDispatcher {
  readonly #held = new Map<string, Held>();
  readonly #lanes = new Map<string, EndpointLane>();
  readonly #looker: NodeJS.Timeout;
  #heldBytes = 0;
  /** Of what is in hand, claimed from the database. */
  #claimed = 0;
  /** Of what is in hand, held up by endpoints that say nothing, at the last look. */
  #heldUp = 0;
  #isStopped = false;
  /** True when patience is at its end: what is unfinished belongs to its lease. */
  #isLeft = false;
  /** Told when there is room again. */
  onRoom: () => void = () => undefined;
  /** Told when an endpoint could take more of what waits for it in the database. */
  onHunger: () => void = () => undefined;

  constructor(
    @Inject(EndpointTargets) private readonly targets: EndpointTargets,
    @Inject(WebhookSender) private readonly sender: WebhookSender,
    @Inject(OutcomeRecorder) private readonly recorder: OutcomeRecorder,
    @Inject(DeliveryRateLeases) private readonly rates: DeliveryRateLeases,
    @Inject(SERVICE_CONFIG) private readonly config: WebhooksConfig,
    @Inject(LOG) private readonly log: Logger,
  ) {
    recorder.onRecorded = (outcomes) => {
      this.#release(outcomes.map(({ delivery }) => delivery));
    };
    rates.onPermits = (endpointId) => {
      const lane = this.#lanes.get(endpointId);
      if (lane !== undefined && !this.#isStopped) this.#next(endpointId, lane);
    };
    // An endpoint that says nothing tells nobody to look: what waits for it must not stay in hand all the same.
    this.#looker = setInterval(() => this.#look(), lookEveryMs);
    this.#looker.unref();
  }

  /** How many deliveries may be claimed now, whatever comes fresh: retries are due as well. */
  get room(): number {
    return this.#isStopped || this.#isFull ? 0 : Math.max(0, heldMax - Math.max(0, this.#claimed - this.#heldUp));
  }

  /** True when deliveries that are only being made may be leased to this process at birth. */
  get takesFresh(): boolean {
    return !this.#isStopped && !this.#isFull && this.#held.size - this.#heldUp < heldMaxFresh && !this.recorder.isStuck;
  }

  /** How many more each endpoint takes that is busy here; others take {@link roomOfUnknown}. */
  rooms(): ReadonlyMap<string, number> {
    return new Map([...this.#lanes].map(([endpointId, lane]) => [endpointId, lane.room]));
  }

  /** Takes what was claimed for `rooms`: an endpoint whose room was filled may have more waiting. */
  takeClaimed(deliveries: readonly LeasedDelivery[], rooms: ReadonlyMap<string, number>): void {
    const counts = new Map<string, number>();
    for (const { endpointId } of deliveries) counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1);
    for (const [endpointId, count] of counts) if (count >= (rooms.get(endpointId) ?? roomOfUnknown)) this.#laneOf(endpointId).starve();
    for (const [endpointId, room] of rooms) if (room === 0) this.#lanes.get(endpointId)?.starve();
    this.#take(deliveries, true);
  }

  /** Sends deliveries that were only just made and are leased to this process, each as soon as its endpoint's lane has room. */
  take(deliveries: readonly LeasedDelivery[]): void {
    this.#take(deliveries, false);
  }

  #take(deliveries: readonly LeasedDelivery[], isClaimed: boolean): void {
    const fresh = deliveries.filter((delivery) => this.#hold(delivery, isClaimed));
    const unknown = fresh.filter((delivery) => !this.#admit(delivery));
    if (unknown.length > 0) void this.#loadAndAdmit(unknown);
  }

  /** Deliveries whose lease is older than `ageMs`: they need a new one. */
  heldLongerThan(ageMs: number): readonly LeasedDelivery[] {
    const before = Date.now() - ageMs;
    return [...this.#held.values()].filter((held) => held.leasedAtMs < before).map((held) => held.delivery);
  }

  /** Takes note that leases were prolonged at that time. */
  renewed(deliveries: readonly LeasedDelivery[], atMs: number): void {
    for (const { id } of deliveries) {
      const held = this.#held.get(id);
      if (held !== undefined) held.leasedAtMs = Math.max(held.leasedAtMs, atMs);
    }
  }

  /** Gives back what was not begun and waits for what was. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const lane of this.#lanes.values()) for (const { delivery } of lane.takeWaiting()) this.#giveBack(delivery, 0);
    clearInterval(this.#looker);
    this.rates.stop();
    const deadline = Date.now() + answersMsMax;
    while ([...this.#lanes.values()].some((lane) => lane.isBusy) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#isLeft = true;
    await Promise.race([this.recorder.drain(), new Promise((resolve) => setTimeout(resolve, outcomesMsMax).unref())]);
  }

  get #isFull(): boolean {
    return this.#held.size >= heldMaxAll || this.#heldBytes >= heldBytesMax;
  }

  #release(deliveries: readonly LeasedDelivery[]): void {
    for (const delivery of deliveries) {
      const held = this.#held.get(delivery.id);
      if (held?.delivery !== delivery) continue;
      this.#held.delete(delivery.id);
      if (held.isClaimed) this.#claimed -= 1;
      this.#heldBytes -= delivery.payload.length;
    }
    this.onRoom();
  }

  /** @returns false when it is in hand already: the lease ran out while the database was away, and its outcome must carry the newer token. */
  #hold(delivery: LeasedDelivery, isClaimed: boolean): boolean {
    const held = this.#held.get(delivery.id);
    if (held === undefined) {
      this.#held.set(delivery.id, { delivery, isClaimed, leasedAtMs: Date.now() });
      if (isClaimed) this.#claimed += 1;
      this.#heldBytes += delivery.payload.length;
      return true;
    }
    held.delivery.leaseToken = delivery.leaseToken;
    held.leasedAtMs = Date.now();
    return false;
  }

  /** @returns false when the endpoint must be read first. */
  #admit(delivery: LeasedDelivery): boolean {
    const target = this.targets.known(delivery.endpointId, delivery.endpointVersion);
    if (target === undefined) return false;
    if (target.readiness === 'off') this.recorder.add({ delivery, status: 'failed', delayMs: null, attempt: null });
    else if (target.readiness === 'sealed') this.#giveBack(delivery, sealedRestMs * (0.75 + Math.random() / 2));
    else this.#queue({ delivery, target });
    return true;
  }

  async #loadAndAdmit(deliveries: readonly LeasedDelivery[]): Promise<void> {
    try {
      await this.targets.load([...new Set(deliveries.map((delivery) => delivery.endpointId))]);
    } catch (error) {
      this.log.warn({ err: error }, 'endpoints could not be read; their deliveries wait');
      return this.#release(deliveries);
    }
    this.#release(deliveries.filter((delivery) => !this.#admit(delivery)));
  }

  #queue(waiting: Waiting): void {
    const lane = this.#laneOf(waiting.delivery.endpointId);
    lane.limit(waiting.target.ratePerMinute);
    if (this.#isStopped) return this.#giveBack(waiting.delivery, 0);
    if (lane.enter()) return this.#send(lane, waiting);
    lane.wait(waiting);
    this.#giveBackExcess(lane);
  }

  #send(lane: EndpointLane, { delivery, target }: Waiting): void {
    const message = { id: delivery.eventId, body: delivery.payload, traceparent: delivery.traceparent };
    this.sender.send(target, message, (result) => {
      if (this.#isLeft) return;
      this.recorder.add({ delivery, ...this.#judge(target, delivery, result), attempt: result });
      lane.leave({ durationMs: result.durationMs, hasWorked: result.error === null });
      this.#next(delivery.endpointId, lane);
    });
  }

  #next(endpointId: string, lane: EndpointLane): void {
    for (let waiting = lane.next(); waiting !== undefined; waiting = lane.next()) this.#send(lane, waiting);
    this.#giveBackExcess(lane);
    if (lane.isHungry()) this.onHunger();
    if (lane.isForgettable) this.#lanes.delete(endpointId);
  }

  #look(): void {
    let heldUp = 0;
    for (const [endpointId, lane] of this.#lanes) {
      // Where a rate is kept, time alone makes room.
      if (lane.isLimited && !this.#isStopped) this.#next(endpointId, lane);
      else this.#giveBackExcess(lane);
      if (this.#isFull) for (const { delivery } of lane.takeUnhurried()) this.#giveBack(delivery, lane.holdMs(Math.random()));
      if (lane.isIdle) heldUp += lane.load;
      if (lane.isForgettable) this.#lanes.delete(endpointId);
    }
    this.#heldUp = heldUp;
    this.onRoom();
  }

  #giveBackExcess(lane: EndpointLane): void {
    for (const { delivery } of lane.takeExcess()) this.#giveBack(delivery, lane.holdMs(Math.random()));
  }

  #giveBack(delivery: LeasedDelivery, delayMs: number): void {
    this.recorder.add({ delivery, status: 'pending', delayMs, attempt: null });
  }

  #judge(
    target: DeliveryTarget,
    delivery: LeasedDelivery,
    result: AttemptResult,
  ): { status: 'pending' | 'succeeded' | 'failed'; delayMs: number | null } {
    if (result.error === null) return { status: 'succeeded', delayMs: null };
    if (result.statusCode === 410) return { status: 'failed', delayMs: null };
    const failure = { attempt: delivery.attemptCount + 1, retryAfterMs: result.retryAfterMs, random: Math.random() };
    const delayMs = retryDelayMs(this.config.WEBHOOKS_RETRY_SCHEDULE_SECONDS, target.policy, failure);
    return { status: delayMs === null ? 'failed' : 'pending', delayMs };
  }

  #laneOf(endpointId: string): EndpointLane {
    const known = this.#lanes.get(endpointId);
    if (known !== undefined) return known;
    const lane = new EndpointLane({ rate: this.rates.of(endpointId) });
    this.#lanes.set(endpointId, lane);
    return lane;
  }
}
