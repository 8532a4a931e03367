import { ProviderError } from '@patchbay/capabilities';
import { waitFor } from '@patchbay/testing';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';
import { AccountsRepository } from './accounts.repository.js';

const minuteMs = 60_000;

describe('a calendar that is nowhere to be found for a while, as a feed that its server has lost', () => {
  let bench: SyncBench;
  let account: string;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    bench.provider.put('work', anEvent('a'));
    bench.provider.listed = [aCalendar('work')];
    bench.start();
    account = await bench.connect();
    await bench.query(`UPDATE accounts SET wanted_revision = 1`);
    await bench.list(account);
    await bench.settled(account);
  });
  afterAll(() => bench.stop());

  const lose = (): void => {
    bench.provider.beforePage = () => {
      throw new ProviderError('google', 'not_found');
    };
    bench.provider.listCalendars = () => Promise.reject(new ProviderError('google', 'not_found'));
  };
  const failList = (code: 'unavailable' | 'forbidden'): void => {
    bench.provider.listCalendars = () => Promise.reject(new ProviderError('google', code));
  };
  const bringBackList = (): void => {
    bench.provider.listCalendars = () => Promise.resolve(bench.provider.listed);
  };
  const bringBack = (): void => {
    bench.provider.beforePage = () => undefined;
    bringBackList();
  };
  /** Lets time pass until the calendar is due, and waits for what comes of it. */
  const nextAttempt = async () => {
    const count = bench.provider.readings.length;
    const { next_attempt_at: due } = await bench.calendarOf(account);
    if (due === null) throw new Error('nothing is due');
    bench.time.now = due;
    return waitFor(async () => {
      const row = await bench.calendarOf(account);
      return bench.provider.readings.length > count && row.run_id === null && row.lease_token === null ? row : undefined;
    }, 'the attempt');
  };
  const fiveTimes = async (): Promise<void> => {
    for (let count = 0; count < 5; count += 1) await nextAttempt();
  };
  const waitOfList = async (): Promise<number> => {
    await bench.list(account);
    const [row] = await bench.query<{ next_attempt_at: Date }>(`SELECT next_attempt_at FROM accounts`);
    return (row?.next_attempt_at.getTime() ?? 0) - bench.time.now.getTime();
  };

  it('goes on by itself when it is back soon', async () => {
    lose();
    const lost = await nextAttempt();
    bringBack();
    bench.provider.put('work', anEvent('b'));
    const found = await nextAttempt();

    expect([lost.error_count, lost.last_error, found.error_count, found.last_error]).toEqual([1, 'not_found', 0, null]);
    expect(await bench.titles(account)).toEqual(['event a', 'event b']);
  });

  it('is switched off after five errors, which its owner is told, and switched on again by itself once it is listed again', async () => {
    lose();
    await fiveTimes();
    await bench.list(account);
    const off = await bench.calendarOf(account);
    bringBack();
    bench.provider.put('work', anEvent('b'));

    await bench.list(account);
    await bench.settled(account);

    expect(off).toMatchObject({ sync_enabled: false, next_attempt_at: null, last_error: 'not_found' });
    expect(await bench.announced('calendar_sync_disabled')).toMatchObject([{ calendar_id: 'work', reason: 'not_found' }]);
    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: true, error_count: 0, last_error: null });
    expect(await bench.titles(account)).toEqual(['event a', 'event b']);
  });

  it('stays off where it was listed all the time: what is listed and cannot be found is told of once', async () => {
    lose();
    bringBackList();
    await fiveTimes();

    await bench.list(account);

    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: false, next_attempt_at: null });
  });

  it('stays off where it was listed all the time but for an outage, and is told of once all the same', async () => {
    lose();
    bringBackList();
    await fiveTimes();
    failList('unavailable');
    await bench.list(account);
    bringBackList();

    await bench.list(account);

    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: false, next_attempt_at: null });
    expect(await bench.announced('calendar_sync_disabled')).toHaveLength(1);
  });

  it('is switched on again also where its server was down or refused everything before it had it back', async () => {
    lose();
    await fiveTimes();
    await bench.list(account);
    failList('unavailable');
    await bench.list(account);
    failList('forbidden');
    await bench.list(account);
    bringBack();

    await bench.list(account);
    await bench.settled(account);

    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: true, last_error: null });
  });

  it('stays off where its user has switched the account off', async () => {
    lose();
    await fiveTimes();
    await bench.list(account);
    await bench.query(`UPDATE accounts SET sync_enabled = false`);
    bringBack();

    await bench.list(account);

    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: false, next_attempt_at: null });
  });

  it('is read at once when its account is connected again, however long it was looked for in vain', async () => {
    const accounts = new AccountsRepository(bench.database);
    lose();
    await fiveTimes();
    await bench.query(`UPDATE accounts SET attempts = 5_000`);
    await bench.list(account);
    await bench.database.transaction((tx) => accounts.readConnected(tx, account, bench.time.now));
    // Another replica has the old address in mind for a moment.
    const waitMs = await waitOfList();
    bringBack();
    await bench.list(account);
    await bench.settled(account);

    expect(waitMs).toBeLessThan(5_000);
    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: true, last_error: null });
  });

  it('is listed at once for whoever connects it while a list is under way that fails', async () => {
    const accounts = new AccountsRepository(bench.database);
    lose();
    bench.provider.listCalendars = async () => {
      await bench.database.transaction((tx) => accounts.readConnected(tx, account, bench.time.now));
      throw new ProviderError('google', 'not_found');
    };

    expect(await waitOfList()).toBe(0);
  });

  it('is listed at once for whoever asks while a list is under way that succeeds', async () => {
    bench.provider.listCalendars = async () => {
      await bench.query(`UPDATE accounts SET wanted_revision = wanted_revision + 1, next_attempt_at = $1`, [bench.time.now]);
      return bench.provider.listed;
    };

    expect(await waitOfList()).toBe(0);
  });

  it('is listed no sooner than the outage allows for whoever asks while a list is under way that fails with one', async () => {
    bench.provider.listCalendars = async () => {
      await bench.query(`UPDATE accounts SET wanted_revision = wanted_revision + 1, next_attempt_at = $1`, [bench.time.now]);
      throw new ProviderError('google', 'unavailable', { retryAfterMs: 10 * minuteMs });
    };

    expect(await waitOfList()).toBeGreaterThanOrEqual(10 * minuteMs);
  });

  it('is looked for more and more rarely, and once an hour in the end', async () => {
    lose();
    const first = await waitOfList();
    await bench.query(`UPDATE accounts SET attempts = 5_000`);
    const last = await waitOfList();

    expect(first).toBeLessThan(5_000);
    expect([last >= 30 * minuteMs, last <= 60 * minuteMs]).toEqual([true, true]);
  });
});
