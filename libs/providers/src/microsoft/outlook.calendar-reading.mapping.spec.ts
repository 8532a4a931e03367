import { toSourceEvent, toTransactionId, type GraphEvent } from './outlook.calendar-reading.mapping.js';

const at = (dateTime: string, timeZone = 'UTC') => ({ dateTime: `${dateTime}.0000000`, timeZone });

const aGraphEvent = (event: Partial<GraphEvent> = {}): GraphEvent => ({
  id: 'e-1',
  start: at('2027-03-01T09:00:00'),
  end: at('2027-03-01T10:00:00'),
  ...event,
});

describe('an event of Outlook', () => {
  it.each([
    ['free', true, 'confirmed'],
    ['workingElsewhere', true, 'confirmed'],
    ['tentative', false, 'tentative'],
    ['busy', false, 'confirmed'],
    ['oof', false, 'confirmed'],
    ['unknown', false, 'confirmed'],
  ])('that is shown as %s leaves its owner free: %s, and is %s', (showAs, isFree, status) => {
    expect(toSourceEvent(aGraphEvent({ showAs }), null)).toMatchObject({ isFree, status });
  });

  it.each([
    ['accepted', 'accepted'],
    ['tentativelyAccepted', 'tentative'],
    ['declined', 'declined'],
    ['notResponded', 'unanswered'],
    ['organizer', null],
    ['none', null],
  ])('with the response %s was answered with %s', (response, expected) => {
    expect(toSourceEvent(aGraphEvent({ responseStatus: { response } }), null).response).toBe(expected);
  });

  it('that its organizer called off is cancelled, whatever it is shown as', () => {
    expect(toSourceEvent(aGraphEvent({ isCancelled: true, showAs: 'tentative' }), null).status).toBe('cancelled');
  });

  it('has no title, page or key where Graph says nothing', () => {
    expect(toSourceEvent(aGraphEvent(), null)).toEqual({
      id: 'e-1',
      seriesId: null,
      originalStart: null,
      start: { dateTime: '2027-03-01T09:00:00', timeZone: 'UTC' },
      end: { dateTime: '2027-03-01T10:00:00', timeZone: 'UTC' },
      recurrence: [],
      status: 'confirmed',
      isFree: false,
      response: null,
      title: '',
      htmlLink: null,
      key: null,
    });
  });

  it.each([
    [toTransactionId('0198f2a4-0000-7000-8000-000000000001'), '0198f2a4-0000-7000-8000-000000000001'],
    ['7b8b2d4e-9c3a-4a6f-8f0e-2f1f5f0f7d11', null],
    ['localevent:7b8b2d4e-9c3a-4a6f-8f0e-2f1f5f0f7d11', null],
  ])('with the transaction id %s has the key %s', (transactionId, key) => {
    expect(toSourceEvent(aGraphEvent({ transactionId }), null).key).toBe(key);
  });
});

describe('an occurrence of Outlook', () => {
  const master = aGraphEvent({
    id: 'm-1',
    subject: 'Standup',
    showAs: 'tentative',
    webLink: 'https://outlook.example/m-1',
    responseStatus: { response: 'accepted' },
  });

  it('is as its master, but for its own times', () => {
    const bare = aGraphEvent({ id: 'o-1', start: at('2027-03-08T09:00:00'), end: at('2027-03-08T09:15:00') });

    expect(toSourceEvent(bare, master)).toMatchObject({
      id: 'o-1',
      title: 'Standup',
      status: 'tentative',
      response: 'accepted',
      htmlLink: 'https://outlook.example/m-1',
      start: { dateTime: '2027-03-08T09:00:00', timeZone: 'UTC' },
    });
  });

  it('is cancelled with its master', () => {
    expect(toSourceEvent(aGraphEvent({ id: 'o-1' }), { ...master, isCancelled: true }).status).toBe('cancelled');
  });

  it('keeps what is different about it', () => {
    expect(
      toSourceEvent(aGraphEvent({ subject: 'Standup, late', showAs: 'free', isCancelled: false }), { ...master, isCancelled: true }),
    ).toMatchObject({
      title: 'Standup, late',
      isFree: true,
      status: 'confirmed',
    });
  });
});

describe('an event that we wrote and that repeats by now', () => {
  const key = '0198f2a4-0000-7000-8000-000000000001';
  const first = at('2027-03-01T09:00:00');
  const master = aGraphEvent({ id: 'm-1', start: first, transactionId: toTransactionId(key) });
  const keyOf = (event: Partial<GraphEvent>, series: Partial<GraphEvent> = {}) =>
    toSourceEvent(aGraphEvent({ id: 'o-1', ...event }), { ...master, ...series }).key;

  it.each([
    ['is its first time', { start: first }, key],
    ['is no other time, whatever Graph says of that', { start: at('2027-03-08T09:00:00'), transactionId: toTransactionId(key) }, null],
    ['is its first time when that was moved', { start: at('2027-03-03T15:00:00'), originalStart: '2027-03-01T09:00:00Z' }, key],
    ['is no other time that was moved there', { start: first, originalStart: '2027-03-08T09:00:00Z' }, null],
  ])('%s', (_what, event, expected) => {
    expect(keyOf(event)).toBe(expected);
  });

  it.each([
    ['2027-03-01T00:00:00Z', 'UTC', key],
    ['2027-02-28T23:00:00Z', 'W. Europe Standard Time', key],
    ['2027-03-08T00:00:00Z', 'UTC', null],
  ])('of whole days is the one of the first day: %s in %s', (originalStart, originalStartTimeZone, expected) => {
    const days = { isAllDay: true, start: at('2027-03-01T00:00:00'), end: at('2027-03-02T00:00:00') };

    expect(keyOf({ ...days, originalStart, originalStartTimeZone }, days)).toBe(expected);
  });
});

describe('a whole day of Outlook', () => {
  const wholeDay = (start: string, end: string, originalStartTimeZone?: string) =>
    toSourceEvent(aGraphEvent({ isAllDay: true, start: at(start), end: at(end), originalStartTimeZone }), null);

  const inZone = (timeZone: string) => [
    { dateTime: '2027-03-28T00:00:00', timeZone },
    { dateTime: '2027-03-29T00:00:00', timeZone },
  ];
  const asDates = [{ date: '2027-03-28' }, { date: '2027-03-29' }];
  const midnights = ['2027-03-28T00:00:00', '2027-03-29T00:00:00'] as const;

  it.each([
    ['from midnight to midnight', wholeDay(...midnights, 'Pacific Standard Time'), 'America/Los_Angeles'],
    ['from midnight to midnight, far in the east', wholeDay(...midnights, 'AUS Eastern Standard Time'), 'Australia/Sydney'],
    [
      'from midnight to midnight in Berlin, over a change of the clocks',
      wholeDay('2027-03-27T23:00:00', '2027-03-28T22:00:00', 'Europe/Berlin'),
      'Europe/Berlin',
    ],
    [
      'from midnight to midnight in a zone with a name of Windows',
      wholeDay('2027-03-27T23:00:00', '2027-03-28T22:00:00', 'W. Europe Standard Time'),
      'Europe/Berlin',
    ],
    ['from midnight to midnight in New York', wholeDay('2027-03-28T04:00:00', '2027-03-29T04:00:00', 'Eastern Standard Time'), 'America/New_York'],
  ])('is that day where it was written when it is told %s', (_, event, timeZone) => {
    expect([event.start, event.end]).toEqual(inZone(timeZone));
  });

  it.each([
    ['in a zone that nobody knows', wholeDay('2027-03-27T22:00:00', '2027-03-28T21:00:00', 'tzone://Microsoft/Custom')],
    ['without a zone', wholeDay(...midnights)],
    ['by a program that writes in UTC', wholeDay(...midnights, 'UTC')],
    ['by a program that writes in UTC, as Exchange calls it', wholeDay(...midnights, 'tzone://Microsoft/Utc')],
  ])('is a mere date when it was written %s', (_, event) => {
    expect([event.start, event.end]).toEqual(asDates);
  });

  it('is a mere date, and no time without length, when it ends on itself', () => {
    const event = wholeDay(midnights[0], midnights[0], 'AUS Eastern Standard Time');
    expect([event.start, event.end]).toEqual([asDates[0], asDates[0]]);
  });

  it('of a series is written where its master was', () => {
    const master = aGraphEvent({ isAllDay: true, originalStartTimeZone: 'AUS Eastern Standard Time' });
    const { start, end } = toSourceEvent(aGraphEvent({ start: at(midnights[0]), end: at(midnights[1]) }), master);
    expect([start, end]).toEqual(inZone('Australia/Sydney'));
  });
});

describe('a time of Outlook', () => {
  it('is in the zone that Graph names, by its name in the IANA database', () => {
    expect(toSourceEvent(aGraphEvent({ start: at('2027-03-01T10:00:00', 'W. Europe Standard Time') }), null).start).toEqual({
      dateTime: '2027-03-01T10:00:00',
      timeZone: 'Europe/Berlin',
    });
  });

  it('is no answer in a zone that nobody knows: a guess would shift it', () => {
    expect(() => toSourceEvent(aGraphEvent({ start: at('2027-03-01T10:00:00', 'tzone://Microsoft/Custom') }), null)).toThrow(
      expect.objectContaining({ code: 'invalid_response', reason: 'unknown_time_zone' }),
    );
  });
});
