import type { EventDetails, EventDraft } from '../calendar-events.js';
import { instantOf } from './calendar-mirror.js';
import { aDraft, aSeries, at, type AskedCalendar } from './calendar-events-harness.js';
import { failureOf } from './situations.js';

const [first, second, third, fourth] = ['2027-03-13T15:00', '2027-03-14T14:00', '2027-03-15T14:00', '2027-03-16T14:00'].map(
  (time) => `${time}:00.000Z`,
);
const newYork = (dateTime: string) => at(dateTime, 'America/New_York');

/** What is promised about series and their occurrences. */
export const seriesPromises = (calendar: AskedCalendar): void => {
  const starts = async (): Promise<readonly string[]> => (await calendar.list()).map(({ start }) => instantOf(start));
  const series = async (draft: Partial<EventDraft> = {}): Promise<{ readonly id: string; readonly occurrences: readonly EventDetails[] }> => {
    const { id } = await calendar.create(aSeries(draft));
    return { id, occurrences: await calendar.list() };
  };

  it('lists the occurrences of a series at the same time on the clock of its zone', async () => {
    const { id, occurrences } = await series();

    expect(occurrences.map(({ start }) => instantOf(start))).toEqual([first, second, third, fourth]);
    expect(occurrences.map(({ seriesId, recurrence }) => [seriesId, recurrence])).toEqual(Array(4).fill([id, []]));
    expect(occurrences.map(({ originalStart }) => originalStart && instantOf(originalStart))).toEqual([first, second, third, fourth]);
    expect(new Set([id, ...occurrences.map((occurrence) => occurrence.id)]).size).toBe(5);
  });

  it('reads a series as one event with its rule', async () => {
    const { id } = await series();

    const read = await calendar.get(id);

    expect(read).toMatchObject({ title: 'Standup', seriesId: null, originalStart: null, start: newYork('2027-03-13T10:00:00') });
    expect(read.recurrence).toEqual([expect.stringMatching(/^RRULE:(?=.*FREQ=DAILY)(?=.*COUNT=4)/)]);
  });

  it('reads an occurrence as it is listed', async () => {
    const { occurrences } = await series();

    expect(await calendar.get(occurrences[1]?.id ?? '')).toEqual(occurrences[1]);
  });

  rulePromises(calendar, starts);
  occurrencePromises(calendar, { series, starts });

  it('deletes a series whole', async () => {
    const { id, occurrences } = await series();
    await calendar.update(occurrences[1]?.id ?? '', { title: 'Standup, special' });

    await calendar.remove(id);
    await calendar.remove(id);

    expect(await calendar.list()).toEqual([]);
    expect(await failureOf(calendar.get(occurrences[2]?.id ?? ''))).toMatchObject({ code: 'not_found' });
  });
};

type Starts = () => Promise<readonly string[]>;

const rulePromises = (calendar: AskedCalendar, starts: Starts): void => {
  it('makes a series of a single event, changes its rule, and makes a single event of it again', async () => {
    const { id } = await calendar.create(aSeries({ recurrence: [] }));
    expect(await starts()).toEqual([first]);

    await calendar.update(id, { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    expect(await starts()).toEqual([first, second, third]);

    await calendar.update(id, { recurrence: ['RRULE:FREQ=DAILY;INTERVAL=2;COUNT=2'] });
    expect(await starts()).toEqual([first, third]);

    await calendar.update(id, { recurrence: [] });
    expect(await starts()).toEqual([first]);
    expect(await calendar.get(id)).toMatchObject({ recurrence: [], seriesId: null });
  });

  it('moves a whole series', async () => {
    const { id } = await calendar.create(aSeries());

    await calendar.update(id, { start: newYork('2027-03-13T11:00:00'), end: newYork('2027-03-13T11:30:00') });

    expect(await starts()).toEqual(['2027-03-13T16:00:00.000Z', '2027-03-14T15:00:00.000Z', '2027-03-15T15:00:00.000Z', '2027-03-16T15:00:00.000Z']);
  });

  it('lists whole days of a series as days', async () => {
    await calendar.create(aDraft({ start: { date: '2027-03-27' }, end: { date: '2027-03-28' }, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] }));

    const days = (await calendar.list()).map(({ start, originalStart }) => [start, originalStart]);

    expect(days).toEqual(['2027-03-27', '2027-03-28', '2027-03-29'].map((date) => [{ date }, { date }]));
  });

  it('lists the occurrences of a series that began long before', async () => {
    const monthly = { recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'], start: newYork('2026-11-02T10:00:00'), end: newYork('2026-11-02T10:30:00') };
    await calendar.create(aSeries(monthly));

    expect((await starts()).map((start) => start.slice(0, 10))).toEqual(['2027-03-01', '2027-03-08', '2027-03-15', '2027-03-22', '2027-03-29']);
  });
};

interface Asked {
  readonly series: (draft?: Partial<EventDraft>) => Promise<{ readonly id: string; readonly occurrences: readonly EventDetails[] }>;
  readonly starts: Starts;
}

const occurrencePromises = (calendar: AskedCalendar, { series, starts }: Asked): void => {
  it('moves one occurrence, and keeps knowing which one it is', async () => {
    const { id, occurrences } = await series();
    const occurrence = occurrences[1]?.id ?? '';

    const moved = await calendar.update(occurrence, {
      title: 'Standup, late',
      start: newYork('2027-03-14T15:00:00'),
      end: newYork('2027-03-14T15:30:00'),
    });

    expect(moved).toMatchObject({ title: 'Standup, late', seriesId: id, recurrence: [] });
    expect(moved.originalStart && instantOf(moved.originalStart)).toBe(second);
    expect(await calendar.get(moved.id)).toEqual(moved);
    expect(await starts()).toEqual([first, '2027-03-14T19:00:00.000Z', third, fourth]);
    expect(await calendar.titles()).toEqual(['Standup', 'Standup, late', 'Standup', 'Standup']);
  });

  it('changes one occurrence twice', async () => {
    const { occurrences } = await series();
    const changed = await calendar.update(occurrences[2]?.id ?? '', { title: 'Once' });

    await calendar.update(changed.id, { location: 'Room 7' });

    expect((await calendar.list()).map(({ title, location }) => `${title}, ${location}`)).toEqual([
      'Standup, Room 5',
      'Standup, Room 5',
      'Once, Room 7',
      'Standup, Room 5',
    ]);
  });

  it('takes one occurrence out of its series; again is success', async () => {
    const { id, occurrences } = await series();
    const gone = occurrences[2]?.id ?? '';

    await calendar.remove(gone);
    await calendar.remove(gone);

    expect(await starts()).toEqual([first, second, fourth]);
    expect(await failureOf(calendar.get(gone))).toMatchObject({ code: 'not_found' });
    expect(await failureOf(calendar.update(gone, { title: 'Back' }))).toMatchObject({ code: 'not_found' });
    expect((await calendar.get(id)).title).toBe('Standup');
  });

  it('takes an occurrence out that was changed before', async () => {
    const { occurrences } = await series();
    const changed = await calendar.update(occurrences[1]?.id ?? '', { title: 'Once' });

    await calendar.remove(changed.id);

    expect(await starts()).toEqual([first, third, fourth]);
  });

  it('changes all occurrences of a series that are none of their own', async () => {
    const { id, occurrences } = await series();
    await calendar.update(occurrences[1]?.id ?? '', { title: 'Once' });
    await calendar.remove(occurrences[2]?.id ?? '');

    await calendar.update(id, { title: 'Daily' });

    expect(await calendar.titles()).toEqual(['Daily', 'Once', 'Daily']);
  });
};
