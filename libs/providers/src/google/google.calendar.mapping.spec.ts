import { googleCalendarList, toGoogleEventId, toRemoteCalendars } from './google.calendar.mapping.js';

const key = '0198F2A4-0000-7000-8000-00000000000f';

describe('a Google event id', () => {
  it('is the key in characters that Google allows', () => {
    // Base32hex in lower case, 5 to 1024 characters: https://developers.google.com/workspace/calendar/api/v3/reference/events/insert
    expect(toGoogleEventId(key)).toBe('0198f2a40000700080000000000000'.concat('0f'));
    expect(toGoogleEventId(key)).toMatch(/^[a-v0-9]{5,1024}$/);
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
});
