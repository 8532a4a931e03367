import type { CalendarTime } from '../calendar-reading.js';
import { anEvent } from './calendar.contract.js';
import { instantOf, mirrorOf, type CalendarMirror } from './calendar-mirror.js';
import { aPlacedEvent, type CalendarReadingHarness, type PlacedEvent, type ReadingTraits } from './calendar-reading-harness.js';

const newYork = 'America/New_York';
const at = (dateTime: string, timeZone: string | null = newYork): CalendarTime => ({ dateTime, timeZone });

/** What is promised about single events, series and their exceptions. */
export const eventPromises = (traits: ReadingTraits, harness: () => CalendarReadingHarness): void => {
  const read = async (): Promise<CalendarMirror> => {
    const kept = mirrorOf(harness(), harness().calendarId);
    await kept.read();
    return kept;
  };

  it('tells of a single event when it is, in which zone, and that it blocks', async () => {
    await harness().put(aPlacedEvent({ title: 'Dentist', start: at('2027-03-01T10:00:00'), end: at('2027-03-01T11:30:00') }));

    const event = (await read()).event('Dentist');

    expect([instantOf(event.start), instantOf(event.end)]).toEqual(['2027-03-01T15:00:00.000Z', '2027-03-01T16:30:00.000Z']);
    expect(event).toMatchObject({ seriesId: null, originalStart: null, recurrence: [], status: 'confirmed', isFree: false, key: null });
  });

  it('tells of a whole day by its date, and of the day after as its end', async () => {
    await harness().put(aPlacedEvent({ title: 'Holiday', start: { date: '2027-03-28' }, end: { date: '2027-03-30' } }));

    expect((await read()).event('Holiday')).toMatchObject({ start: { date: '2027-03-28' }, end: { date: '2027-03-30' } });
  });

  it('tells whether its owner is free all the same, and when that changes', async () => {
    const id = await harness().put(aPlacedEvent({ title: 'Lunch', isFree: true }));
    const kept = await read();
    expect(kept.event('Lunch').isFree).toBe(true);

    await harness().change(id, aPlacedEvent({ title: 'Lunch' }));
    await kept.read();
    expect(kept.event('Lunch').isFree).toBe(false);
  });

  if (traits.knowsResponses) responsePromises(harness, read);
  if (traits.isWritable) ownEventPromises(harness, read);
  seriesPromises(traits, harness, read);
};

type Read = () => Promise<CalendarMirror>;

const responsePromises = (harness: () => CalendarReadingHarness, read: Read): void => {
  it.each(['accepted', 'tentative', 'declined', 'unanswered'] as const)('tells that an invitation is %s', async (response) => {
    await harness().put(aPlacedEvent({ title: 'Invitation', response }));

    expect((await read()).event('Invitation').response).toBe(response);
  });

  it('tells when the answer to an invitation changes', async () => {
    const id = await harness().put(aPlacedEvent({ title: 'Invitation', response: 'unanswered' }));
    const kept = await read();

    await harness().change(id, aPlacedEvent({ title: 'Invitation', response: 'declined' }));
    await kept.read();

    expect(kept.event('Invitation').response).toBe('declined');
  });
};

const ownEventPromises = (harness: () => CalendarReadingHarness, read: Read): void => {
  it('knows events again that we wrote', async () => {
    const { calendar, token, calendarId } = harness();
    const event = anEvent({ attendees: [] });
    await harness().put(aPlacedEvent({ title: 'Theirs' }));
    const created = await calendar?.createEvent(token, calendarId, event);
    const kept = await read();
    expect([kept.event('Consultation').key, kept.event('Theirs').key]).toEqual([event.key, null]);
    expect(kept.event('Consultation').id).toBe(created?.id);

    await calendar?.deleteEvent(token, calendarId, event.key);
    await kept.read();
    expect(kept.titles()).toEqual(['Theirs']);
  });
};

/** Four days at ten in New York; the clocks change there before the second one. */
const standup = (event: Partial<PlacedEvent> = {}): PlacedEvent =>
  aPlacedEvent({
    title: 'Standup',
    start: at('2027-03-13T10:00:00'),
    end: at('2027-03-13T10:30:00'),
    recurrence: ['RRULE:FREQ=DAILY;COUNT=4'],
    ...event,
  });
const [first, second, third, fourth] = ['2027-03-13T15:00', '2027-03-14T14:00', '2027-03-15T14:00', '2027-03-16T14:00'].map(
  (time) => `${time}:00.000Z`,
);

const seriesPromises = ({ series }: ReadingTraits, harness: () => CalendarReadingHarness, read: Read): void => {
  if (series === 'masters') masterPromises(harness, read);
  else occurrencePromises(harness, read);

  it('tells when a series is gone', async () => {
    const id = await harness().put(standup());
    await harness().moveOccurrence(id, at('2027-03-14T10:00:00'), lateSecond());
    await harness().put(aPlacedEvent({ title: 'Dentist' }));
    const kept = await read();

    await harness().remove(id);
    await kept.read();

    expect(kept.titles()).toEqual(['Dentist']);
  });
};

const lateSecond = (): PlacedEvent => {
  const { recurrence: _, ...once } = standup({ title: 'Standup, late', start: at('2027-03-14T15:00:00'), end: at('2027-03-14T15:30:00') });
  return once;
};

const masterPromises = (harness: () => CalendarReadingHarness, read: Read): void => {
  it('tells of a series as one event with its rule, on the clock of its zone', async () => {
    await harness().put(standup());

    const master = (await read()).event('Standup');

    expect(master).toMatchObject({ seriesId: null, originalStart: null, start: at('2027-03-13T10:00:00'), end: at('2027-03-13T10:30:00') });
    expect(master.recurrence).toEqual([expect.stringMatching(/^RRULE:(?=.*FREQ=DAILY)(?=.*COUNT=4)/)]);
  });

  it.each(['before the first reading', 'between two readings'])('tells of exceptions made %s', async (when) => {
    const id = await harness().put(standup());
    const kept = mirrorOf(harness(), harness().calendarId);
    if (when === 'between two readings') await kept.read();

    await harness().moveOccurrence(id, at('2027-03-14T10:00:00'), lateSecond());
    await harness().cancelOccurrence(id, at('2027-03-15T10:00:00'));
    await kept.read();

    const master = kept.event('Standup');
    const exceptions = kept.events().filter(({ seriesId }) => seriesId !== null);
    const moved = exceptions.find(({ status }) => status !== 'cancelled');
    expect(moved).toMatchObject({ title: 'Standup, late', seriesId: master.id, recurrence: [] });
    expect([moved?.originalStart, moved?.start].map((time) => time && instantOf(time))).toEqual([second, '2027-03-14T19:00:00.000Z']);
    // A deleted occurrence is a cancelled exception, or a date that the series itself leaves out.
    const cancelled = exceptions.filter(({ status }) => status === 'cancelled').map(({ originalStart }) => originalStart && instantOf(originalStart));
    expect([...cancelled, ...leftOut(master.recurrence)]).toEqual([third]);
    expect(new Set([master.id, ...exceptions.map((exception) => exception.id)]).size).toBe(1 + exceptions.length);
  });

  it('tells of a series of whole days with an exception', async () => {
    const days = { start: { date: '2027-03-13' }, end: { date: '2027-03-14' } };
    const id = await harness().put(standup({ title: 'On call', ...days }));
    const swapped = aPlacedEvent({ title: 'On call, swapped', start: { date: '2027-03-20' }, end: { date: '2027-03-21' } });
    await harness().moveOccurrence(id, { date: '2027-03-14' }, swapped);

    const kept = await read();

    expect(kept.event('On call')).toMatchObject(days);
    expect(kept.event('On call, swapped')).toMatchObject({ originalStart: { date: '2027-03-14' }, start: { date: '2027-03-20' } });
  });
};

/** What `EXDATE` lines leave out, as instants. */
const leftOut = (recurrence: readonly string[]): readonly string[] =>
  recurrence
    .filter((line) => line.startsWith('EXDATE'))
    .flatMap((line) => {
      const [parameters = '', values = ''] = line.split(/:(.*)/s);
      const timeZone = /TZID=([^;:]+)/.exec(parameters)?.[1] ?? 'UTC';
      return values
        .split(',')
        .map((value) => instantOf(at(value.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z?$/, '$1-$2-$3T$4:$5:$6'), timeZone)));
    });

const occurrencePromises = (harness: () => CalendarReadingHarness, read: Read): void => {
  const startsOf = (kept: CalendarMirror): readonly string[] =>
    kept
      .events()
      .filter(({ status }) => status !== 'cancelled')
      .map(({ start }) => instantOf(start))
      .toSorted();

  it('tells of every occurrence of a series, at the same time on the clock of its zone', async () => {
    await harness().put(standup());

    const kept = await read();

    expect(startsOf(kept)).toEqual([first, second, third, fourth]);
    expect(kept.events().filter(({ recurrence, seriesId }) => recurrence.length > 0 || seriesId !== null)).toEqual([]);
    expect(new Set(kept.events().map(({ id }) => id)).size).toBe(4);
  });

  it.each(['before the first reading', 'between two readings'])('tells of exceptions made %s', async (when) => {
    const id = await harness().put(standup());
    const kept = mirrorOf(harness(), harness().calendarId);
    if (when === 'between two readings') await kept.read();

    await harness().moveOccurrence(id, at('2027-03-14T10:00:00'), lateSecond());
    await harness().cancelOccurrence(id, at('2027-03-15T10:00:00'));
    await kept.read();

    expect(startsOf(kept)).toEqual([first, '2027-03-14T19:00:00.000Z', fourth]);
    expect(instantOf(kept.event('Standup, late').start)).toBe('2027-03-14T19:00:00.000Z');
  });
};
