import { googleEventPage, toChanges } from './google.calendar-reading.mapping.js';
import { toGoogleDateTime } from './google.calendar-time.js';

const berlinTime = (dateTime: string, timeZone?: string) => ({ dateTime, ...(timeZone === undefined ? {} : { timeZone }) });
const listed = (more: object = {}) => ({
  id: 'abcde',
  status: 'confirmed',
  summary: 'Consultation',
  start: berlinTime('2027-03-01T10:00:00+01:00'),
  end: berlinTime('2027-03-01T11:00:00+01:00'),
  ...more,
});
const changeOf = (event: object) => toChanges(googleEventPage.parse({ timeZone: 'Europe/Berlin', items: [event] }))[0];
const eventOf = (event: object) => {
  const change = changeOf(event);
  return change?.kind === 'present' ? change.events[0] : undefined;
};

describe('a listed event of Google', () => {
  it('is on the clock of its own zone, else of the calendar’s', () => {
    expect(eventOf(listed())?.start).toEqual({ dateTime: '2027-03-01T10:00:00', timeZone: 'Europe/Berlin' });
    // Google tells every time with the offset of the calendar, also those of other zones.
    const inNewYork = eventOf(listed({ start: berlinTime('2027-03-01T10:00:00+01:00', 'America/New_York') }));
    expect(inNewYork?.start).toEqual({ dateTime: '2027-03-01T04:00:00', timeZone: 'America/New_York' });
  });

  it('is told to be unreadable when it says no time, and takes no other with it', () => {
    const items = [listed({ id: 'fghij', end: undefined }), listed()];

    expect(toChanges(googleEventPage.parse({ timeZone: 'Europe/Berlin', items }))).toMatchObject([
      { kind: 'present', resource: 'fghij', events: [], unreadable: [{ title: 'Consultation', start: null, fault: 'unreadable_time' }] },
      { kind: 'present', resource: 'abcde', events: [{ title: 'Consultation' }] },
    ]);
  });

  it('is in the calendar’s zone when nobody knows its own', () => {
    expect(eventOf(listed({ start: berlinTime('2027-03-01T10:00:00+01:00', 'Mars/Base') }))?.start).toMatchObject({ timeZone: 'Europe/Berlin' });
  });

  it.each([
    ['2027-10-31T02:30:00+02:00', { dateTime: '2027-10-31T02:30:00', timeZone: 'Europe/Berlin' }],
    ['2027-10-31T02:30:00+01:00', { dateTime: '2027-10-31T01:30:00', timeZone: 'UTC' }],
    ['2027-10-31T03:00:00+01:00', { dateTime: '2027-10-31T03:00:00', timeZone: 'Europe/Berlin' }],
    ['2027-03-28T03:00:00+02:00', { dateTime: '2027-03-28T03:00:00', timeZone: 'Europe/Berlin' }],
  ])('keeps its instant when the clock shows a time twice: %s', (dateTime, expected) => {
    expect(eventOf(listed({ start: berlinTime(dateTime) }))?.start).toEqual(expected);
  });

  it.each([
    ['opaque', 'default', false],
    ['transparent', 'default', true],
    ['opaque', 'outOfOffice', false],
    ['opaque', 'focusTime', false],
    ['opaque', 'fromGmail', false],
    ['opaque', 'workingLocation', true],
    ['opaque', 'birthday', true],
  ])('that is %s and of type %s leaves its owner free: %s', (transparency, eventType, isFree) => {
    expect(eventOf(listed({ transparency, eventType }))?.isFree).toBe(isFree);
  });

  it('says what its owner answered, whatever others did', () => {
    const attendees = [
      { email: 'other@example.com', responseStatus: 'declined' },
      { email: 'me@example.com', self: true, responseStatus: 'needsAction' },
    ];

    expect(eventOf(listed({ attendees }))?.response).toBe('unanswered');
    expect(eventOf(listed({ attendees: attendees.slice(0, 1) }))?.response).toBeNull();
  });

  it('is gone when it is cancelled, unless it takes an occurrence out of a series', () => {
    const exception = {
      id: 'abcde_20270302T090000Z',
      status: 'cancelled',
      recurringEventId: 'abcde',
      originalStartTime: berlinTime('2027-03-02T10:00:00+01:00'),
    };

    expect(changeOf({ id: 'abcde', status: 'cancelled' })).toEqual({ kind: 'gone', resource: 'abcde' });
    expect(changeOf(exception)).toMatchObject({
      kind: 'present',
      events: [{ seriesId: 'abcde', status: 'cancelled', originalStart: { dateTime: '2027-03-02T10:00:00', timeZone: 'Europe/Berlin' }, title: '' }],
    });
  });

  it('is ours under the id that we chose only: copies carry our mark, too', () => {
    const key = '0198f2a4-0000-7000-8000-00000000000f';
    const extendedProperties = { private: { patchbay_key: key } };

    expect(eventOf(listed({ id: key.replaceAll('-', ''), extendedProperties }))?.key).toBe(key);
    expect(eventOf(listed({ id: 'acopyofit', extendedProperties }))?.key).toBeNull();
  });
});

describe('a time that is written to Google', () => {
  it.each([
    ['2027-03-01T10:00:00', 'Europe/Berlin', '2027-03-01T10:00:00+01:00'],
    ['2027-07-01T10:00:00', 'America/St_Johns', '2027-07-01T10:00:00-02:30'],
    ['2027-03-01T10:00:00', 'UTC', '2027-03-01T10:00:00Z'],
    // The clocks show half past two twice, and not at all.
    ['2027-10-31T02:30:00', 'Europe/Berlin', '2027-10-31T02:30:00+02:00'],
    ['2027-03-28T02:30:00', 'Europe/Berlin', '2027-03-28T02:30:00+01:00'],
    ['2027-10-31T03:00:00', 'Europe/Berlin', '2027-10-31T03:00:00+01:00'],
    ['2027-10-31T01:59:59', 'Europe/Berlin', '2027-10-31T01:59:59+02:00'],
  ])('has the offset of its zone: %s in %s', (dateTime, timeZone, expected) => {
    expect(toGoogleDateTime(dateTime, timeZone)).toBe(expected);
  });
});
