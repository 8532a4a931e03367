import { eventChange, eventDraft, timesFault } from './calendar-event-drafts.models.js';
import { deleteCalendarEvent, listCalendarEvents, writeCalendarEvents } from './calendar-events.requests.js';
import { revokeCalendarShare } from './sharing.requests.js';

const id = '0198f2a4-0000-7000-8000-000000000001';
const hours = { start_time: '2027-03-01T10:00:00+01:00', end_time: '2027-03-01T11:00:00+01:00' };
const draft = { title: 'Consultation', ...hours };
const faultsOf = (event: object): readonly string[] => (eventDraft.safeParse(event).error?.issues ?? []).map(({ path }) => path.join('.'));

describe('an event that somebody wants', () => {
  it('needs a title and times, and nothing else', () => {
    expect(faultsOf({})).toEqual(['title', 'start_time', 'end_time']);
    expect(eventDraft.parse(draft)).toMatchObject({ attendees: [], location: '', recurrence: null, reminders: null, conference: null });
  });

  it.each<[object, ReturnType<typeof timesFault>]>([
    [hours, null],
    [{ start_time: '2027-03-01', end_time: '2027-03-02' }, null],
    [{ start_time: '2027-03-01', end_time: '2027-03-02', is_all_day: true, time_zone: null }, null],
    [{ start_time: '2027-03-01T10:00:00', end_time: '2027-03-01T11:00:00', time_zone: null }, null],
    [{ start_time: '2027-03-01T10:00:00+01:00', end_time: '2027-03-01T09:30:00Z' }, null],
    [{}, null],
    [{ start_time: hours.start_time }, ['end_time', 'goes together with the other time']],
    [{ end_time: hours.end_time }, ['start_time', 'goes together with the other time']],
    [{ time_zone: 'UTC' }, ['time_zone', 'goes together with start_time and end_time']],
    [{ is_all_day: true }, ['is_all_day', 'goes together with start_time and end_time']],
    [{ ...hours, is_all_day: true }, ['is_all_day', 'does not go with start_time']],
    [{ ...hours, end_time: '2027-03-02' }, ['end_time', 'must be written as start_time is']],
    [{ ...hours, end_time: '2027-03-01T11:00:00' }, ['end_time', 'must be written as start_time is']],
    [{ ...hours, end_time: hours.start_time }, ['end_time', 'must be after start_time']],
    [{ start_time: '2027-03-02', end_time: '2027-03-02' }, ['end_time', 'must be after start_time']],
    [{ ...hours, time_zone: null }, ['time_zone', 'goes with times without an offset when it is null']],
    [{ ...hours, start_time: '0001-01-01T00:00:00Z' }, ['start_time', 'must be between the years 1900 and 2199']],
    [{ ...hours, end_time: '9999-12-31T23:59:59Z' }, ['end_time', 'must be between the years 1900 and 2199']],
  ])('has times that go together: %j', (times, fault) => {
    expect(timesFault(times)).toEqual(fault);
  });

  it.each([
    ['title', { title: 'A\r\nATTENDEE:mailto:x' }],
    ['description', { description: 'bell \u0007' }],
    ['location', { location: 'x'.repeat(1_001) }],
    ['attendees', { attendees: Array.from({ length: 501 }, (_none, index) => ({ email: `a${index}@example.com` })) }],
    ['attendees.0.name', { attendees: [{ email: 'a@example.com', name: 'A\nB' }] }],
    ['attendees.0.email', { attendees: [{ email: 'a@example.com\nB:c@example.com' }] }],
    ['reminders.0.minutes_before', { reminders: [{ method: 'popup', minutes_before: -1 }] }],
    ['time_zone', { time_zone: 'Mars/Base' }],
    ['start_time', { start_time: '2027-02-30T10:00:00Z' }],
  ])('is bounded: %s', (field, fault) => {
    expect(faultsOf({ ...draft, ...fault })).toEqual([field]);
  });

  it('may have text of several lines, and any way to repeat', () => {
    const texts = { description: 'One\r\n\tTwo\n\nThree', location: 'Street 1\nTown' };
    for (const recurrence of ['FREQ=DAILY', ['RRULE:FREQ=DAILY'], { FREQ: 'DAILY', BYDAY: ['MO', 'TU'], COUNT: 3 }, null])
      expect(eventDraft.parse({ ...draft, ...texts, recurrence })).toMatchObject({ ...texts, recurrence });
  });

  it('is changed only in what is sent', () => {
    expect(eventChange.parse({ location: '' })).toEqual({ location: '' });
  });
});

describe('ids of providers', () => {
  it.each(['.', '..'])('are no steps to elsewhere: %s', (step) => {
    const operations = [{ operation: 'delete', event_id: step }];

    expect(deleteCalendarEvent.input.safeParse({ id, event_id: step }).success).toBe(false);
    expect(deleteCalendarEvent.input.safeParse({ id, event_id: 'e', calendar_id: step }).success).toBe(false);
    expect(writeCalendarEvents.input.safeParse({ id, operations }).success).toBe(false);
    expect(revokeCalendarShare.input.safeParse({ id, calendar_id: 'primary', share_id: step }).success).toBe(false);
  });
});

describe('a list of events', () => {
  it.each([
    [{ from: '2027-03-01T00:00:00Z' }, ['to']],
    [{ from: '2027-03-01T00:00:00Z', to: '2027-03-01T00:00:00Z' }, ['to']],
    [{ from: '2027-03-01T00:00:00Z', to: '2028-04-06T00:00:00Z' }, ['to']],
    [{ from: '2027-03-01T00:00:00Z', to: '2028-04-04T00:00:00Z', q: 'a\u0000b' }, ['q']],
    [{ from: '2027-03-01T00:00:00Z', to: '2028-04-04T00:00:00Z' }, []],
  ])('is of a time that has a beginning and an end: %j', (query, faults) => {
    expect((listCalendarEvents.input.safeParse({ id, ...query }).error?.issues ?? []).map(({ path }) => path.join('.'))).toEqual(faults);
  });
});
