import { anEvent } from '@patchbay/capabilities/testing';
import {
  googleCalendarList,
  googleEvent,
  isWrittenFor,
  toGoogleEvent,
  toGoogleEventId,
  toGooglePatch,
  toRemoteCalendars,
  toRemoteEvent,
} from './google.calendar.mapping.js';

const key = '0198F2A4-0000-7000-8000-00000000000f';
/** What Google answers after it stored an event: the same facts, told in the calendar's own zone and with more around them. */
const stored = (event: ReturnType<typeof anEvent>, extra: object = {}) => {
  const wanted = toGoogleEvent(event);
  const inZone = (time: string) => ({ dateTime: new Date(time).toISOString(), timeZone: event.timeZone });
  return googleEvent.parse({ ...wanted, start: inZone(event.startTime), end: inZone(event.endTime), kind: 'calendar#event', sequence: 0, ...extra });
};

describe('a Google event id', () => {
  it('is the key in characters that Google allows', () => {
    // Base32hex in lower case, 5 to 1024 characters: https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
    expect(toGoogleEventId(key)).toBe('0198f2a40000700080000000000000'.concat('0f'));
    expect(toGoogleEventId(key)).toMatch(/^[a-v0-9]{5,1024}$/);
  });
});

describe('an event for Google', () => {
  it('carries title, times with their zone, guests, and our mark', () => {
    const event = toGoogleEvent(anEvent({ key }));

    expect(event).toMatchObject({
      summary: 'Consultation',
      start: { dateTime: '2027-03-01T10:00:00+01:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2027-03-01T10:30:00+01:00', timeZone: 'Europe/Berlin' },
      attendees: [{ email: 'guest@example.com', displayName: 'Gus Guest' }],
    });
    expect(isWrittenFor(googleEvent.parse(event), key)).toBe(true);
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

  it('keeps the answers of guests who stay', () => {
    const event = anEvent();
    const existing = stored(event, { attendees: [{ email: 'guest@example.com', responseStatus: 'accepted' }, { email: 'gone@example.com' }] });

    expect(toGooglePatch(existing, { ...event, attendees: [...event.attendees, { email: 'new@example.com' }] })?.attendees).toEqual([
      { email: 'guest@example.com', displayName: 'Gus Guest', responseStatus: 'accepted' },
      { email: 'new@example.com' },
    ]);
  });

  it('brings back an event that was deleted', () => {
    const event = anEvent();

    expect(toGooglePatch(stored(event, { status: 'cancelled' }), event)).toMatchObject({ status: 'confirmed' });
  });
});

describe('what Google answers', () => {
  it('becomes calendars in our words', () => {
    const page = googleCalendarList.parse({
      kind: 'calendar#calendarList',
      items: [
        { id: 'o@example.com', summary: 'o@example.com', summaryOverride: 'Mine', timeZone: 'Europe/Berlin', primary: true, accessRole: 'owner' },
        { id: 'holidays', summary: 'Holidays', accessRole: 'reader' },
      ],
    });

    expect(toRemoteCalendars(page)).toEqual([
      { id: 'o@example.com', name: 'Mine', timeZone: 'Europe/Berlin', isPrimary: true, isWritable: true },
      { id: 'holidays', name: 'Holidays', timeZone: null, isPrimary: false, isWritable: false },
    ]);
  });

  it('may leave out everything but the id', () => {
    // A deleted event is told by its id and status alone: https://developers.google.com/workspace/calendar/api/v3/reference/events#status
    expect(toRemoteEvent(googleEvent.parse({ id: 'abcde', status: 'cancelled' }))).toEqual({ id: 'abcde', htmlLink: null });
    expect(googleEvent.safeParse({ status: 'confirmed' }).success).toBe(false);
  });
});
