import { anEvent } from '../testing/calendars.fake.js';
import { gone, timesOf } from './told-change.js';

describe('when an event takes place', () => {
  it('is told in UTC', () => {
    expect(timesOf(anEvent('meeting'), 'UTC')).toEqual({ start: '2026-12-01T09:00:00.000Z', end: '2026-12-01T10:00:00.000Z' });
  });

  it('is the whole day of the calendar’s zone', () => {
    const day = anEvent('day', { start: { date: '2026-12-01' }, end: { date: '2026-12-02' } });

    expect(timesOf(day, 'America/New_York')).toEqual({ start: '2026-12-01T05:00:00.000Z', end: '2026-12-02T05:00:00.000Z' });
  });

  it('is the first time of a series', () => {
    expect(timesOf(anEvent('series', { recurrence: ['RRULE:FREQ=DAILY'] }), 'UTC')).toMatchObject({ start: '2026-12-01T09:00:00.000Z' });
  });

  it('is never when it is gone or cancelled', () => {
    expect([timesOf(null, 'UTC'), timesOf(anEvent('off', { status: 'cancelled' }), 'UTC')]).toEqual([gone, gone]);
  });

  it('is not known when it ends beyond the years that can be written', () => {
    const end = { dateTime: '9999-12-31T23:30:00', timeZone: 'America/New_York' };

    expect(timesOf(anEvent('eternity', { end }), 'UTC')).toBeNull();
  });

  it('is not known when nobody can read it', () => {
    expect(timesOf(anEvent('odd', { start: { dateTime: '2026-12-01T10:00:00', timeZone: 'Nowhere/Land' } }), 'UTC')).toBeNull();
  });
});
