import { createLogger } from '@patchbay/service-kit';
import type { EndpointDisabler } from '../endpoints/endpoint-disabler.js';
import type { AttemptCounter } from '../statistics/attempt-counter.js';
import type { WebhooksConfig } from '../webhooks.config.js';
import type { DeliveriesRepository, OutcomeBatch } from './deliveries.repository.js';
import type { Outcome } from './delivery.js';
import { OutcomeRecorder } from './outcome-recorder.js';

const outcome = (id: string, responseExcerpt: string | null = null): Outcome => ({
  delivery: {
    id,
    endpointId: 'e',
    endpointVersion: 1,
    eventId: 'v',
    attemptCount: 0,
    jobId: null,
    payload: '{}',
    traceparent: null,
    leaseToken: 't',
  },
  status: 'succeeded',
  delayMs: null,
  attempt: { startedAtMs: 0, durationMs: 1, statusCode: 200, error: null, retryAfterMs: null, responseExcerpt },
});

/** A recorder over a database that fails as told. */
function aRecorder(faultOf: (outcomes: readonly Outcome[]) => Error | undefined) {
  const written: string[] = [];
  const released: string[] = [];
  const record = ({ outcomes }: OutcomeBatch): Promise<readonly string[]> => {
    const fault = faultOf(outcomes);
    if (fault !== undefined) return Promise.reject(fault);
    written.push(...outcomes.map(({ delivery, attempt }) => `${delivery.id}:${attempt?.responseExcerpt ?? ''}`));
    return Promise.resolve([]);
  };
  const disabler = { disable: () => Promise.resolve() } as unknown as EndpointDisabler;
  const counter = { add: () => undefined } as unknown as AttemptCounter;
  const config = { WEBHOOKS_DISABLE_AFTER_HOURS: 120 } as WebhooksConfig;
  const repository = { record } as unknown as DeliveriesRepository;
  const recorder = new OutcomeRecorder(repository, disabler, counter, config, createLogger('webhooks', 'silent'));
  recorder.onRecorded = (outcomes) => released.push(...outcomes.map(({ delivery }) => delivery.id));
  return { recorder, written, released };
}

const refusal = (): Error => Object.assign(new Error('timestamp out of range'), { code: '22008' });

describe('the recorder', () => {
  it('sets one outcome aside that the database refuses, and writes all others', async () => {
    const { recorder, written, released } = aRecorder((outcomes) => (outcomes.some(({ delivery }) => delivery.id === 'bad') ? refusal() : undefined));

    for (const one of ['a', 'bad', 'b']) recorder.add(outcome(one, 'words'));
    await recorder.drain();
    recorder.add(outcome('c'));
    await recorder.drain();

    expect(written).toEqual(['a:words', 'b:words', 'c:']);
    expect(released.sort()).toEqual(['a', 'b', 'bad', 'c']);
    expect(recorder.isStuck).toBe(false);
  });

  it('writes what happened without the words of the receiver when those are what is refused', async () => {
    const { recorder, written } = aRecorder((outcomes) =>
      outcomes.some(({ attempt }) => attempt?.responseExcerpt === 'bad') ? refusal() : undefined,
    );

    for (const words of ['good', 'bad']) recorder.add(outcome(words, words));
    await recorder.drain();

    expect(written).toEqual(['good:good', 'bad:']);
  });

  it('keeps everything while the database is away', async () => {
    let failures = 2;
    const { recorder, written } = aRecorder(() => (failures-- > 0 ? Object.assign(new Error('away'), { code: 'ECONNREFUSED' }) : undefined));

    for (const one of ['a', 'b']) recorder.add(outcome(one, 'words'));
    await recorder.drain();

    expect(written).toEqual(['a:words', 'b:words']);
  });
});
