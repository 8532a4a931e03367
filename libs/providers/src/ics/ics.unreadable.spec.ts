import { tokenOfCredentials, type Outbound, type ResourceChange, type UnreadableEvent } from '@patchbay/capabilities';
import { failureOf } from '@patchbay/capabilities/testing';
import { ics } from './ics.provider.js';

const day = (uid: string, lines: readonly string[] = ['DTSTART:20270301T090000Z']) => ['BEGIN:VEVENT', `UID:${uid}`, ...lines, 'END:VEVENT'];
const broken = (uid: string, lines: readonly string[] = []) => day(uid, ['DTSTART:20270230T090000Z', ...lines]);
const weekly = ['DTSTART:20270301T090000Z', 'RRULE:FREQ=WEEKLY'];
const moved = ['RECURRENCE-ID:20270308T090000Z', 'DTSTART:20270309T090000Z'];
const movedNowhere = ['RECURRENCE-ID:20270308T090000Z', 'DTSTART:20270230T090000Z'];

/** Reads one text after the other from one address, and keeps the versions of what it is told of. */
const reader = () => {
  const versions = new Map<string, string>();
  let body = '';
  let cursor: string | null = null;
  let unreadable: readonly UnreadableEvent[] = [];
  const outbound: Outbound = { fetch: () => () => Promise.resolve(new Response(body)) };
  const { calendarReading } = ics.connect({ config: {}, outbound, userAimedOutbound: outbound, now: () => new Date('2027-01-01T00:00:00Z') });
  const token = tokenOfCredentials({ url: 'https://calendar.example.com/a.ics' }, 'connection-1');
  const window = { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };
  const known = async (names: readonly string[]) => new Map([...versions].filter(([name]) => names.includes(name)));
  const read = async (...events: readonly (readonly string[])[]): Promise<readonly ResourceChange['kind'][]> => {
    body = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events.flat(), 'END:VCALENDAR', ''].join('\r\n');
    const told: ResourceChange[] = [];
    for await (const page of calendarReading.read(token, { calendarId: 'feed', cursor, window, known })) {
      for (const change of page.changes) {
        told.push(change);
        if (change.kind === 'present') versions.set(change.resource, change.version ?? '');
        if (change.kind === 'gone') versions.delete(change.resource);
      }
      cursor = page.cursor;
    }
    unreadable = told.flatMap((change) => (change.kind === 'gone' ? [] : (change.unreadable ?? [])));
    return told.map(({ kind }) => kind).toSorted();
  };
  return { read, forgetCursor: () => (cursor = null), unreadable: () => unreadable };
};

describe('an event of a feed that could be read before and cannot be now', () => {
  it('stays as it was until it leaves the feed', async () => {
    const { read } = reader();
    await read(day('1'), day('2'));

    expect(await read(broken('1'), day('2'))).toEqual(['unchanged', 'unchanged']);
    expect(await read(broken('1', ['SUMMARY:Again']), day('2'))).toEqual(['unchanged', 'unchanged']);
    expect(await read(day('2'))).toEqual(['gone', 'unchanged']);
  });

  it('stays as it was when everything is read anew', async () => {
    const { read, forgetCursor } = reader();
    await read(day('1'), day('2'));
    forgetCursor();

    expect(await read(broken('1'), day('2'))).toEqual(['unchanged', 'unchanged']);
  });

  it('is told as it is when it can be read again', async () => {
    const { read, unreadable } = reader();
    await read(day('1'), day('2'));
    await read(broken('1'), day('2'));

    expect(unreadable()).toHaveLength(1);
    expect(await read(day('1', ['DTSTART:20270401T090000Z']), day('2'))).toEqual(['present', 'unchanged']);
    expect(unreadable()).toEqual([]);
  });

  it.each([
    ['a series whose exception can be read', [day('1', weekly), day('1', moved)], [broken('1'), day('1', moved)]],
    [
      'a series of whose exceptions one can no longer be read',
      [day('1', weekly), day('1', moved)],
      [day('1', weekly), day('1', moved), broken('1', ['RECURRENCE-ID:20270315T090000Z'])],
    ],
    ['a series of whose exceptions none can be read', [day('1', weekly), day('1', moved)], [day('1', weekly), day('1', movedNowhere)]],
    ['one whose UID stands on two lines', [day('11')], [broken('1\r\n 1')]],
    ['one whose UID is escaped', [day('a\\,b')], [broken('a\\,b')]],
  ])('stays as it was: %s', async (_what, before, after) => {
    const { read } = reader();
    await read(...before, day('other'));

    expect(await read(...after, day('other'))).toEqual(['unchanged', 'unchanged']);
  });

  it('makes a feed unreadable when it has become one of many', async () => {
    const { read } = reader();
    const uids = ['1', '2', '3', '4', '5', '6'];
    await read(...uids.map((uid) => day(uid)), day('7'));

    expect(await failureOf(read(...uids.map((uid) => broken(uid)), day('7')))).toMatchObject({ code: 'invalid_response', reason: 'unreadable' });
  });
});

describe('an event of a feed that could never be read', () => {
  it('is told to be there, however many there are, and never takes the others with it', async () => {
    const { read, unreadable } = reader();
    const others = Array.from({ length: 20 }, (_, index) => broken(`broken ${index}`, [`SUMMARY:Meeting ${index}`]));

    await read(...others, day('1'));

    expect(unreadable()).toHaveLength(20);
    expect(unreadable()[19]).toEqual({ title: 'Meeting 19', start: '20270230T090000Z', fault: 'unreadable_time' });
    expect(await read(...others.slice(1), day('1'), day('2'))).toContain('unchanged');
    expect(unreadable()).toHaveLength(19);
  });

  it('does not hold up changes of the series that it is an exception of', async () => {
    const { read } = reader();
    const exceptions = Array.from({ length: 20 }, (_, index) => day(`${index}`, movedNowhere));
    const series = (lines: readonly string[]) => exceptions.map((_exception, index) => day(`${index}`, [...weekly, ...lines]));
    await read(...series([]), ...exceptions);

    expect(new Set(await read(...series(['SUMMARY:Renamed']), ...exceptions))).toEqual(new Set(['present']));
  });
});
