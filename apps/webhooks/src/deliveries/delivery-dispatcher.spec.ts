import { jest } from '@jest/globals';
import { createLogger } from '@patchbay/service-kit';
import type { DeliveryTarget } from '../endpoints/delivery-target.js';
import type { EndpointTargets } from '../endpoints/endpoint-targets.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import type { AttemptResult, LeasedDelivery, Outcome } from './delivery.js';
import { DeliveryRateLeases } from './delivery-rate-leases.js';
import { DeliveryDispatcher } from './delivery-dispatcher.js';
import type { OutcomeRecorder } from './outcome-recorder.js';
import type { WebhookSender } from './webhook-sender.js';

const delivery = (number: number): LeasedDelivery => ({
  id: `delivery-${number}`,
  endpointId: 'endpoint',
  endpointVersion: 1,
  eventId: `event-${number}`,
  attemptCount: 0,
  jobId: null,
  payload: '{}',
  traceparent: null,
  leaseToken: 'token',
});
const deliveries = (many: number): readonly LeasedDelivery[] => Array.from({ length: many }, (_none, index) => delivery(index));

/** A dispatcher whose receivers answer only when told, and whose database only remembers. */
function aDispatcher({ load, target }: { readonly load?: () => Promise<void>; readonly target?: Partial<DeliveryTarget> }) {
  const outcomes: Outcome[] = [];
  const answers: ((result: AttemptResult) => void)[] = [];
  const targets = { known: () => target, load: load ?? (() => Promise.resolve()) } as unknown as EndpointTargets;
  const sender = { send: (_target: unknown, _message: unknown, done: (result: AttemptResult) => void) => answers.push(done) };
  const recorder = { add: (outcome: Outcome) => outcomes.push(outcome), drain: () => Promise.resolve(), isStuck: false };
  const config = { WEBHOOKS_RETRY_SCHEDULE_SECONDS: [5] } as unknown as WebhooksConfig;
  const rates = new DeliveryRateLeases({ lease: () => Promise.resolve([]) }, () => undefined);
  const log = createLogger('webhooks', 'silent');
  const dispatcher = new DeliveryDispatcher(targets, sender as unknown as WebhookSender, recorder as unknown as OutcomeRecorder, rates, config, log);
  return { dispatcher, outcomes, answers };
}

const roomOf = (dispatcher: DeliveryDispatcher): Promise<number> =>
  new Promise((resolve) => {
    dispatcher.onRoom = () => resolve(dispatcher.room);
  });

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('the dispatcher', () => {
  it.each([
    ['the endpoints cannot be read', () => Promise.reject(new Error('away'))],
    ['the endpoints are gone', () => Promise.resolve()],
  ])('says that there is room again when %s', async (_when, load) => {
    const { dispatcher } = aDispatcher({ load });
    const empty = dispatcher.room;

    dispatcher.takeClaimed(deliveries(900), new Map());

    expect(dispatcher.room).toBe(empty - 900);
    expect(await roomOf(dispatcher)).toBe(empty);
  });

  it('puts deliveries off for minutes, and uses no attempt, when their endpoint cannot be opened', () => {
    const { dispatcher, outcomes } = aDispatcher({ target: { readiness: 'sealed' } });

    dispatcher.take([delivery(1)]);

    expect(outcomes).toMatchObject([{ status: 'pending', attempt: null }]);
    expect(outcomes[0]?.delayMs).toBeGreaterThan(3 * 60_000);
  });

  it('ends deliveries to an endpoint that was switched off', () => {
    const { dispatcher, outcomes } = aDispatcher({ target: { readiness: 'off' } });

    dispatcher.take([delivery(1)]);

    expect(outcomes).toMatchObject([{ status: 'failed', attempt: null }]);
  });

  it('gives back what waits for an endpoint that says nothing', async () => {
    const { dispatcher, outcomes } = aDispatcher({ target: { readiness: 'ready', ratePerMinute: null } });

    dispatcher.take(deliveries(900));
    expect(outcomes).toEqual([]);
    await jest.advanceTimersByTimeAsync(3_000);

    expect(outcomes).toHaveLength(900 - 16 - 8);
    expect(outcomes.every(({ status, delayMs }) => status === 'pending' && (delayMs ?? 0) > 500)).toBe(true);
  });

  it('ends within 8 seconds although a receiver never answers, and leaves what comes later to the lease', async () => {
    const { dispatcher, outcomes, answers } = aDispatcher({ target: { readiness: 'ready', ratePerMinute: null } });
    dispatcher.take([delivery(1)]);
    let isStopped = false;

    void dispatcher.stop().then(() => (isStopped = true));
    await jest.advanceTimersByTimeAsync(8_000);
    answers[0]?.({ startedAtMs: 0, durationMs: 15_000, statusCode: null, error: 'timeout', retryAfterMs: null, responseExcerpt: null });

    expect(isStopped).toBe(true);
    expect(outcomes).toEqual([]);
  });
});
