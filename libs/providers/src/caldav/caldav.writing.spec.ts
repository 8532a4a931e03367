import { ProviderError, type CalendarTime } from '@patchbay/capabilities';
import { aDraft, anEvent, aSeries } from '@patchbay/capabilities/testing';
import { caldavCalendar } from './caldav.calendar.js';
import { connectToCaldavFake } from './caldav.fake-harness.js';
import { calendarText } from './caldav.fake-people.js';
import { createCaldavFake } from './caldav.fake.js';
import { caldav } from './caldav.provider.js';

const begin = async () => {
  const fake = createCaldavFake();
  return { ...(await connectToCaldavFake(caldav, { fake, environment: () => ({}), wrong: {} })), calendars: fake.calendars };
};
type Harness = Awaited<ReturnType<typeof begin>>;

const at = (dateTime: string, timeZone = 'Europe/Berlin'): CalendarTime => ({ dateTime, timeZone });

let harness: Harness;
beforeEach(async () => (harness = await begin()));
afterEach(() => harness.stop());

/** The only file, unfolded. */
const fileText = async (): Promise<string> => [...(await harness.files()).values()].join('').replaceAll(/\r\n[ \t]/g, '');
/** Puts the only file back with something in place of something else. */
const editFile = async (what: string | RegExp, by: string): Promise<void> => {
  const [[url, text] = ['', '']] = [...(await harness.files())];
  await harness.putText(decodeURIComponent(url.split('/').at(-1) ?? ''), text.replaceAll(/\r\n[ \t]/g, '').replace(what, by));
};
const puts = (): number => harness.running.requests.filter(({ method }) => method === 'PUT').length;
const failure = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: unknown) => (error instanceof ProviderError ? `${error.code} ${error.reason ?? ''}` : String(error)),
  );
const march = { from: new Date('2027-03-01T00:00:00Z'), to: new Date('2027-04-01T00:00:00Z'), text: null, attendee: null, cursor: null, limit: 50 };
const list = async () => (await harness.events.listEvents(harness.token, harness.calendarId, march)).events;
const startsOf = async () => (await list()).map(({ start }) => ('date' in start ? start.date : `${start.dateTime} ${start.timeZone ?? 'afloat'}`));

describe('a booking in a CalDAV calendar', () => {
  const create = (event: ReturnType<typeof anEvent>) => harness.calendar.createEvent(harness.token, harness.calendarId, event);
  const update = (event: ReturnType<typeof anEvent>) => harness.calendar.updateEvent(harness.token, harness.calendarId, event);

  it('is a file with its zone, its link and its owner as the one who invites', async () => {
    const event = anEvent();
    await create(event);

    const text = await fileText();

    expect([...(await harness.files()).keys()]).toEqual([`${harness.calendarId}${event.key}.ics`]);
    for (const line of [
      `UID:${event.key}`,
      `X-PATCHBAY-KEY:${event.key}`,
      'DTSTART;TZID=Europe/Berlin:20270301T100000',
      'BEGIN:VTIMEZONE',
      'ORGANIZER:mailto:olivia.organiser@example.com',
      'ATTENDEE;CN="Gus Guest";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:guest@example.com',
      'CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.com/j/1',
      String.raw`DESCRIPTION:Bring the papers.\n\nJoin: https://meet.example.com/j/1`,
      'SEQUENCE:0',
    ])
      expect(text.split('\r\n')).toContain(line);
  });

  it('is a copy of a guest in a calendar that somebody else shares, though we invited them', async () => {
    const [invited, alone] = [anEvent(), anEvent({ attendees: [] })];
    for (const event of [invited, alone]) await create(event);
    const holds = async () => Promise.all([invited, alone].map(({ key }) => harness.calendar.holdsEvent(harness.token, harness.calendarId, key)));
    const own = await holds();

    const [work] = harness.calendars.of('olivia.organiser@example.com');
    if (work !== undefined) work.owner = '/dav/principals/boss/';

    // What nobody is invited to is nobody's copy.
    expect([own, await holds()]).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it('keeps what others wrote into it when it is moved', async () => {
    const event = anEvent();
    await create(event);
    await harness.respond(event.key, 'guest@example.com', 'accepted');
    const alarm = 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Soon\r\nTRIGGER:-PT10M\r\nEND:VALARM\r\n';
    await editFile('END:VEVENT', `X-OTHERS:theirs\r\nCATEGORIES:Work\r\n${alarm}END:VEVENT`);

    await update({ ...event, startTime: '2027-03-01T12:00:00+01:00', endTime: '2027-03-01T12:30:00+01:00' });

    const lines = (await fileText()).split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining(['X-OTHERS:theirs', 'CATEGORIES:Work', 'TRIGGER:-PT10M', 'DTSTART;TZID=Europe/Berlin:20270301T120000', 'SEQUENCE:1']),
    );
    expect(lines.filter((line) => line.startsWith('ATTENDEE') && line.includes('PARTSTAT=ACCEPTED'))).toHaveLength(1);
  });

  it('is not written again when it stands there as it is wanted', async () => {
    const event = anEvent();
    await create(event);
    await harness.respond(event.key, 'guest@example.com', 'tentative');
    const before = puts();

    await update(event);
    await update(event);

    expect(puts() - before).toBe(0);
  });

  it('is put back when somebody has called it off in a program, unless nothing is wanted of its times', async () => {
    const event = anEvent();
    await create(event);
    await editFile('END:VEVENT', 'STATUS:CANCELLED\r\nEND:VEVENT');

    expect(await failure(update({ ...event, meetingUrl: 'https://meet.example.com/j/2', keepsTimes: true }))).toMatch(/^not_found/);
    expect(await fileText()).toContain('STATUS:CANCELLED');
    await update(event);

    expect(await fileText()).toContain('STATUS:CONFIRMED');
  });

  it('stands there without an organizer when the server lets nobody invite', async () => {
    harness.calendars.refusesOrganizers = true;
    await create(anEvent());

    expect(await fileText()).not.toContain('ORGANIZER');
    expect((await harness.seen()).map(({ guests }) => guests)).toEqual([['guest@example.com']]);
  });

  it('takes nobody else’s event for its own', async () => {
    const { key, ...event } = anEvent();
    await harness.putText(
      `${key}.ics`,
      calendarText('BEGIN:VEVENT', `UID:${key}`, 'DTSTAMP:20270101T000000Z', 'DTSTART:20270301T100000Z', 'SUMMARY:Theirs', 'END:VEVENT'),
    );

    expect(await failure(create({ key, ...event }))).toMatch(/^conflict/);
    expect((await harness.seen()).map(({ title }) => title)).toEqual(['Theirs']);
  });

  it('is found under another name, where a program has moved it', async () => {
    const event = anEvent();
    await create(event);
    const text = await fileText();
    await harness.calendar.deleteEvent(harness.token, harness.calendarId, event.key);
    await harness.putText('renamed.ics', text);

    await update({ ...event, title: 'Moved' });
    await create({ ...event, title: 'Moved again' });
    expect((await harness.seen()).map(({ title }) => title)).toEqual(['Moved again']);

    await harness.calendar.deleteEvent(harness.token, harness.calendarId, event.key);
    expect(await harness.seen()).toEqual([]);
  });

  it('says with its moment when it is, where the clock shows that time twice', async () => {
    await create(anEvent({ startTime: '2027-10-31T02:30:00+01:00', endTime: '2027-10-31T03:30:00+01:00' }));

    expect(await fileText()).toMatch(/DTSTART:20271031T013000Z/);
  });

  it('cannot be made to say more than was typed', async () => {
    const typed = 'Lunch\r\nATTENDEE:mailto:eve@example.com\r\nEND:VEVENT\r\nBEGIN:VEVENT';
    await create(anEvent({ title: typed, description: typed, location: typed, attendees: [{ email: 'guest@example.com', name: typed }] }));

    expect((await fileText()).split('\r\n').filter((line) => /^(ATTENDEE:|BEGIN:VEVENT)/.test(line))).toEqual(['BEGIN:VEVENT']);
    expect((await harness.seen()).map(({ guests }) => guests)).toEqual([['guest@example.com']]);
  });
});

describe('events of a CalDAV calendar', () => {
  const { key } = anEvent();
  const create = (draft: ReturnType<typeof aDraft>) => harness.events.createEvent(harness.token, harness.calendarId, { key, draft });
  const update = (id: string, change: Partial<ReturnType<typeof aDraft>>) =>
    harness.events.updateEvent(harness.token, harness.calendarId, { id, change });
  const remove = (id: string) => harness.events.deleteEvent(harness.token, harness.calendarId, id);
  const newYork = (dateTime: string) => at(dateTime, 'America/New_York');

  it('keep all changes that are made at the same time', async () => {
    const { id } = await create(aDraft());

    await Promise.all([update(id, { title: 'One' }), update(id, { location: 'Two' }), update(id, { description: 'Three' })]);

    expect(await harness.events.getEvent(harness.token, harness.calendarId, id)).toMatchObject({
      title: 'One',
      location: 'Two',
      description: 'Three',
    });
  });

  it('that are a series and moved, stay without what was taken out, and keep what was changed', async () => {
    const { id } = await create(aSeries());
    const [, second, third] = await list();
    await update(second?.id ?? '', { title: 'Once' });
    await remove(third?.id ?? '');

    await update(id, { start: newYork('2027-03-13T11:00:00'), end: newYork('2027-03-13T11:30:00') });

    expect((await list()).map(({ title }) => title)).toEqual(['Standup', 'Once', 'Standup']);
    expect(await startsOf()).toEqual(['13T11', '14T10', '16T11'].map((time) => `2027-03-${time}:00:00 America/New_York`));
  });

  it('that are a series, forget changes of occurrences that there are no more', async () => {
    const { id } = await create(aSeries());
    const [, second, , fourth] = await list();
    await update(second?.id ?? '', { title: 'Once' });
    await update(fourth?.id ?? '', { title: 'Gone' });

    await update(id, { recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });

    expect((await list()).map(({ title }) => title)).toEqual(['Standup', 'Once']);

    await update((await list())[0]?.id ?? '', { title: 'First' });
    await update(id, { recurrence: [] });

    expect((await list()).map(({ title, seriesId }) => [title, seriesId])).toEqual([['Standup', null]]);
  });

  it('that are whole days lose and change one of them', async () => {
    await create(aDraft({ start: { date: '2027-03-27' }, end: { date: '2027-03-28' }, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] }));
    const [first, second] = await list();
    await remove(first?.id ?? '');
    await update(second?.id ?? '', { start: { date: '2027-03-30' }, end: { date: '2027-03-31' } });

    expect(await startsOf()).toEqual(['2027-03-29', '2027-03-30']);
    expect(await fileText()).toMatch(/EXDATE;VALUE=DATE:20270327\r\n/);
  });

  it('of other programs are known by their own names, whatever their files are called', async () => {
    await harness.putText(
      'x.ics',
      calendarText('BEGIN:VEVENT', 'UID:a/b#20270101', 'DTSTAMP:20270101T000000Z', 'DTSTART:20270301T100000', 'DURATION:PT1H', 'END:VEVENT'),
    );
    const [event] = await list();
    expect([event?.id, event?.start]).toEqual(['a/b#20270101', { dateTime: '2027-03-01T10:00:00', timeZone: null }]);

    await update('a/b#20270101', { title: 'Named' });
    expect((await list()).map(({ title }) => title)).toEqual(['Named']);

    await remove('a/b#20270101');
    expect(await list()).toEqual([]);
  });

  it('are not taken for others whose files have their names', async () => {
    const other = (uid: string) => calendarText('BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20270101T000000Z', 'DTSTART:20270301T100000Z', 'END:VEVENT');
    await harness.putText('one.ics', other('another'));

    await remove('one');
    expect((await list()).map(({ id }) => id)).toEqual(['another']);

    await harness.putText('two.ics', other('one'));
    await remove('one');
    expect((await list()).map(({ id }) => id)).toEqual(['another']);
  });

  it('are refused with a word for what is wrong with them', async () => {
    const { id } = await create(aDraft());
    const refused = (change: Partial<ReturnType<typeof aDraft>>) => failure(update(id, change));

    expect(await refused({ end: at('2027-03-01T09:00:00') })).toBe('invalid_request ends_before_it_starts');
    expect(await refused({ start: { date: '2027-03-01' } })).toBe('invalid_request days_and_times');
    expect(await refused({ start: at('2027-03-01T10:00:00', 'Mars/Olympus'), end: at('2027-03-01T11:00:00') })).toBe('invalid_request unknown_zone');
    expect(await refused({ recurrence: ['RRULE:FREQ=DAILY\r\nATTENDEE:mailto:eve@example.com'] })).toBe('invalid_request recurrence');
    expect(await failure(harness.events.listEvents(harness.token, harness.calendarId, { ...march, cursor: 'nonsense' }))).toBe(
      'invalid_request cursor',
    );
  });

  it('end with the last day of their rule, in the words of their kind', async () => {
    const { id } = await create(aSeries({ recurrence: ['RRULE:FREQ=DAILY;UNTIL=20270314'] }));
    expect(await startsOf()).toHaveLength(2);
    expect(await fileText()).toContain('UNTIL=20270315T035959Z');

    await update(id, { start: { date: '2027-03-13' }, end: { date: '2027-03-14' }, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20270314T235959Z'] });
    expect(await startsOf()).toEqual(['2027-03-13', '2027-03-14']);
  });
});

describe('an iCloud account that has moved to another host', () => {
  it('has its events written where it is now, whole', async () => {
    const asked: string[] = [];
    const files = new Map<string, string>();
    const answer = async (request: Request): Promise<Response> => {
      const { origin, pathname } = new URL(request.url);
      asked.push(`${request.method} ${origin}`);
      if (origin !== 'https://p12-caldav.icloud.com')
        return new Response(null, { status: 301, headers: { location: `https://p12-caldav.icloud.com${pathname}` } });
      if (request.method === 'PUT') files.set(pathname, await request.text());
      if (request.method === 'PUT') return new Response(null, { status: 201 });
      const text = files.get(pathname);
      return text === undefined ? new Response(null, { status: 404 }) : new Response(text, { status: 200, headers: { etag: '"1"' } });
    };
    const outbound = { fetch: () => async (input: string | URL | Request, init?: RequestInit) => answer(new Request(input, init)) };
    const isTrusted = (url: URL): boolean => url.hostname.endsWith('.icloud.com');
    const server = { provider: 'apple', outbound, now: () => new Date(), username: 'o', password: 'p', accountId: 'connection-1', isTrusted };
    const at = 'https://p07-caldav.icloud.com/1/calendars/work/';
    const capability = caldavCalendar(() => ({ server, findHome: async () => at, idOf: (url) => url, locate: async (id) => id }), 'apple');

    const event = anEvent({ attendees: [] });
    await capability.createEvent({ value: '', accountId: 'connection-1' }, at, event);

    expect([...files].map(([path, text]) => [path, text.includes(`UID:${event.key}`)])).toEqual([[`/1/calendars/work/${event.key}.ics`, true]]);
    expect(asked.slice(0, 2)).toEqual(['PUT https://p07-caldav.icloud.com', 'PUT https://p12-caldav.icloud.com']);
  });
});
