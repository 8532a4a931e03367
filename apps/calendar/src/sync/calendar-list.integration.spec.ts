import type { RemoteCalendar } from '@patchbay/capabilities';
import { waitFor } from '@patchbay/testing';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

const minuteMs = 60_000;
const home = aCalendar('home', { isPrimary: false });

describe('the calendars of an account', () => {
  let bench: SyncBench;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(() => bench.reset());
  afterAll(() => bench.stop());

  it('keeps the cursors and contents of several calendars apart', async () => {
    bench.provider.put('work', anEvent('a'));
    bench.provider.put('home', anEvent('a', { title: 'at home' }));
    bench.start();
    const account = await bench.connect(aCalendar('work'), aCalendar('home', { isPrimary: false }));
    await bench.settled(account);
    bench.provider.remove('work', 'a');
    bench.provider.put('home', anEvent('b', { title: 'also at home' }));

    await bench.sync(account);

    expect(await bench.titles(account)).toEqual(['also at home', 'at home']);
  });

  it('reads what is selected: by itself the primary and writable ones, and an only one', async () => {
    const holidays = aCalendar('holidays', { isPrimary: false, isWritable: false });
    bench.start();
    const account = await bench.connect(aCalendar('work'), holidays);
    const alone = await bench.connect(holidays);

    await bench.settled(account);
    await bench.settled(alone);

    expect((await bench.calendarOf(account, 'holidays')).is_selected).toBe(false);
    expect(bench.provider.readings.map(({ calendarId }) => calendarId).toSorted()).toEqual(['holidays', 'work']);
  });

  it('forgets a calendar that the account has no more', async () => {
    bench.provider.put('home', anEvent('b'));
    bench.start();
    const account = await bench.connect(aCalendar('work'), aCalendar('home', { isPrimary: false }));
    await bench.settled(account);

    await bench.database.transaction((tx) => bench.calendars.takeList(tx, account, { calendars: [aCalendar('work')], now: bench.time.now }));

    expect(await bench.query(`SELECT remote_id FROM calendars`)).toEqual([{ remote_id: 'work' }]);
    expect(await bench.query(`SELECT 1 FROM calendar_events UNION ALL SELECT 1 FROM busy_ranges`)).toEqual([]);
  });
});

describe('a provider that lists no calendar that there was', () => {
  let bench: SyncBench;
  let account: string;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    for (const id of ['work', 'home']) bench.provider.put(id, anEvent(id));
    bench.start();
    account = await bench.connect(aCalendar('work'), home);
    await bench.settled(account);
  });
  afterAll(() => bench.stop());

  const list = async (...listed: readonly RemoteCalendar[]): Promise<void> => {
    bench.provider.listed = listed;
    await bench.list(account);
  };
  const pass = (minutes: number): void => {
    bench.time.now = new Date(bench.time.now.getTime() + minutes * minuteMs);
  };
  const names = async () =>
    (await bench.query<{ remote_id: string }>(`SELECT remote_id FROM calendars ORDER BY remote_id`)).map(({ remote_id: id }) => id);
  const accountRow = async () =>
    (
      await bench.query<{ last_error: string | null; next_attempt_at: Date; calendar_id: string | null; list_doubted_since: Date | null }>(
        `SELECT last_error, next_attempt_at, calendar_id, list_doubted_since FROM accounts`,
      )
    )[0];

  it('is asked again soon, and nothing is lost until then', async () => {
    await bench.query(`UPDATE accounts SET calendar_id = 'home'`);
    await list();
    const { last_error, next_attempt_at: next, calendar_id } = (await accountRow()) ?? {};

    expect({ last_error, calendar_id, names: await names() }).toEqual({
      last_error: 'calendars_missing',
      calendar_id: 'home',
      names: ['home', 'work'],
    });
    expect((next?.getTime() ?? Infinity) - bench.time.now.getTime()).toBeLessThan(15 * minuteMs);
    expect(await bench.titles(account)).toEqual(['event home', 'event work']);
  });

  it('is believed when it still says so after an hour', async () => {
    await list();
    pass(59);
    await list();
    const before = await names();
    pass(2);
    await list();

    expect([before, await names()]).toEqual([['home', 'work'], []]);
    expect(await accountRow()).toMatchObject({ last_error: null, list_doubted_since: null, calendar_id: null });
    expect(await bench.query(`SELECT 1 FROM calendar_events UNION ALL SELECT 1 FROM busy_ranges`)).toEqual([]);
  });

  it('begins anew with its hour when it has listed one of them in between', async () => {
    await list();
    pass(59);
    await list(aCalendar('work'), home);
    pass(59);
    await list();

    expect(await names()).toEqual(['home', 'work']);
  });

  it('adds the calendars that it lists instead at once', async () => {
    await list(aCalendar('new'));

    expect(await names()).toEqual(['home', 'new', 'work']);
    expect(await accountRow()).toMatchObject({ last_error: 'calendars_missing' });
  });

  it('believes at once that one of several is gone, and gives it back as it was chosen', async () => {
    await bench.query(`UPDATE calendars SET is_selected = false, conflict_policy = 'warn' WHERE remote_id = 'home'`);
    await list(aCalendar('work'));
    const without = await names();
    await list(aCalendar('work'), home);

    expect(without).toEqual(['work']);
    expect(await bench.calendarOf(account, 'home')).toMatchObject({
      is_selected: false,
      conflict_policy: 'warn',
      next_attempt_at: null,
      generation: 0,
    });
    expect(await bench.query(`SELECT 1 FROM calendar_choices`)).toEqual([]);
  });

  it('has a calendar that comes back read from its beginning when it was chosen to be', async () => {
    const birthdays = aCalendar('birthdays', { isPrimary: false, isWritable: false });
    await list(aCalendar('work'), birthdays);
    await bench.query(`UPDATE calendars SET is_selected = true WHERE remote_id = 'birthdays'`);
    bench.provider.put('birthdays', anEvent('cake'));
    await list(aCalendar('work'));
    await list(aCalendar('work'), birthdays);

    await waitFor(async () => ((await bench.titles(account)).includes('event cake') ? true : undefined), 'the birthdays');
    expect((await bench.calendarOf(account, 'birthdays')).generation).toBe(1);
  });
});
