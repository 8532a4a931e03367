import { waitFor } from '@patchbay/testing';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

const at = (hour: number, day = 1) => ({ dateTime: `2026-12-0${day}T${hour}:00:00`, timeZone: 'Europe/Berlin' });

describe('the reading of calendars', () => {
  let bench: SyncBench;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(() => bench.reset());
  afterAll(() => bench.stop());

  const connected = async (...events: readonly string[]): Promise<string> => {
    for (const id of events) bench.provider.put('work', anEvent(id));
    bench.start();
    const account = await bench.connect(aCalendar('work'));
    await bench.settled(account);
    return account;
  };
  const gate = () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    return { opened, open: () => open() };
  };

  it('reads everything once, over as many pages as it takes, and says as of when it is true', async () => {
    const account = await connected('a', 'b', 'c', 'd', 'e');

    expect(await bench.titles(account)).toEqual(['event a', 'event b', 'event c', 'event d', 'event e']);
    expect(await bench.calendarOf(account)).toMatchObject({ generation: 1, synced_at: bench.time.now, last_error: null, error_count: 0 });
    expect(await bench.runs(account)).toMatchObject([{ kind: 'full', status: 'succeeded', pages: 3, changed: 5, removed: 0 }]);
    expect(await bench.announced('calendar_events_changed')).toMatchObject([{ calendar_id: 'work', changed: 5, removed: 0, is_full: true }]);
  });

  it('lets its lease last with every page, however little time pages leave for renewing it', async () => {
    const ends: (Date | null)[] = [];
    bench.provider.beforePage = async () => {
      const [row] = await bench.query<{ lease_until: Date | null }>(`SELECT lease_until FROM calendars`);
      ends.push(row?.lease_until ?? null);
    };

    await connected('a', 'b', 'c', 'd', 'e', 'f', 'g');

    const lasting = ends.map((end) => end?.getTime() ?? 0);
    expect(lasting).toHaveLength(4);
    expect(lasting).toEqual([...new Set(lasting)].toSorted((one, other) => one - other));
  });

  it('works busy times out of what it reads', async () => {
    const account = await connected('a');

    expect(await bench.busy(account)).toEqual(['event a 12-01 09:00-10:00']);
  });

  it('reads afterwards only what has changed, and announces that alone', async () => {
    const account = await connected('a', 'b', 'c');
    bench.provider.put('work', anEvent('b', { title: 'moved', start: at(14), end: at(15) }));
    bench.provider.remove('work', 'c');
    bench.provider.fetched.length = 0;

    await bench.sync(account);

    expect(await bench.busy(account)).toEqual(['event a 12-01 09:00-10:00', 'moved 12-01 13:00-14:00']);
    expect(bench.provider.fetched).toEqual(['b']);
    expect((await bench.runs(account)).at(-1)).toMatchObject({ kind: 'incremental', status: 'succeeded', changed: 1, removed: 1 });
    expect((await bench.announced('calendar_events_changed')).at(-1)).toMatchObject({ changed: 1, removed: 1, is_full: false });
  });

  it('keeps the new cursor of a page without changes, and announces nothing', async () => {
    const account = await connected('a');
    bench.provider.put('work', anEvent('b'));
    await bench.sync(account);
    const before = await bench.calendarOf(account);

    await bench.sync(account);

    expect((await bench.calendarOf(account)).cursor).toBe(before.cursor);
    expect(bench.provider.readings.at(-1)?.cursor).toBe(before.cursor);
    expect(await bench.announced('calendar_events_changed')).toHaveLength(2);
  });

  it('counts nothing as changed that is told again as it was', async () => {
    const account = await connected('a');
    bench.provider.expire('work');

    await bench.sync(account);

    expect((await bench.runs(account)).at(-1)).toMatchObject({ kind: 'full', changed: 0, removed: 0 });
    expect(await bench.announced('calendar_events_changed')).toHaveLength(1);
  });

  it('makes no busy time of what is free, declined, cancelled or takes no time, and marks what is tentative', async () => {
    bench.provider.put('work', anEvent('free', { isFree: true }));
    bench.provider.put('work', anEvent('declined', { response: 'declined' }));
    bench.provider.put('work', anEvent('cancelled', { status: 'cancelled' }));
    bench.provider.put('work', anEvent('instant', { end: at(10) }));
    bench.provider.put('work', anEvent('maybe', { response: 'tentative' }));
    const account = await connected('sure');

    expect(await bench.busy(account)).toEqual(['event maybe 12-01 09:00-10:00?', 'event sure 12-01 09:00-10:00']);
  });

  it('gives a series its exceptions whichever is told first, and takes them away with it', async () => {
    const exception = anEvent('s_2', { seriesId: 's', originalStart: at(10, 2), start: at(16, 2), end: at(17, 2), title: 'later' });
    const cancelled = anEvent('s_3', { seriesId: 's', originalStart: at(10, 3), status: 'cancelled' });
    bench.provider.put('work', exception);
    bench.provider.put('work', anEvent('x'));
    bench.provider.put('work', anEvent('s', { recurrence: ['RRULE:FREQ=DAILY;COUNT=3'], title: 'daily' }));
    const account = await connected();
    const first = await bench.busy(account);

    bench.provider.put('work', cancelled);
    await bench.sync(account);
    const second = await bench.busy(account);
    bench.provider.remove('work', 's');
    await bench.sync(account);

    expect(first).toEqual(['daily 12-01 09:00-10:00', 'event x 12-01 09:00-10:00', 'later 12-02 15:00-16:00', 'daily 12-03 09:00-10:00']);
    expect(second).toEqual(['daily 12-01 09:00-10:00', 'event x 12-01 09:00-10:00', 'later 12-02 15:00-16:00']);
    expect(await bench.busy(account)).toEqual(['event x 12-01 09:00-10:00']);
  });

  it('shows the old state until all of a new one is read, when the provider has forgotten the cursor', async () => {
    const account = await connected('a', 'b', 'c');
    bench.provider.remove('work', 'a');
    bench.provider.put('work', anEvent('d'));
    bench.provider.expire('work');
    const { opened, open } = gate();
    bench.provider.beforePage = (_calendar, page) => (page === 1 ? opened : undefined);

    const done = bench.sync(account);
    const isBuilt = async () => ((await bench.calendarOf(account)).building_cursor === null ? undefined : true);
    await waitFor(isBuilt, 'the first page of the new state');
    const during = await bench.titles(account);
    open();
    await done;

    expect(during).toEqual(['event a', 'event b', 'event c']);
    expect(await bench.titles(account)).toEqual(['event b', 'event c', 'event d']);
    expect((await bench.runs(account)).at(-1)).toMatchObject({ kind: 'full', changed: 1, removed: 1 });
    expect(await bench.query(`SELECT DISTINCT generation FROM calendar_events`)).toEqual([{ generation: 2 }]);
  });

  it('fetches nothing again that it knows by its version when everything must be read', async () => {
    const account = await connected('a', 'b');
    bench.provider.put('work', anEvent('b', { title: 'other' }));
    bench.provider.fetched.length = 0;

    await bench.sync(account, true);

    expect(bench.provider.fetched).toEqual(['b']);
    expect(await bench.busy(account)).toEqual(['event a 12-01 09:00-10:00', 'other 12-01 09:00-10:00']);
    expect((await bench.runs(account)).at(-1)).toMatchObject({ kind: 'full', changed: 1, removed: 0 });
  });

  it('goes on after the last stored page when whoever read died, and ignores him when he comes back', async () => {
    const { opened, open } = gate();
    let isFirst = true;
    bench.provider.beforePage = (_calendar, page) => {
      if (page !== 1 || !isFirst) return undefined;
      isFirst = false;
      return opened;
    };
    for (const id of ['a', 'b', 'c', 'd', 'e']) bench.provider.put('work', anEvent(id));
    bench.start();
    const account = await bench.connect(aCalendar('work'));
    const { id } = await waitFor(async () => {
      const row = await bench.calendarOf(account);
      return row.building_cursor === null ? undefined : row;
    }, 'the first page');

    await bench.loseLease(id);
    bench.start();
    await waitFor(async () => ((await bench.calendarOf(account)).generation === 1 ? true : undefined), 'the other replica');
    open();
    bench.provider.put('work', anEvent('f'));
    await bench.sync(account);

    expect(bench.provider.readings.map(({ cursor }) => cursor === null)).toEqual([true, false, false]);
    expect(bench.provider.fetched).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await bench.titles(account)).toHaveLength(6);
    expect(await bench.runs(account)).toMatchObject([
      { kind: 'full', status: 'succeeded', pages: 3, changed: 5 },
      { kind: 'incremental', changed: 1 },
    ]);
  });

  it('hands a calendar over between two pages when its process ends', async () => {
    const { opened, open } = gate();
    bench.provider.beforePage = (_calendar, page) => (page === 1 && bench.provider.readings.length === 1 ? opened : undefined);
    for (const id of ['a', 'b', 'c', 'd', 'e']) bench.provider.put('work', anEvent(id));
    const first = bench.start();
    const account = await bench.connect(aCalendar('work'));
    await waitFor(async () => (await bench.calendarOf(account)).building_cursor ?? undefined, 'the first page');

    const ended = first.onApplicationShutdown();
    open();
    await ended;
    const { generation: shown, attempts } = await bench.calendarOf(account);
    bench.start();
    await bench.settled(account);

    expect([shown, attempts]).toEqual([0, 0]);
    expect(bench.provider.fetched).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect((await bench.runs(account))[0]).toMatchObject({ kind: 'full', status: 'succeeded', pages: 3 });
  });

  it('begins again where the provider cannot go on in the middle, and loses nothing that was removed meanwhile', async () => {
    bench.provider.resumesMidway = false;
    let failures = 1;
    bench.provider.beforePage = (_calendar, page) => {
      if (page !== 1 || failures === 0) return;
      failures -= 1;
      bench.provider.remove('work', 'a');
      throw new Error('half a page');
    };
    for (const id of ['a', 'b', 'c', 'd']) bench.provider.put('work', anEvent(id));
    bench.start();
    const account = await bench.connect(aCalendar('work'));
    await waitFor(async () => ((await bench.calendarOf(account)).error_count === 1 ? true : undefined), 'the failure');

    await bench.sync(account);

    expect(await bench.titles(account)).toEqual(['event b', 'event c', 'event d']);
    expect(bench.provider.fetched).toEqual(['a', 'b', 'c', 'd']);
  });

  it('reads a calendar once at a time, however many replicas there are', async () => {
    for (const id of ['a', 'b', 'c']) bench.provider.put('work', anEvent(id));
    bench.provider.beforePage = () => new Promise((resolve) => setImmediate(resolve));
    bench.start();
    bench.start();
    const accounts = await Promise.all(Array.from({ length: 6 }, () => bench.connect(aCalendar('work'), aCalendar('home', { isPrimary: false }))));

    const isRead = async () => ((await bench.query(`SELECT 1 FROM calendars WHERE generation = 0`)).length === 0 ? true : undefined);
    await waitFor(isRead, 'all calendars');

    expect(bench.provider.readings).toHaveLength(12);
    expect(await Promise.all(accounts.map(async (account) => (await bench.titles(account)).length))).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('moves the window on with the time, without reading anything again', async () => {
    bench.provider.put('work', anEvent('s', { recurrence: ['RRULE:FREQ=MONTHLY'], title: 'monthly' }));
    const account = await connected();
    const before = await bench.busy(account);
    bench.provider.fetched.length = 0;

    bench.time.now = new Date('2027-01-15T12:00:00Z');
    await bench.sync(account);
    const after = await bench.busy(account);

    expect([before.at(0), before.at(-1), before.length]).toEqual(['monthly 12-01 09:00-10:00', 'monthly 11-01 09:00-10:00', 12]);
    expect([after.at(0), after.at(-1), after.length]).toEqual(['monthly 01-01 09:00-10:00', 'monthly 01-01 09:00-10:00', 13]);
    expect(bench.provider.fetched).toEqual([]);
  });

  it('goes on moving the window where it was cut short', async () => {
    const names = Array.from({ length: 1_001 }, (_, index) => `s${String(index).padStart(4, '0')}`);
    bench.provider.pageSize = names.length;
    const account = await connected(...names);
    const writtenBy = async () => (await bench.query<{ xmin: string }>(`SELECT xmin::text FROM busy_ranges WHERE series_id = 's0000'`))[0]?.xmin;
    await bench.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$`);
    await bench.query(
      `CREATE TRIGGER refuse BEFORE INSERT ON busy_ranges FOR EACH ROW WHEN (NEW.series_id = '${names.at(-1)}') EXECUTE FUNCTION refuse()`,
    );
    bench.time.now = new Date('2026-11-30T12:00:00Z');
    await bench.database.transaction((tx) => bench.calendars.readSoon(tx, { accountId: account, now: bench.time.now }));
    await waitFor(async () => ((await bench.calendarOf(account)).last_error === null ? undefined : true), 'the failure');
    const moved = await writtenBy();

    await bench.query(`DROP TRIGGER refuse ON busy_ranges`);
    await bench.sync(account);

    expect(await writtenBy()).toBe(moved);
    expect(await bench.calendarOf(account)).toMatchObject({ window_to: new Date('2027-12-07T12:00:00Z'), moving_after: null });
    expect(await bench.busy(account)).toHaveLength(names.length);
  });

  it('reads everything for a later window where a cursor covers only its own', async () => {
    bench.provider.isBoundToWindow = true;
    const account = await connected('a');

    bench.time.now = new Date('2026-11-25T12:00:00Z');
    await bench.sync(account);
    bench.time.now = new Date('2026-11-29T12:00:00Z');
    await bench.sync(account);

    expect((await bench.runs(account)).map(({ kind }) => kind)).toEqual(['full', 'incremental', 'full']);
  });

  it('keeps text that no database keeps as far as it can be kept', async () => {
    bench.provider.put('work', anEvent('odd', { title: 'one\0 two \ud800' }));

    expect(await bench.titles(await connected())).toEqual(['one two �']);
  });
});
