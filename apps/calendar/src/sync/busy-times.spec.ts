import { anEvent } from '../testing/calendars.fake.js';
import { busyTimesOf } from './busy-times.js';

const window = { from: new Date('2026-12-01T00:00:00Z'), to: new Date('2026-12-31T00:00:00Z') };
const timesOf = (...events: Parameters<typeof busyTimesOf>[0]) => busyTimesOf(events, window, { zone: 'America/New_York', tentative_policy: 'busy' });

describe('the busy times of a series', () => {
  it('are those of its occurrences inside the window', () => {
    const { busy, fault } = timesOf(anEvent('s', { recurrence: ['RRULE:FREQ=WEEKLY'] }));

    expect(busy.map(({ start }) => start.toISOString().slice(0, 10))).toEqual(['2026-12-01', '2026-12-08', '2026-12-15', '2026-12-22', '2026-12-29']);
    expect(fault).toBeNull();
  });

  it('take whole days as days of the calendar', () => {
    const [day] = timesOf(anEvent('day', { start: { date: '2026-12-05' }, end: { date: '2026-12-06' } })).busy;

    expect(day).toMatchObject({ start: new Date('2026-12-05T05:00:00Z'), end: new Date('2026-12-06T05:00:00Z'), isAllDay: true });
  });

  it('leave out an occurrence whose exception is declined, and keep its place taken', () => {
    const series = anEvent('s', { recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });
    const declined = anEvent('s_2', {
      seriesId: 's',
      originalStart: { dateTime: '2026-12-02T10:00:00', timeZone: 'Europe/Berlin' },
      response: 'declined',
    });

    expect(timesOf(series, declined).busy.map(({ eventId }) => eventId)).toEqual(['s']);
  });

  it('keep an exception that is busy in a series that is not', () => {
    const series = anEvent('s', { recurrence: ['RRULE:FREQ=DAILY;COUNT=2'], isFree: true });
    const busy = anEvent('s_2', { seriesId: 's', originalStart: { dateTime: '2026-12-02T10:00:00', timeZone: 'Europe/Berlin' } });

    expect(timesOf(series, busy).busy.map(({ eventId }) => eventId)).toEqual(['s_2']);
  });

  it('leave out what is only tentative where its owner is free then, also as an exception', () => {
    const free = { zone: 'UTC', tentative_policy: 'free' } as const;
    const events = [
      anEvent('s', { recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] }),
      anEvent('s_2', { seriesId: 's', originalStart: { dateTime: '2026-12-02T10:00:00', timeZone: 'Europe/Berlin' }, response: 'tentative' }),
    ];
    const maybe = [anEvent('maybe', { status: 'tentative' })];

    expect(
      [events, maybe].map((told) =>
        timesOf(...told)
          .busy.map(({ state }) => state)
          .toSorted(),
      ),
    ).toEqual([['busy', 'tentative'], ['tentative']]);
    expect([events, maybe].map((told) => busyTimesOf(told, window, free).busy.map(({ eventId }) => eventId))).toEqual([['s'], []]);
  });

  it('are at least those that are written down when a rule cannot be followed', () => {
    const { busy, fault } = timesOf(anEvent('s', { recurrence: ['RRULE:FREQ=SOMETIMES'] }));

    expect(busy).toMatchObject([{ start: new Date('2026-12-01T09:00:00Z') }]);
    expect(fault).toBe('unreadable_rule');
  });

  it('are none for an event whose own time makes no sense, which keeps nothing else from being known', () => {
    expect(timesOf(anEvent('odd', { start: { dateTime: '2026-12-01T10:00:00', timeZone: 'Nowhere/Land' } }))).toMatchObject({ busy: [] });
  });
});
