import { deleteCalendarEvent, getCalendarEvent, writeCalendarEvents } from './calendar-events.requests.js';
import { revokeCalendarShare } from './sharing.requests.js';

const id = '0198f2a4-0000-7000-8000-000000000001';
const place = { id, calendar_id: 'primary' };

describe('the id of something in a calendar', () => {
  it.each(['.', '..', ''])('is not %j, which would be the calendar itself', (segment) => {
    const operations = [{ operation: 'delete', event_id: segment }];

    const taken = [
      getCalendarEvent.input.safeParse({ ...place, event_id: segment }),
      deleteCalendarEvent.input.safeParse({ ...place, event_id: segment }),
      writeCalendarEvents.input.safeParse({ ...place, operations }),
      revokeCalendarShare.input.safeParse({ ...place, share_id: segment }),
    ].map(({ success }) => success);

    expect(taken).toEqual([false, false, false, false]);
  });

  it.each(['AAMkAGI=', 'user:somebody@example.com', '...', '.ics', '/calendars/a/b.ics'])('may be %s', (told) => {
    expect(deleteCalendarEvent.input.safeParse({ ...place, event_id: told }).success).toBe(true);
  });
});
