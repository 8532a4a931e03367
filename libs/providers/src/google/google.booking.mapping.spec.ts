import { anEvent } from '@patchbay/capabilities/testing';
import { isWrittenFor, toGoogleEvent, toGooglePatch, toRemoteEvent } from './google.booking.mapping.js';
import { googleEventDetails } from './google.calendar-events.mapping.js';

const key = '0198F2A4-0000-7000-8000-00000000000f';
/** What Google answers after it stored an event: the same facts, told in the calendar's own zone and with more around them. */
const stored = (event: ReturnType<typeof anEvent>, extra: object = {}) => {
  const wanted = toGoogleEvent(event);
  const inZone = (time: string) => ({ dateTime: new Date(time).toISOString(), timeZone: event.timeZone });
  return googleEventDetails.parse({
    ...wanted,
    start: inZone(event.startTime),
    end: inZone(event.endTime),
    kind: 'calendar#event',
    sequence: 0,
    ...extra,
  });
};

describe('an event for Google', () => {
  it('carries title, times with their zone, guests, and our mark', () => {
    const event = toGoogleEvent(anEvent({ key }));

    expect(event).toMatchObject({
      summary: 'Consultation',
      start: { dateTime: '2027-03-01T10:00:00+01:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2027-03-01T10:30:00+01:00', timeZone: 'Europe/Berlin' },
      attendees: [{ email: 'guest@example.com', displayName: 'Gus Guest' }],
    });
    expect(isWrittenFor(googleEventDetails.parse(event), key)).toBe(true);
  });

  it.each([
    [
      { meetingUrl: undefined, location: undefined, description: undefined },
      { description: '', location: '' },
    ],
    [
      { location: undefined, description: undefined },
      { description: 'Join: https://meet.example.com/j/1', location: 'https://meet.example.com/j/1' },
    ],
    [{ location: 'Room 5' }, { description: 'Bring the papers.\n\nJoin: https://meet.example.com/j/1', location: 'Room 5' }],
  ])('shows place and link: %j', (given, expected) => {
    expect(toGoogleEvent(anEvent(given))).toMatchObject(expected);
  });
});

describe('the change to an event', () => {
  it('is none when only the way of telling differs', () => {
    const event = anEvent();

    expect(toGooglePatch(stored(event), event)).toBeNull();
    expect(toGooglePatch(stored(event), { ...event, attendees: [{ email: 'Guest@Example.com' }] })).toBeNull();
  });

  it.each([
    { title: 'Another' },
    { description: undefined },
    { meetingUrl: undefined },
    { location: 'Room 5' },
    { startTime: '2027-03-01T10:05:00+01:00' },
    { endTime: '2027-03-01T11:00:00+01:00' },
    { timeZone: 'Europe/Paris' },
  ])('leaves out guests when they stay: %j', (difference) => {
    const event = anEvent();

    const patch = toGooglePatch(stored(event), { ...event, ...difference });

    expect(patch).not.toBeNull();
    expect(patch).not.toHaveProperty('attendees');
  });

  it('keeps what is known of guests who stay', () => {
    const event = anEvent();
    const existing = stored(event, {
      attendees: [{ email: 'guest@example.com', responseStatus: 'accepted', optional: true }, { email: 'gone@example.com' }],
    });

    expect(toGooglePatch(existing, { ...event, attendees: [...event.attendees, { email: 'new@example.com' }] })?.attendees).toEqual([
      { email: 'guest@example.com', displayName: 'Gus Guest', optional: true, responseStatus: 'accepted' },
      { email: 'new@example.com', optional: false },
    ]);
  });

  it('brings back an event that was deleted, at the time that is wanted', () => {
    const event = anEvent({ keepsTimes: true });

    expect(toGooglePatch(stored(event, { status: 'cancelled' }), event)).toMatchObject({
      status: 'confirmed',
      start: { dateTime: event.startTime, timeZone: event.timeZone },
    });
  });

  it('is of nothing but what differs', () => {
    const event = anEvent();

    expect(toGooglePatch(stored(event), { ...event, title: 'Another' })).toEqual({
      summary: 'Another',
      extendedProperties: { private: { patchbay_key: event.key } },
    });
  });

  it('takes the days away where times come in their place', () => {
    const event = anEvent();
    const allDay = stored(event, { start: { date: '2027-03-01' }, end: { date: '2027-03-02' } });

    expect(toGooglePatch(allDay, event)).toMatchObject({
      start: { dateTime: event.startTime, date: null },
      end: { dateTime: event.endTime, date: null },
    });
    expect(toGooglePatch(allDay, { ...event, keepsTimes: true })).toBeNull();
  });
});

describe('what Google answers', () => {
  it('may be nothing but the id and status of what was deleted', () => {
    // https://developers.google.com/workspace/calendar/api/v3/reference/events#status
    expect(toRemoteEvent(googleEventDetails.parse({ id: 'abcde', status: 'cancelled' }))).toEqual({ id: 'abcde', htmlLink: null });
    expect(googleEventDetails.safeParse({ status: 'confirmed' }).success).toBe(false);
  });
});
