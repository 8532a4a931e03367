import { aDraft, failureOf } from '@patchbay/capabilities/testing';
import { connectToCaldavFake } from './caldav.fake-harness.js';
import { createCaldavFake } from './caldav.fake.js';
import { caldav } from './caldav.provider.js';

describe('several writes to a CalDAV calendar', () => {
  let harness: Awaited<ReturnType<typeof connectToCaldavFake>>;
  beforeEach(async () => (harness = await connectToCaldavFake(caldav, { fake: createCaldavFake(), environment: () => ({}), wrong: {} })));
  afterEach(() => harness.stop());
  const puts = (): number => harness.running.requests.filter(({ method }) => method === 'PUT').length;
  const creations = Array.from({ length: 30 }, (_one, index) => ({ kind: 'create', key: `key-${index}`, draft: aDraft() }) as const);

  it('have ended when they are answered, also when one of them is refused', async () => {
    harness.running.faults.failNext({ status: 401, match: { method: 'PUT' } });

    const refusal = await failureOf(harness.events.writeEvents(harness.token, harness.calendarId, creations));

    const sent = puts();
    for (let look = 0; look < 5; look += 1) await harness.files();
    expect(refusal.code).toBe('unauthorized');
    // Those that were under way at the same moment.
    expect([sent <= 4, puts() - sent]).toEqual([true, 0]);
  });

  it('are all made once when they are made again with another password', async () => {
    harness.running.faults.failNext({ status: 401, match: { method: 'PUT' } });
    await failureOf(harness.events.writeEvents(harness.token, harness.calendarId, creations));

    const outcomes = await harness.events.writeEvents(harness.token, harness.calendarId, creations);

    expect(outcomes.map((outcome) => 'event' in outcome && outcome.event?.id)).toEqual(creations.map(({ key }) => key));
    expect((await harness.files()).size).toBe(30);
  });

  it('of one event are made in their order, its creation among them', async () => {
    const [create] = creations;
    if (create === undefined) throw new Error('expected a creation');

    const outcomes = await harness.events.writeEvents(harness.token, harness.calendarId, [
      create,
      { kind: 'update', id: create.key, change: { title: 'Changed' } },
      { kind: 'delete', id: create.key },
    ]);

    expect(outcomes).toEqual([
      { event: expect.objectContaining({ title: 'Consultation' }) },
      { event: expect.objectContaining({ title: 'Changed' }) },
      { event: null },
    ]);
    expect((await harness.files()).size).toBe(0);
  });
});
