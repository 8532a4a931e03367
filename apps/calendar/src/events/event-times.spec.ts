import { toCalendarTimes, writtenTime } from './event-times.js';

const berlin = 'Europe/Berlin';
const read = (start_time: string, time_zone?: string | null) => toCalendarTimes({ start_time, end_time: start_time, time_zone }, berlin).start;

describe('times of events', () => {
  it.each([
    [
      'an instant, on the clock of its zone',
      '2027-03-01T10:00:00Z',
      'America/New_York',
      { dateTime: '2027-03-01T05:00:00', timeZone: 'America/New_York' },
    ],
    ['an instant without a zone, on the calendar’s clock', '2027-07-01T10:00:00Z', undefined, { dateTime: '2027-07-01T12:00:00', timeZone: berlin }],
    ['a time on the wall of a zone', '2027-03-01T10:00:00', 'Asia/Tokyo', { dateTime: '2027-03-01T10:00:00', timeZone: 'Asia/Tokyo' }],
    [
      'a time on the wall without a zone, on the calendar’s clock',
      '2027-03-01T10:00',
      undefined,
      { dateTime: '2027-03-01T10:00:00', timeZone: berlin },
    ],
    ['a time that floats', '2027-03-01T10:00:00', null, { dateTime: '2027-03-01T10:00:00', timeZone: null }],
    ['a day', '2027-03-01', undefined, { date: '2027-03-01' }],
    ['parts of seconds, which no calendar knows', '2027-03-01T09:00:00.999Z', undefined, { dateTime: '2027-03-01T10:00:00', timeZone: berlin }],
  ])('are read: %s', (_what, written, zone, expected) => {
    expect(read(written, zone)).toEqual(expected);
  });

  it.each([
    ['2027-03-01T10:00:00', { dateTime: '2027-03-01T10:00:00', timeZone: null }],
    ['2027-03-01T10:00:00+01:00', { dateTime: '2027-03-01T09:00:00', timeZone: 'UTC' }],
  ])('are no guess where nobody knows the calendar’s clock: %s', (written, expected) => {
    expect(toCalendarTimes({ start_time: written, end_time: written }, null).start).toEqual(expected);
  });

  // The clocks of Berlin show half past two twice that night.
  it.each([
    ['2027-10-31T02:30:00+02:00', { dateTime: '2027-10-31T02:30:00', timeZone: berlin }],
    ['2027-10-31T02:30:00+01:00', { dateTime: '2027-10-31T01:30:00', timeZone: 'UTC' }],
  ])('keep their instant when the clock shows it twice: %s', (written, expected) => {
    expect(read(written)).toEqual(expected);
    expect(Date.parse(writtenTime(expected, berlin))).toBe(Date.parse(written));
  });

  it.each([
    [{ dateTime: '2027-03-01T10:00:00', timeZone: 'America/New_York' }, '2027-03-01T10:00:00-05:00'],
    [{ dateTime: '2027-07-01T10:00:00', timeZone: 'America/New_York' }, '2027-07-01T10:00:00-04:00'],
    [{ dateTime: '2027-03-01T10:00:00', timeZone: 'Asia/Kolkata' }, '2027-03-01T10:00:00+05:30'],
    [{ dateTime: '2027-03-01T10:00:00', timeZone: 'UTC' }, '2027-03-01T10:00:00Z'],
    [{ dateTime: '2027-03-01T10:00:00', timeZone: null }, '2027-03-01T10:00:00+01:00'],
    // The clocks leave half past two out: it is read with the offset from before.
    [{ dateTime: '2027-03-28T02:30:00', timeZone: berlin }, '2027-03-28T02:30:00+01:00'],
    [{ date: '2027-03-01' }, '2027-03-01'],
  ])('are told with their offset: %j', (time, expected) => {
    expect(writtenTime(time, berlin)).toBe(expected);
  });
});
