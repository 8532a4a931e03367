import { randomUUID } from 'node:crypto';
import type { EventWrite, EventWriteOutcome } from '../calendar-events.js';
import { aDraft, aSeries, type AskedCalendar, type CalendarEventsHarness } from './calendar-events-harness.js';
import { always, failureOf } from './situations.js';

/** What is promised about several writes at once. */
export const severalPromises = (calendar: AskedCalendar, harness: () => CalendarEventsHarness): void => {
  const write = (writes: readonly EventWrite[]): Promise<readonly EventWriteOutcome[]> => {
    const { events, token, calendarId } = harness();
    return events.writeEvents(token, calendarId, writes);
  };
  const creation = (title: string, key: string = randomUUID()): EventWrite => ({ kind: 'create', key, draft: aDraft({ title }) });

  it('makes several writes and tells what became of each, in their order', async () => {
    const changed = await calendar.create(aDraft({ title: 'Before' }));
    const deleted = await calendar.create(aDraft({ title: 'Deleted' }));
    const gone = await calendar.create(aDraft({ title: 'Gone' }));
    await calendar.remove(gone.id);

    const outcomes = await write([
      creation('Created'),
      { kind: 'update', id: gone.id, change: { title: 'Back' } },
      { kind: 'update', id: changed.id, change: { title: 'After' } },
      { kind: 'delete', id: deleted.id },
      { kind: 'delete', id: gone.id },
    ]);

    expect(outcomes).toEqual([
      { event: expect.objectContaining({ title: 'Created', description: 'Bring the papers.' }) },
      { error: expect.objectContaining({ code: 'not_found' }) },
      { event: expect.objectContaining({ id: changed.id, title: 'After' }) },
      { event: null },
      { event: null },
    ]);
    expect((await calendar.titles()).toSorted()).toEqual(['After', 'Created']);
  });

  it('makes writes to one event in their order', async () => {
    const { id } = await calendar.create(aDraft());

    const titles = ['One', 'Two', 'Three'];
    await write(titles.map((title) => ({ kind: 'update', id, change: { title } })));

    expect(await calendar.titles()).toEqual(['Three']);
  });

  it('changes two occurrences of one series at once', async () => {
    await calendar.create(aSeries());
    const [, second, third] = await calendar.list();

    const outcomes = await write([
      { kind: 'update', id: second?.id ?? '', change: { title: 'Once' } },
      { kind: 'delete', id: third?.id ?? '' },
    ]);

    expect(outcomes).toEqual([{ event: expect.objectContaining({ title: 'Once' }) }, { event: null }]);
    expect(await calendar.titles()).toEqual(['Standup', 'Once', 'Standup']);
  });

  it('makes one event of one key, also together with others and when answers are lost', async () => {
    const key = randomUUID();
    const writes = [creation('Mine', key), creation('Other')];
    harness().situations.dropAfterExecuting(2);
    await write(writes);

    const [again] = await write([creation('Mine', key)]);

    expect(again).toEqual({ event: expect.objectContaining({ title: 'Mine' }) });
    expect((await calendar.titles()).toSorted()).toEqual(['Mine', 'Other']);
  });

  it('makes many writes', async () => {
    const outcomes = await write(Array.from({ length: 25 }, (_one, index) => creation(`Event ${index}`)));

    expect(outcomes.map((outcome) => ('event' in outcome ? outcome.event?.title : outcome.error.code))).toEqual(
      Array.from({ length: 25 }, (_one, index) => `Event ${index}`),
    );
  });

  it('needs nothing for no writes', async () => {
    expect(await write([])).toEqual([]);
  });

  it('throws that the token is refused, so that it can be renewed', async () => {
    harness().situations.revokeGrant();

    expect(await failureOf(write([creation('One'), creation('Two')]))).toMatchObject({ code: 'unauthorized' });
  });

  it('tells for each write that the provider is not to be had', async () => {
    harness().situations.failNext({ status: 503, count: always });

    const outcomes = await write([creation('One'), creation('Two')]);

    expect(outcomes).toEqual(Array(2).fill({ error: expect.objectContaining({ code: 'unavailable', retryable: true }) }));
  });
};
