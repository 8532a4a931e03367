import { ProviderError } from '@patchbay/capabilities';
import { graphEventDetails, toEventDetails } from './outlook.calendar-events.mapping.js';

const utc = (dateTime: string) => ({ dateTime: `${dateTime}.0000000`, timeZone: 'UTC' });

/** An event as Graph tells it; a test mentions only what it is about. */
const detailsOf = (part: Readonly<Record<string, unknown>> = {}) =>
  toEventDetails(graphEventDetails.parse({ id: 'AAMk', start: utc('2027-03-01T09:00:00'), end: utc('2027-03-01T10:00:00'), ...part }));

describe('outlook: the details of an event', () => {
  it('are plain where Graph tells nothing', () => {
    expect(detailsOf()).toEqual({
      id: 'AAMk',
      seriesId: null,
      originalStart: null,
      title: '',
      description: '',
      location: '',
      start: { dateTime: '2027-03-01T09:00:00', timeZone: 'UTC' },
      end: { dateTime: '2027-03-01T10:00:00', timeZone: 'UTC' },
      recurrence: [],
      status: 'confirmed',
      isFree: false,
      visibility: 'default',
      reminders: [],
      attendees: [],
      organizer: null,
      joinUrl: null,
      htmlLink: null,
      version: null,
    });
  });

  it.each([
    ['Windows knows', 'Pacific Standard Time', { dateTime: '2027-03-01T01:00:00', timeZone: 'America/Los_Angeles' }],
    ['the world knows', 'Asia/Tokyo', { dateTime: '2027-03-01T18:00:00', timeZone: 'Asia/Tokyo' }],
    ['nobody knows', 'Customized Time Zone', { dateTime: '2027-03-01T09:00:00', timeZone: 'UTC' }],
  ])('are read on the clock of a zone that %s', (_, originalStartTimeZone, start) => {
    expect(detailsOf({ originalStartTimeZone, originalEndTimeZone: originalStartTimeZone }).start).toEqual(start);
  });

  it('end on another clock than they begin on, as flights do', () => {
    const { start, end } = detailsOf({ originalStartTimeZone: 'Europe/Berlin', originalEndTimeZone: 'Eastern Standard Time' });

    expect([start, end]).toEqual([
      { dateTime: '2027-03-01T10:00:00', timeZone: 'Europe/Berlin' },
      { dateTime: '2027-03-01T05:00:00', timeZone: 'America/New_York' },
    ]);
  });

  it('are of the zone that Graph tells when it does not heed the one it was asked for', () => {
    const start = { dateTime: '2027-03-01T10:00:00.0000000', timeZone: 'W. Europe Standard Time' };
    expect(detailsOf({ start }).start).toEqual({ dateTime: '2027-03-01T09:00:00', timeZone: 'UTC' });

    expect(() => detailsOf({ start: { ...start, timeZone: 'Middle of Nowhere' } })).toThrow(ProviderError);
  });

  it.each([
    ['one', '2027-03-01T00:00:00', '2027-03-02T00:00:00', 'UTC', ['2027-03-01', '2027-03-02']],
    ['one that ends on itself', '2027-03-01T00:00:00', '2027-03-01T00:00:00', 'UTC', ['2027-03-01', '2027-03-02']],
    ['two, from midnight in Berlin', '2027-02-28T23:00:00', '2027-03-02T23:00:00', 'W. Europe Standard Time', ['2027-03-01', '2027-03-03']],
  ])('of whole days are days: %s', (_, start, end, originalStartTimeZone, [first, after]) => {
    const read = detailsOf({ isAllDay: true, start: utc(start), end: utc(end), originalStartTimeZone });

    expect([read.start, read.end]).toEqual([{ date: first }, { date: after }]);
  });

  it.each([
    ['free', true, 'confirmed'],
    ['workingElsewhere', true, 'confirmed'],
    ['tentative', false, 'tentative'],
    ['oof', false, 'confirmed'],
    ['busy', false, 'confirmed'],
  ])('shown as %s: free is %s, and it is %s', (showAs, isFree, status) => {
    expect(detailsOf({ showAs })).toMatchObject({ isFree, status });
  });

  it('are cancelled before they are anything else', () => {
    expect(detailsOf({ showAs: 'tentative', isCancelled: true }).status).toBe('cancelled');
  });

  it.each([
    ['normal', 'default'],
    ['private', 'private'],
    ['confidential', 'private'],
    ['personal', 'private'],
  ])('that are %s have the visibility %s', (sensitivity, visibility) => {
    expect(detailsOf({ sensitivity }).visibility).toBe(visibility);
  });

  it('tell who is invited and what they said, and give nobody their address for a name', () => {
    const guest = (address: string | undefined, name: string, type: string, response: string) => ({
      type,
      status: { response },
      emailAddress: { address, name },
    });

    const { attendees, organizer } = detailsOf({
      attendees: [
        guest('a@example.com', 'Ann', 'required', 'accepted'),
        guest('b@example.com', 'b@example.com', 'optional', 'tentativelyAccepted'),
        guest('c@example.com', '', 'resource', 'declined'),
        guest('d@example.com', 'Dan', 'required', 'none'),
        guest(undefined, 'A list without an address', 'required', 'none'),
      ],
      organizer: { emailAddress: { address: 'o@example.com', name: 'Olivia' } },
    });

    expect(attendees.map(({ email, name, isOptional, response }) => [email, name, isOptional, response])).toEqual([
      ['a@example.com', 'Ann', false, 'accepted'],
      ['b@example.com', null, true, 'tentative'],
      ['c@example.com', null, false, 'declined'],
      ['d@example.com', 'Dan', false, 'unanswered'],
    ]);
    expect(organizer).toEqual({ email: 'o@example.com', name: 'Olivia' });
  });

  it('of an occurrence say which one it is, wherever it was moved to, and have no rule', () => {
    const pattern = { type: 'daily', interval: 1, month: 0, dayOfMonth: 0, firstDayOfWeek: 'sunday', index: 'first' };
    const range = { type: 'noEnd', startDate: '2027-03-01', endDate: '0001-01-01', numberOfOccurrences: 0 };
    const occurrence = detailsOf({
      seriesMasterId: 'master',
      originalStart: '2027-03-03T09:00:00Z',
      originalStartTimeZone: 'Europe/Berlin',
      recurrence: null,
    });

    expect(occurrence).toMatchObject({
      seriesId: 'master',
      originalStart: { dateTime: '2027-03-03T10:00:00', timeZone: 'Europe/Berlin' },
      recurrence: [],
    });
    expect(detailsOf({ type: 'seriesMaster', recurrence: { pattern, range } })).toMatchObject({
      originalStart: null,
      recurrence: ['RRULE:FREQ=DAILY'],
    });
  });

  it('prefer the meeting of Outlook’s own to one that is named in the text', () => {
    const body = { content: 'Papers.\n\nJoin: https://meet.example.com/1' };

    expect(detailsOf({ body }).joinUrl).toBe('https://meet.example.com/1');
    expect(detailsOf({ body, onlineMeetingUrl: '', onlineMeeting: { joinUrl: 'https://teams.example.com/1' } }).joinUrl).toBe(
      'https://teams.example.com/1',
    );
  });
});
