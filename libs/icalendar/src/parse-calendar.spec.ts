import { expandSeries } from './expand-series.js';
import { CalendarTextError, parseCalendar, type ParseOptions } from './parse-calendar.js';

const now = new Date('2026-03-01T00:00:00Z');

const calendar = (...lines: readonly string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');

const event = (...lines: readonly string[]): readonly string[] => ['BEGIN:VEVENT', 'UID:one', ...lines, 'END:VEVENT'];

const read = (lines: readonly string[], options: ParseOptions = {}) => parseCalendar(calendar(...lines), { now, ...options });

/** The only event of a text that has one. */
function only(lines: readonly string[], options: ParseOptions = {}) {
  const { events, unreadable } = read(lines, options);
  expect({ events: events.length, unreadable }).toEqual({ events: 1, unreadable: [] });
  const [first] = events;
  if (first === undefined) throw new Error('there is no event');
  return first;
}

function faultOf(text: string): string {
  try {
    return String(parseCalendar(text).events.length);
  } catch (error) {
    return error instanceof CalendarTextError ? error.fault : String(error);
  }
}

describe('an event', () => {
  it('is read with everything that is said of it', () => {
    expect(
      only(
        event(
          'DTSTAMP:20260101T000000Z',
          'DTSTART;TZID=Europe/Berlin:20260302T100000',
          'DTEND;TZID=Europe/Berlin:20260302T110000',
          'RRULE:FREQ=WEEKLY;COUNT=4',
          'EXDATE;TZID=Europe/Berlin:20260309T100000',
          'SUMMARY:Stand-up\\, the long one',
          'STATUS:TENTATIVE',
          'TRANSP:TRANSPARENT',
          'URL:https://example.com/one',
        ),
      ),
    ).toEqual({
      id: 'one',
      seriesId: null,
      originalStart: null,
      start: { dateTime: '2026-03-02T10:00:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2026-03-02T11:00:00', timeZone: 'Europe/Berlin' },
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE;TZID=Europe/Berlin:20260309T100000'],
      status: 'tentative',
      isFree: true,
      response: null,
      title: 'Stand-up, the long one',
      htmlLink: 'https://example.com/one',
      key: null,
    });
  });

  it.each([
    ['DTSTART:20260302T100000Z', { dateTime: '2026-03-02T10:00:00', timeZone: 'UTC' }],
    ['DTSTART:20260302T100000', { dateTime: '2026-03-02T10:00:00', timeZone: null }],
    ['DTSTART;VALUE=DATE:20260302', { date: '2026-03-02' }],
    ['DTSTART:20260302', { date: '2026-03-02' }],
    ['DTSTART;TZID="Europe/Berlin":20260302T100000', { dateTime: '2026-03-02T10:00:00', timeZone: 'Europe/Berlin' }],
    ['DTSTART;VALUE=DATE-TIME;TZID=W. Europe Standard Time:20260302T100000', { dateTime: '2026-03-02T10:00:00', timeZone: 'Europe/Berlin' }],
    ['dtstart;tzid=europe/berlin:20260302t100000', { dateTime: '2026-03-02T10:00:00', timeZone: 'Europe/Berlin' }],
  ])('%s is when it begins', (line, start) => {
    expect(only(event(line)).start).toEqual(start);
  });

  it.each([
    ['a day without an end is one day', 'DTSTART:20260302', '', { date: '2026-03-03' }],
    ['a time without an end has no length', 'DTSTART:20260302T100000Z', '', { dateTime: '2026-03-02T10:00:00', timeZone: 'UTC' }],
    ['a duration of hours', 'DTSTART:20260302T100000Z', 'DURATION:PT1H30M', { dateTime: '2026-03-02T11:30:00', timeZone: 'UTC' }],
    ['a duration of days', 'DTSTART:20260302', 'DURATION:P1W2D', { date: '2026-03-11' }],
    ['a negative duration', 'DTSTART:20260302T100000Z', 'DURATION:-PT1H', { dateTime: '2026-03-02T10:00:00', timeZone: 'UTC' }],
    [
      'hours over a clock change',
      'DTSTART;TZID=Europe/Berlin:20260329T013000',
      'DURATION:PT1H',
      { dateTime: '2026-03-29T03:30:00', timeZone: 'Europe/Berlin' },
    ],
    [
      'a day over a clock change',
      'DTSTART;TZID=Europe/Berlin:20260328T100000',
      'DURATION:P1D',
      { dateTime: '2026-03-29T10:00:00', timeZone: 'Europe/Berlin' },
    ],
    [
      'hours into a repeated hour',
      'DTSTART;TZID=Europe/Berlin:20261025T023000',
      'DURATION:PT1H',
      { dateTime: '2026-10-25T01:30:00', timeZone: 'UTC' },
    ],
  ])('%s', (_, start, length, end) => {
    expect(only(event(start, length)).end).toEqual(end);
  });

  it.each([
    ['STATUS:CONFIRMED', 'confirmed'],
    ['STATUS:CANCELLED', 'cancelled'],
    ['X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE', 'tentative'],
    ['STATUS:WHATEVER', 'confirmed'],
  ])('%s is %s', (line, status) => {
    expect(only(event('DTSTART:20260302', line)).status).toBe(status);
  });

  it.each([
    ['TRANSP:OPAQUE', false],
    ['TRANSP:TRANSPARENT', true],
    ['X-MICROSOFT-CDO-BUSYSTATUS:FREE', true],
    ['X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE', true],
    ['X-MICROSOFT-CDO-BUSYSTATUS:OOF', false],
  ])('%s leaves its owner free: %s', (line, isFree) => {
    expect(only(event('DTSTART:20260302', line)).isFree).toBe(isFree);
  });

  it('is left out and counted when it cannot be told when it is, and the others are there', () => {
    const broken = [
      ['SUMMARY:without a start'],
      ['DTSTART:tomorrow'],
      ['DTSTART:20260230'],
      ['DTSTART:20260302T250000Z'],
      ['DTSTART;TZID=Mars/Olympus:20260302T100000'],
      ['DTSTART:20260302', 'RRULE:FREQ=FORTNIGHTLY'],
      ['DTSTART:20260302', 'EXDATE:never'],
      ['DTSTART:20260302', 'DURATION:long'],
    ];

    const { events, unreadable } = read([...broken.flatMap((lines) => event(...lines)), ...event('DTSTART:20260302')]);

    expect({ events: events.length, unreadable: unreadable.length }).toEqual({ events: 1, unreadable: broken.length });
  });

  it('that cannot be read is told by its name, its title and what stands for its start', () => {
    const { unreadable } = read([
      ...event('SUMMARY:Team lunch', 'DTSTART;TZID=Mars/Olympus:20260302T100000'),
      ...event('DTSTART:20260302', 'RRULE:FREQ=FORTNIGHTLY'),
    ]);

    expect(unreadable).toEqual([
      { uid: 'one', title: 'Team lunch', start: 'TZID=Mars/Olympus:20260302T100000', fault: 'unknown_zone' },
      { uid: 'one', title: null, start: '20260302', fault: 'unreadable_rule' },
    ]);
  });

  it('without a UID is known by what it says', () => {
    const nameless = ['BEGIN:VEVENT', 'DTSTART:20260302', 'END:VEVENT'];
    const [first, second] = read([...nameless, 'BEGIN:VEVENT', 'DTSTART:20260303', 'END:VEVENT']).events;

    expect(first?.id).toBe(read(nameless).events[0]?.id);
    expect(first?.id).not.toBe(second?.id);
  });

  it('is there once, as its highest SEQUENCE says', () => {
    const versions = [1, 2, 0].flatMap((sequence) => event(`DTSTART:2026030${sequence + 1}`, `SEQUENCE:${sequence}`));

    expect(only(versions).start).toEqual({ date: '2026-03-03' });
  });

  it('that is written twice is there once, and different ones with one UID are all there', () => {
    expect(read([...event('DTSTART:20260302'), ...event('DTSTART:20260302')]).events).toHaveLength(1);
    expect(new Set(read([...event('DTSTART:20260302'), ...event('DTSTART:20260303')]).events.map(({ id }) => id)).size).toBe(2);
  });
});

describe('an exception', () => {
  const series = event('DTSTART;TZID=Europe/Berlin:20260302T100000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=3');

  it.each([
    ['RECURRENCE-ID;TZID=Europe/Berlin:20260309T100000', 'one#20260309T090000Z'],
    ['RECURRENCE-ID:20260309T090000Z', 'one#20260309T090000Z'],
    ['RECURRENCE-ID:20260309T100000', 'one#20260309T100000'],
    ['RECURRENCE-ID;VALUE=DATE:20260309', 'one#20260309'],
  ])('%s names it %s', (line, id) => {
    const [, exception] = read([...series, ...event(line, 'DTSTART:20260310T090000Z', 'RRULE:FREQ=DAILY')]).events;

    expect(exception).toMatchObject({ id, seriesId: 'one', recurrence: [] });
  });

  it('that stands for all that follow moves them', () => {
    const { events } = read([
      ...series,
      ...event('RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260309T100000', 'DTSTART;TZID=Europe/Berlin:20260309T150000', 'DURATION:PT2H'),
    ]);
    const window = { from: new Date('2026-03-01'), to: new Date('2026-04-01') };

    expect(
      expandSeries({ events, window, timeZone: 'UTC' }).map(({ start, end }) => [start.toISOString().slice(5, 16), end.toISOString().slice(5, 16)]),
    ).toEqual([
      ['03-02T09:00', '03-02T10:00'],
      ['03-09T14:00', '03-09T16:00'],
      ['03-16T14:00', '03-16T16:00'],
    ]);
  });
});

describe("the owner's answer", () => {
  const invited = (...attendees: readonly string[]) =>
    only(event('DTSTART:20260302', ...attendees), { ownAddresses: ['Ada@Example.com', 'mailto:ada@home.example'] }).response;

  it.each([
    ['ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com', 'accepted'],
    ['ATTENDEE;PARTSTAT=TENTATIVE:MAILTO:ADA@EXAMPLE.COM', 'tentative'],
    ['ATTENDEE;PARTSTAT=DECLINED:mailto:ada@home.example', 'declined'],
    ['ATTENDEE;PARTSTAT=DELEGATED:mailto:ada@example.com', 'declined'],
    ['ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ada@example.com', 'unanswered'],
    ['ATTENDEE:mailto:ada@example.com', 'unanswered'],
    ['ATTENDEE;CN="Ada: A; L";PARTSTAT=DECLINED;EMAIL=ada@example.com:/principals/1234/', 'declined'],
    ['ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com', null],
  ])('%s is %s', (line, response) => {
    expect(invited('ATTENDEE;PARTSTAT=ACCEPTED:mailto:eve@example.com', line)).toBe(response);
  });

  it('is not looked for when nobody says who the owner is', () => {
    expect(only(event('DTSTART:20260302', 'ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com')).response).toBeNull();
  });
});

describe('time zones', () => {
  const zone = (tzid: string, ...lines: readonly string[]) => ['BEGIN:VTIMEZONE', `TZID:${tzid}`, ...lines, 'END:VTIMEZONE'];
  const observance = (kind: string, ...lines: readonly string[]) => [`BEGIN:${kind}`, ...lines, `END:${kind}`];
  const outlook = [
    ...observance(
      'STANDARD',
      'DTSTART:16010101T030000',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
    ),
    ...observance(
      'DAYLIGHT',
      'DTSTART:16010101T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
    ),
  ];
  const zoneOf = (tzid: string, ...zones: readonly string[]) => {
    const { start } = only([...zones, ...event(`DTSTART;TZID=${tzid}:20260302T100000`)]);
    return 'timeZone' in start ? start.timeZone : null;
  };

  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['US/Eastern', 'US/Eastern'],
    ['Pacific Standard Time', 'America/Los_Angeles'],
    ['/freeassociation.sourceforge.net/Europe/Berlin', 'Europe/Berlin'],
    ['/freeassociation.sourceforge.net/Tzfile/America/New_York', 'America/New_York'],
    ['/mozilla.org/20050126_1/Europe/Berlin', 'Europe/Berlin'],
    ['/citadel.org/20210210_1/America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ])('%s is %s by its name', (tzid, name) => {
    expect(zoneOf(tzid)).toBe(name);
  });

  it('are known by X-LIC-LOCATION', () => {
    expect(zoneOf('Mine', ...zone('Mine', 'X-LIC-LOCATION:Asia/Tokyo'))).toBe('Asia/Tokyo');
  });

  it("of Outlook's own making are known by their rules", () => {
    expect(zoneOf('"(UTC+01:00) Amsterdam, Berlin, Bern"', ...zone('(UTC+01:00) Amsterdam, Berlin, Bern', ...outlook))).toBe('Europe/Berlin');
    expect(zoneOf('Customized Time Zone', ...zone('Customized Time Zone', ...outlook))).toBe('Europe/Berlin');
  });

  it("of Apple's making, with the years that are over and an end, are known by their rules", () => {
    const apple = zone(
      'GMT-0500',
      ...observance(
        'DAYLIGHT',
        'TZOFFSETFROM:-0500',
        'RRULE:FREQ=YEARLY;UNTIL=20060402T070000Z;BYMONTH=4;BYDAY=1SU',
        'DTSTART:19870405T020000',
        'TZNAME:EDT',
        'TZOFFSETTO:-0400',
      ),
      ...observance(
        'DAYLIGHT',
        'TZOFFSETFROM:-0500',
        'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU',
        'DTSTART:20070311T020000',
        'TZNAME:EDT',
        'TZOFFSETTO:-0400',
      ),
      ...observance(
        'STANDARD',
        'TZOFFSETFROM:-0400',
        'RRULE:FREQ=YEARLY;UNTIL=20061029T060000Z;BYMONTH=10;BYDAY=-1SU',
        'DTSTART:19671029T020000',
        'TZNAME:EST',
        'TZOFFSETTO:-0500',
      ),
      ...observance(
        'STANDARD',
        'TZOFFSETFROM:-0400',
        'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU',
        'DTSTART:20071104T020000',
        'TZNAME:EST',
        'TZOFFSETTO:-0500',
      ),
    );

    expect(zoneOf('GMT-0500', ...apple)).toBe('America/New_York');
  });

  it('without clock changes are known by their offset', () => {
    const fixed = zone('Office', ...observance('STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0530', 'TZOFFSETTO:+0530'));

    expect(zoneOf('Office', ...fixed)).toBe('Asia/Calcutta');
  });

  const american = (standard: string, daylight: string, [spring, autumn]: readonly [string, string]) => [
    ...observance('DAYLIGHT', 'DTSTART:19700301T020000', `TZOFFSETFROM:${standard}`, `TZOFFSETTO:${daylight}`, `RRULE:FREQ=YEARLY;${spring}`),
    ...observance('STANDARD', 'DTSTART:19701101T020000', `TZOFFSETFROM:${daylight}`, `TZOFFSETTO:${standard}`, `RRULE:FREQ=YEARLY;${autumn}`),
  ];
  const rules = ['BYMONTH=3;BYDAY=2SU', 'BYMONTH=11;BYDAY=1SU'] as const;
  const rulesUntil2006 = ['BYMONTH=4;BYDAY=1SU', 'BYMONTH=10;BYDAY=-1SU'] as const;

  it.each([
    ['EST', '-0500', '-0400', 'America/New_York'],
    ['MST', '-0700', '-0600', 'America/Denver'],
    ['/example.com/20260101/EST', '-0500', '-0400', 'America/New_York'],
    ['Eastern Standard Time', '-0800', '-0700', 'America/Los_Angeles'],
  ])('called %s are what the calendar says that they are, whatever their name says', (tzid, standard, daylight, name) => {
    expect(zoneOf(tzid, ...zone(tzid, ...american(standard, daylight, rules)))).toBe(name);
  });

  it('keep a name that agrees with what the calendar says, also one that few use', () => {
    const flat = observance('STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:-0500', 'TZOFFSETTO:-0500');

    expect(zoneOf('EST', ...zone('EST', ...flat))).toBe('EST');
    expect(zoneOf('America/Detroit', ...zone('America/Detroit', ...american('-0500', '-0400', rules)))).toBe('America/Detroit');
    expect(zoneOf('EST', ...zone('EST', 'X-LIC-LOCATION:America/Detroit', ...american('-0500', '-0400', rules)))).toBe('America/Detroit');
  });

  it('keep the name of a place where the calendar leaves its clock changes out, or has those of other years', () => {
    const flat = observance('STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100');

    expect(zoneOf('Europe/Berlin', ...zone('Europe/Berlin', ...flat))).toBe('Europe/Berlin');
    expect(zoneOf('America/New_York', ...zone('America/New_York', ...american('-0500', '-0400', rulesUntil2006)))).toBe('America/New_York');
  });

  it.each([
    ['Europe/Istanbul', '20261201T100000', '2026-12-01T07:00:00.000Z'],
    ['/mozilla.org/20050126_1/Europe/Minsk', '20261201T100000', '2026-12-01T07:00:00.000Z'],
  ])('called by the place %s are there, also with rules that the place has no more and others still have', (tzid, dateTime, moment) => {
    // The clocks of Bucharest and Kyiv.
    const eastern = zone(
      tzid,
      ...observance('STANDARD', 'DTSTART:16010101T040000', 'TZOFFSETFROM:+0300', 'TZOFFSETTO:+0200', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10'),
      ...observance('DAYLIGHT', 'DTSTART:16010101T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0300', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3'),
    );
    const { events } = read([...eastern, ...event(`DTSTART;TZID=${tzid}:${dateTime}`)]);
    const window = { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') };

    expect(expandSeries({ events, window, timeZone: 'UTC' }).map(({ start }) => start.toISOString())).toEqual([moment]);
  });

  it('called by an abbreviation, with rules that no zone has, are not taken by it', () => {
    const est = zone('EST', ...american('-0500', '-0400', rulesUntil2006));

    expect(only([...est, ...event('DTSTART;TZID=EST:20260701T100000')]).start).toEqual({ dateTime: '2026-07-01T14:00:00', timeZone: 'UTC' });
    expect(only([...est, ...event('DTSTART;TZID=EST:20260701T100000', 'RRULE:FREQ=DAILY')]).start).toEqual({
      dateTime: '2026-07-01T10:00:00',
      timeZone: 'America/New_York',
    });
  });

  const customized = zone('Customized Time Zone', ...american('-0500', '-0400', rulesUntil2006));
  const customizedTime = (dateTime: string) => `TZID=Customized Time Zone:${dateTime}`;

  it.each([
    ['20260320T100000', '2026-03-20T15:00:00'],
    ['20260410T100000', '2026-04-10T14:00:00'],
    ['20260405T023000', '2026-04-05T07:30:00'],
    ['20261025T013000', '2026-10-25T05:30:00'],
    ['20261028T100000', '2026-10-28T15:00:00'],
  ])('without a name give the moment of a single event at %s by their offsets', (dateTime, moment) => {
    const lines = event(`DTSTART;${customizedTime(dateTime)}`, `DTEND;${customizedTime(dateTime)}`);

    expect(only([...customized, ...lines])).toMatchObject({
      start: { dateTime: moment, timeZone: 'UTC' },
      end: { dateTime: moment, timeZone: 'UTC' },
    });
  });

  it('without a name are the closest one for a series and what it leaves out', () => {
    const lines = event(`DTSTART;${customizedTime('20260302T100000')}`, 'RRULE:FREQ=DAILY', `EXDATE;${customizedTime('20260303T100000')}`);

    expect(only([...customized, ...lines])).toMatchObject({
      start: { dateTime: '2026-03-02T10:00:00', timeZone: 'America/New_York' },
      recurrence: ['RRULE:FREQ=DAILY', 'EXDATE;TZID=America/New_York:20260303T100000'],
    });
  });

  it('that nobody knows cost a series nothing where it only leaves out a time in them', () => {
    const { events } = read(event('DTSTART;TZID=Europe/Berlin:20260302T100000', 'RRULE:FREQ=DAILY;COUNT=2', 'EXDATE;TZID=Mars:20260303T100000'));
    const window = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') };

    expect(expandSeries({ events, window, timeZone: 'UTC' }).map(({ start }) => start.toISOString())).toEqual(['2026-03-02T09:00:00.000Z']);
  });

  it('that are like none cost the series in them only', () => {
    const odd = zone('Odd', ...observance('STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0117', 'TZOFFSETTO:+0117'));

    expect(read([...odd, ...event('DTSTART;TZID=Odd:20260302T100000', 'RRULE:FREQ=DAILY'), ...event('DTSTART:20260302')])).toMatchObject({
      unreadable: [{ uid: 'one', fault: 'unknown_zone' }],
      events: [{ id: 'one' }],
    });
  });

  it('in lists of exceptions are called by their IANA names', () => {
    expect(
      only(event('DTSTART:20260302T100000Z', 'RRULE:FREQ=DAILY', 'EXDATE;VALUE=DATE-TIME;TZID=Eastern Standard Time:20260303T050000')).recurrence,
    ).toEqual(['RRULE:FREQ=DAILY', 'EXDATE;TZID=America/New_York:20260303T050000']);
  });
});

describe('a calendar', () => {
  it('says what it is called and which zone it is in', () => {
    expect(read(['X-WR-CALNAME:Ada\\, at work', 'X-WR-TIMEZONE:W. Europe Standard Time'])).toMatchObject({
      name: 'Ada, at work',
      timeZone: 'Europe/Berlin',
      events: [],
      isWhole: true,
    });
    expect(read([])).toMatchObject({ name: null, timeZone: null });
  });

  it.each([
    ['lines that end with LF only', (text: string) => text.replaceAll('\r\n', '\n')],
    ['lines that end with CR only', (text: string) => text.replaceAll('\r\n', '\r')],
    ['lines that end twice', (text: string) => text.replaceAll('\r\n', '\r\r\n')],
    ['empty lines', (text: string) => text.replaceAll('\r\n', '\r\n\r\n')],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['folding at every fifth character', (text: string) => text.replaceAll(/(.{5})(?=.)/g, '$1\r\n ')],
    ['folding with tabs', (text: string) => text.replaceAll(/(.{20})(?=.)/g, '$1\r\n\t')],
    ['control characters', (text: string) => text.replaceAll('Stand', 'St\u0000a\u0007nd')],
    ['lines that say nothing', (text: string) => text.replaceAll('\r\nDTSTART', '\r\nnothing at all\r\n:::\r\n;=\r\nDTSTART')],
    ['names in small letters', (text: string) => text.replaceAll(/^[A-Z-]+(?=:)/gm, (name) => name.toLowerCase())],
  ])('is read with %s', (_, spoil) => {
    const text = spoil(calendar(...event('DTSTART:20260302T100000Z', 'DTEND:20260302T110000Z', 'SUMMARY:Stand-up of everybody who is there')));

    expect(parseCalendar(text)).toMatchObject({
      unreadable: [],
      isWhole: true,
      events: [{ id: 'one', start: { dateTime: '2026-03-02T10:00:00' }, title: 'Stand-up of everybody who is there' }],
    });
  });

  it('may hold alarms, tasks and attachments, which say nothing of its events', () => {
    const alarm = ['BEGIN:VALARM', 'TRIGGER:-PT15M', 'DURATION:PT5M', 'SUMMARY:Ring', 'END:VALARM'];
    const task = ['BEGIN:VTODO', 'UID:task', 'DTSTART:20260302', 'BEGIN:VALARM', 'END:VALARM', 'SUMMARY:Do it', 'END:VTODO'];

    expect(only([...task, ...event(...alarm, 'DTSTART:20260302', `ATTACH;ENCODING=BASE64:${'A'.repeat(100_000)}`, 'SUMMARY:Meet')])).toMatchObject({
      title: 'Meet',
      end: { date: '2026-03-03' },
    });
  });

  it.each([
    ['<!DOCTYPE html><title>Sign in</title>', 'not_a_calendar'],
    ['', 'not_a_calendar'],
    ['x'.repeat(64 * 2 ** 20 + 1), 'too_large'],
  ])('is not every text', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('that is cut off says so', () => {
    const text = calendar(...event('DTSTART:20260302'), ...event('DTSTART:20260303'));

    for (let length = 20; length < text.trimEnd().length; length += 7) expect(parseCalendar(text.slice(0, length)).isWhole).toBe(false);
    expect(parseCalendar(text.trimEnd())).toMatchObject({ isWhole: true, unreadable: [] });
  });

  it('loses only the event that does not end', () => {
    const { events, isWhole } = read(['BEGIN:VEVENT', 'UID:open', 'BEGIN:VALARM', ...event('DTSTART:20260302')]);

    expect({ ids: events.map(({ id }) => id), isWhole }).toEqual({ ids: ['one'], isWhole: false });
  });
});

describe('large calendars', () => {
  const customized = [
    'BEGIN:VTIMEZONE',
    'TZID:Customized',
    ...[
      'BEGIN:DAYLIGHT',
      'DTSTART:19700405T020000',
      'TZOFFSETFROM:-0500',
      'TZOFFSETTO:-0400',
      'RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU',
      'END:DAYLIGHT',
    ],
    ...[
      'BEGIN:STANDARD',
      'DTSTART:19701025T020000',
      'TZOFFSETFROM:-0400',
      'TZOFFSETTO:-0500',
      'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
      'END:STANDARD',
    ],
    'END:VTIMEZONE',
  ];
  const days = (year: number): readonly string[] =>
    Array.from({ length: 10_000 }, (_, number) => [
      'BEGIN:VEVENT',
      `UID:event-${number}`,
      `DTSTART;TZID=Customized:${String(year + (number % 1_000))}0302T100000`,
      'END:VEVENT',
    ]).flat();

  const within = (limitMs: number, work: () => unknown): void => {
    const began = performance.now();
    work();
    expect(performance.now() - began).toBeLessThan(limitMs);
  };

  it('of 10,000 events, each with a zone of Outlook, are read in seconds', () => {
    const events = Array.from({ length: 10_000 }, (_, number) => [
      'BEGIN:VEVENT',
      `UID:event-${number}`,
      'DTSTART;TZID=W. Europe Standard Time:20260302T100000',
      'DTEND;TZID=W. Europe Standard Time:20260302T110000',
      `SUMMARY:Meeting ${number}`,
      `DESCRIPTION:${'words '.repeat(30)}`,
      'RRULE:FREQ=WEEKLY;BYDAY=MO',
      'END:VEVENT',
    ]);

    within(10_000, () => expect(read(events.flat()).events).toHaveLength(10_000));
  });

  it('of 10,000 events in a zone without a name, in a thousand different years, are read in seconds', () => {
    within(10_000, () => expect(read([...customized, ...days(2_000)]).events).not.toHaveLength(0));
  });

  it.each([
    ['a line folded a million times', () => calendar(...event('DTSTART:20260302', `SUMMARY:${'a\r\n '.repeat(1_000_000)}`))],
    ['a million components that never end', () => calendar('BEGIN:X\n'.repeat(1_000_000), 'END:Y')],
    ['a million ends of nothing', () => calendar('END:X\n'.repeat(1_000_000))],
    ['two hundred thousand events that never end', () => calendar('BEGIN:VEVENT\n'.repeat(200_000))],
    ['a line of ten million characters', () => calendar(...event(`DTSTART;X="${'a'.repeat(10_000_000)}:20260302`))],
    ['a hundred thousand dates on a line', () => calendar(...event('DTSTART:20260302', `EXDATE:${'20260303,'.repeat(100_000)}20260304`))],
    [
      'a hundred thousand attendees',
      () => calendar(...event('DTSTART:20260302', ...Array.from({ length: 100_000 }, (_, at) => `ATTENDEE:mailto:${at}@example.com`))),
    ],
  ])('with %s are read in seconds', (_, text) => {
    const written = text();

    within(10_000, () => parseCalendar(written, { ownAddresses: ['ada@example.com'] }));
  });
});
