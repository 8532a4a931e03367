import { anEvent } from '@patchbay/capabilities/testing';
import { fakePerson } from '../_kit/fake-connection.js';
import { connectToOutlook } from './fake/outlook.fake-connection.js';
import { wallToMs } from './fake/outlook.fake-time.js';

const weekly = {
  pattern: { type: 'weekly' as const, interval: 1, daysOfWeek: ['monday' as const] },
  range: { type: 'numbered' as const, startDate: '2027-03-01', numberOfOccurrences: 4 },
};
const event = anEvent({ startTime: '2027-03-01T09:00:00.000Z', endTime: '2027-03-01T09:30:00.000Z', timeZone: 'UTC' });
const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });

describe('outlook: the event of a booking that somebody made to repeat', () => {
  let harness: Awaited<ReturnType<typeof connectToOutlook>>;

  beforeEach(async () => {
    harness = await connectToOutlook();
    await harness.calendar.createEvent(harness.token, harness.calendarId, event);
    harness.calendars.change(place(), { recurrence: weekly });
  });
  afterEach(() => harness.stop());

  const place = () => {
    const calendar = harness.calendars.find(fakePerson, harness.calendarId);
    const [stored] = [...(calendar?.events.values() ?? [])];
    if (calendar === null || stored === undefined) throw new Error('unreachable: it was written');
    return { calendar, event: stored };
  };
  const update = (changes: Partial<typeof event> = {}) => harness.calendar.updateEvent(harness.token, harness.calendarId, { ...event, ...changes });
  /** When its times begin that are not as the series says. */
  const exceptions = () =>
    [...place().event.exceptions].map(([day, exception]) => [
      day,
      exception === 'deleted' || exception.start === undefined
        ? exception
        : new Date(wallToMs(exception.start.dateTime, exception.start.timeZone)).toISOString(),
    ]);
  const patched = () => harness.running.requests.filter(({ method }) => method === 'PATCH').length;

  it('takes place when it is wanted to where its first time was moved by itself, and the other times stay', async () => {
    harness.calendars.except(place(), '2027-03-01', { start: at('2027-05-20T14:00:00'), end: at('2027-05-20T15:00:00') });
    harness.calendars.except(place(), '2027-03-08', { start: at('2027-03-09T14:00:00'), end: at('2027-03-09T15:00:00') });

    await update();

    expect(exceptions()).toEqual([
      ['2027-03-01', '2027-03-01T09:00:00.000Z'],
      ['2027-03-08', '2027-03-09T14:00:00.000Z'],
    ]);
  });

  it('is moved with all its times, and its first time is not written once more', async () => {
    await update({ startTime: '2027-03-01T11:00:00.000Z', endTime: '2027-03-01T11:30:00.000Z' });

    expect([patched(), exceptions(), place().event.fields.start.dateTime]).toEqual([1, [], '2027-03-01T11:00:00']);
  });

  it('is not touched where it stands as it is wanted, or where its times are nobody’s concern', async () => {
    await update();
    harness.calendars.except(place(), '2027-03-01', { start: at('2027-03-01T14:00:00'), end: at('2027-03-01T15:00:00') });
    await update({ keepsTimes: true });

    expect([patched(), exceptions()]).toEqual([0, [['2027-03-01', '2027-03-01T14:00:00.000Z']]]);
  });

  it('stays without its first time where that was taken out', async () => {
    harness.calendars.except(place(), '2027-03-01', 'deleted');

    await update();

    expect([patched(), exceptions()]).toEqual([0, [['2027-03-01', 'deleted']]]);
  });
});
