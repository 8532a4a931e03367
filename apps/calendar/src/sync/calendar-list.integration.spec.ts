import { ProviderError, type RemoteCalendar } from '@patchbay/capabilities';
import { waitFor } from '@patchbay/testing';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';
import { ownErrorsMax } from './sync-schedule.js';

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
});

describe('a provider that does not list calendars that there were', () => {
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
  const failures = async (remoteId: string): Promise<number> =>
    (
      await bench.query(
        `SELECT 1 FROM sync_runs AS run JOIN calendars ON calendars.id = run.calendar_id
         WHERE remote_id = $1 AND run.status = 'failed' AND calendars.lease_token IS NULL`,
        [remoteId],
      )
    ).length;
  const pass = (minutes: number): void => {
    bench.time.now = new Date(bench.time.now.getTime() + minutes * minuteMs);
  };
  const names = async () =>
    (await bench.query<{ remote_id: string }>(`SELECT remote_id FROM calendars ORDER BY remote_id`)).map(({ remote_id: id }) => id);
  const accountRow = async () =>
    (
      await bench.query<{ last_error: string | null; next_attempt_at: Date; calendar_id: string | null }>(
        `SELECT last_error, next_attempt_at, calendar_id FROM accounts`,
      )
    )[0];
  /** Lists the same again after more than an hour, by when it is believed. */
  const listForLong = async (...listed: readonly RemoteCalendar[]): Promise<void> => {
    await list(...listed);
    pass(61);
    await list(...listed);
  };

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
    expect(await accountRow()).toMatchObject({ last_error: null, calendar_id: null });
    expect(await bench.query(`SELECT 1 FROM calendar_events UNION ALL SELECT 1 FROM busy_ranges`)).toEqual([]);
  });

  it('begins anew with its hour when it has listed them in between', async () => {
    await list();
    pass(59);
    await list(aCalendar('work'), home);
    pass(59);
    await list();

    expect(await names()).toEqual(['home', 'work']);
  });

  it('adds the calendars that it lists instead at once, and keeps doubting that the others are gone', async () => {
    await list(aCalendar('new'));
    pass(30);
    await list(aCalendar('new'));

    expect(await names()).toEqual(['home', 'new', 'work']);
    expect(await accountRow()).toMatchObject({ last_error: 'calendars_missing' });
  });

  it('is doubted as well when only one of several is missing: its busy times stay, and bookings go where they went', async () => {
    await bench.query(`UPDATE accounts SET calendar_id = 'home'`);
    await list(aCalendar('work'));
    const { last_error, next_attempt_at: next, calendar_id } = (await accountRow()) ?? {};

    expect({ last_error, calendar_id }).toEqual({ last_error: 'calendars_missing', calendar_id: 'home' });
    expect((next?.getTime() ?? Infinity) - bench.time.now.getTime()).toBeLessThan(15 * minuteMs);
    expect(await bench.titles(account)).toEqual(['event home', 'event work']);
    expect(await bench.busy(account)).toHaveLength(2);
  });

  it('is believed of one that was missing for an hour, which comes back as it was chosen', async () => {
    await bench.query(`UPDATE calendars SET is_selected = false, conflict_policy = 'warn' WHERE remote_id = 'home'`);
    await listForLong(aCalendar('work'));
    const without = await names();
    const contents = await bench.query(
      `SELECT 1 FROM calendar_events WHERE event_id = 'home' UNION ALL SELECT 1 FROM busy_ranges WHERE event_id = 'home'`,
    );
    await list(aCalendar('work'), home);

    expect([without, contents]).toEqual([['work'], []]);
    expect(await bench.calendarOf(account, 'home')).toMatchObject({
      is_selected: false,
      conflict_policy: 'warn',
      next_attempt_at: null,
      generation: 0,
    });
    expect(await bench.query(`SELECT 1 FROM calendar_choices`)).toEqual([]);
  });

  it('is doubted anew once the account was connected again: nobody has looked meanwhile', async () => {
    await list(aCalendar('work'));
    pass(24 * 60);
    const missed = await bench.calendarOf(account, 'home');
    await bench.database.transaction((tx) => new AccountsRepository(bench.database).readConnected(tx, account, bench.time.now));
    await list(aCalendar('work'));

    expect(missed.missing_since).not.toBeNull();
    expect(await names()).toEqual(['home', 'work']);
  });

  it('has bookings written again to the calendar that was chosen when that comes back', async () => {
    await bench.query(`UPDATE accounts SET calendar_id = 'home'`);
    await listForLong(aCalendar('work'));
    const without = (await accountRow())?.calendar_id;
    await list(aCalendar('work'), { ...home, isWritable: false });
    const unwritable = (await accountRow())?.calendar_id;
    await list(aCalendar('work'), home);

    expect([without, unwritable, (await accountRow())?.calendar_id]).toEqual(['work', 'work', 'home']);
  });

  it('has bookings written to a calendar that is read when the chosen one is gone', async () => {
    const birthdays = aCalendar('birthdays', { isPrimary: false });
    const listed = [birthdays, home];
    await bench.query(`UPDATE accounts SET calendar_id = 'work'`);
    await list(aCalendar('work'), ...listed);
    await bench.query(`UPDATE calendars SET is_selected = false WHERE remote_id = 'birthdays'`);
    await listForLong(...listed);

    expect(await accountRow()).toMatchObject({ calendar_id: 'home', last_error: null });
  });

  it('is not told of as an error of a calendar that is gone indeed', async () => {
    bench.provider.beforePage = (calendarId) => {
      if (calendarId === 'home') throw new ProviderError('google', 'not_found');
    };
    await list(aCalendar('work'));
    for (let count = 0; count < ownErrorsMax + 1; count += 1) {
      await bench.query(`UPDATE calendars SET next_attempt_at = $1 WHERE remote_id = 'home'`, [bench.time.now]);
      await waitFor(async () => ((await failures('home')) > count ? true : undefined), 'the reading to fail');
    }

    expect(await bench.calendarOf(account, 'home')).toMatchObject({ sync_enabled: true, error_count: 0, last_error: 'not_found' });
    expect(await bench.announced('calendar_sync_disabled')).toEqual([]);
  });

  it('has a calendar that comes back read from its beginning when it was chosen to be', async () => {
    const birthdays = aCalendar('birthdays', { isPrimary: false, isWritable: false });
    await list(aCalendar('work'), birthdays);
    await bench.query(`UPDATE calendars SET is_selected = true WHERE remote_id = 'birthdays'`);
    bench.provider.put('birthdays', anEvent('cake'));
    await listForLong(aCalendar('work'));
    await list(aCalendar('work'), birthdays);

    await waitFor(async () => ((await bench.titles(account)).includes('event cake') ? true : undefined), 'the birthdays');
    expect((await bench.calendarOf(account, 'birthdays')).generation).toBe(1);
  });
});
