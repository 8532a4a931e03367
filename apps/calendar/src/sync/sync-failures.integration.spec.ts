import { jest } from '@jest/globals';
import { AppError } from '@patchbay/contracts';
import { ProviderError, type ProviderErrorCode } from '@patchbay/capabilities';
import { waitFor } from '@patchbay/testing';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';
import { TooManyOccurrencesError } from './busy-batches.js';
import { ContentsRepository } from './contents.repository.js';

const minuteMs = 60_000;

describe('a calendar that cannot be read', () => {
  let bench: SyncBench;
  let account: string;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    bench.provider.put('work', anEvent('a'));
    bench.start();
    account = await bench.connect(aCalendar('work'));
    await bench.settled(account);
  });
  afterAll(() => bench.stop());

  const failWith = (code: ProviderErrorCode, retryAfterMs?: number): void => {
    bench.provider.beforePage = () => {
      throw new ProviderError('google', code, { retryAfterMs });
    };
  };
  const works = (): void => {
    bench.provider.beforePage = () => undefined;
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

  it('is read again after its interval, give or take a fifth, as long as it works', async () => {
    const { next_attempt_at: due } = await bench.calendarOf(account);
    const waitMs = (due?.getTime() ?? 0) - bench.time.now.getTime();

    expect(waitMs).toBeGreaterThanOrEqual(12 * minuteMs);
    expect(waitMs).toBeLessThanOrEqual(18 * minuteMs);
  });

  it('is switched off after five errors of its own in a row, and its user is told once', async () => {
    failWith('invalid_response');
    for (let count = 0; count < 4; count += 1) await nextAttempt();
    const before = await bench.calendarOf(account);
    const off = await nextAttempt();

    expect(before).toMatchObject({ sync_enabled: true, error_count: 4, last_error: 'invalid_response' });
    expect(off).toMatchObject({ sync_enabled: false, error_count: 5, next_attempt_at: null, generation: 1 });
    expect(await bench.announced('calendar_sync_disabled')).toMatchObject([{ calendar_id: 'work', reason: 'invalid_response', error_count: 5 }]);
    expect(await bench.announced('activity_recorded')).toMatchObject([{ log_type: 'error', success: false, integration_type: 'google' }]);
    expect(await bench.titles(account)).toEqual(['event a']);
  });

  it('begins to count anew after a reading that worked', async () => {
    failWith('forbidden');
    for (let count = 0; count < 4; count += 1) await nextAttempt();
    works();
    await nextAttempt();
    failWith('forbidden');

    expect(await nextAttempt()).toMatchObject({ sync_enabled: true, error_count: 1 });
  });

  it.each(['unavailable', 'rate_limited'] as const)('stays on however long its provider is %s', async (code) => {
    failWith(code);
    for (let count = 0; count < 7; count += 1) await nextAttempt();

    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: true, error_count: 0, last_error: code });
    expect((await bench.runs(account)).at(-1)).toMatchObject({ status: 'failed', error: code });
  });

  it('waits as long as the provider asks for', async () => {
    failWith('rate_limited', 40 * minuteMs);
    await nextAttempt();
    const { next_attempt_at: due } = await bench.calendarOf(account);

    expect((due?.getTime() ?? 0) - bench.time.now.getTime()).toBeGreaterThanOrEqual(40 * minuteMs);
  });

  it('counts a failure that nobody foresaw as its own, so that it ends', async () => {
    bench.provider.beforePage = () => {
      throw new TypeError('undefined is not a function');
    };

    expect(await nextAttempt()).toMatchObject({ error_count: 1, last_error: 'reading_failed' });
  });

  it('fails by itself, rests and is switched off in the end when it comes to more busy times than are kept', async () => {
    const expand = jest.spyOn(ContentsRepository.prototype, 'expand').mockRejectedValue(new TooManyOccurrencesError());
    const { cursor, synced_at: syncedAt } = await bench.calendarOf(account);
    bench.provider.put('work', anEvent('b'));
    const failed = await nextAttempt();
    const restMs = (failed.next_attempt_at?.getTime() ?? 0) - bench.time.now.getTime();
    for (let count = 0; count < 4; count += 1) await nextAttempt();
    expand.mockRestore();

    expect(failed).toMatchObject({ error_count: 1, last_error: 'too_many_occurrences', cursor, synced_at: syncedAt });
    expect(restMs).toBeGreaterThanOrEqual(minuteMs / 2);
    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: false, next_attempt_at: null, last_error: 'too_many_occurrences' });
  });

  it('waits for its user when the account must be connected again, and goes on with its cursor then', async () => {
    const { cursor } = await bench.calendarOf(account);
    const { use } = bench.tokens;
    bench.tokens.use = () => Promise.reject(new AppError('connection_needs_reauth'));
    bench.time.now = (await bench.calendarOf(account)).next_attempt_at ?? bench.time.now;
    const isRefused = async () => ((await bench.calendarOf(account)).last_error === 'connection_needs_reauth' ? true : undefined);
    await waitFor(isRefused, 'the refusal');
    const waiting = await bench.calendarOf(account);

    bench.tokens.use = use;
    bench.provider.put('work', anEvent('b'));
    await bench.sync(account);

    expect(waiting).toMatchObject({ next_attempt_at: null, error_count: 0, sync_enabled: true });
    expect(bench.provider.readings.at(-1)?.cursor).toBe(cursor);
    expect(await bench.titles(account)).toEqual(['event a', 'event b']);
  });

  it('keeps what a page brought that came before the failure, and goes on behind it', async () => {
    for (const id of ['b', 'c', 'd']) bench.provider.put('work', anEvent(id));
    bench.provider.expire('work');
    bench.provider.beforePage = (_calendar, page) => {
      if (page === 1) throw new ProviderError('google', 'unavailable');
    };
    await nextAttempt();
    bench.provider.fetched.length = 0;
    works();
    await nextAttempt();

    expect(bench.provider.fetched).toEqual(['c', 'd']);
    expect(await bench.titles(account)).toEqual(['event a', 'event b', 'event c', 'event d']);
  });

  it('is read no more while it is not selected', async () => {
    const readings = bench.provider.readings.length;
    await bench.query(`UPDATE calendars SET is_selected = false`);

    bench.time.now = (await bench.calendarOf(account)).next_attempt_at ?? bench.time.now;
    const isLeft = async () => ((await bench.calendarOf(account)).next_attempt_at === null ? true : undefined);
    await waitFor(isLeft, 'the worker to leave it');

    expect(bench.provider.readings).toHaveLength(readings);
  });

  it('is read when somebody asks, but not by itself, while its sync is switched off', async () => {
    await bench.query(`UPDATE accounts SET sync_enabled = false`);
    bench.provider.put('work', anEvent('b'));

    await bench.sync(account);

    expect(await bench.titles(account)).toEqual(['event a', 'event b']);
    expect((await bench.calendarOf(account)).next_attempt_at).toBeNull();
  });

  it('is read once more at once when somebody asked while it was being read', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    bench.provider.beforePage = () => opened;
    const readings = bench.provider.readings.length;
    const first = bench.sync(account);
    await waitFor(() => (bench.provider.readings.length > readings ? true : undefined), 'the reading to begin');
    const second = bench.sync(account);

    open();
    await Promise.all([first, second]);

    expect(bench.provider.readings).toHaveLength(readings + 2);
  });

  it('is forgotten when its user disconnects the account, but not what was chosen; connected again it is read from the beginning', async () => {
    await bench.query(`UPDATE calendars SET conflict_policy = 'warn'`);
    await bench.database.transaction((tx) => bench.calendars.forgetContents(tx, account));
    const rows = await bench.query(`SELECT 1 FROM calendar_events UNION ALL SELECT 1 FROM busy_ranges`);
    const forgotten = await bench.calendarOf(account);

    await bench.sync(account);

    expect(rows).toEqual([]);
    expect(forgotten).toMatchObject({ generation: 0, synced_at: null, conflict_policy: 'warn', next_attempt_at: null });
    expect(bench.provider.readings.at(-1)?.cursor).toBeNull();
    expect(await bench.titles(account)).toEqual(['event a']);
  });

  it('is as new after it was disconnected in the middle of a reading, or after errors had switched it off', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    bench.provider.beforePage = () => opened;
    await bench.database.transaction((tx) => bench.calendars.readSoon(tx, { accountId: account, isFull: true, now: bench.time.now }));
    await waitFor(async () => ((await bench.runs(account)).at(-1)?.status === 'running' ? true : undefined), 'the reading to begin');
    await bench.query(`UPDATE calendars SET sync_enabled = false, is_full_wanted = true, error_count = 5, unreadable_events = 3`);

    await bench.database.transaction((tx) => bench.calendars.forgetContents(tx, account));
    open();

    expect(await bench.calendarOf(account)).toMatchObject({
      sync_enabled: true,
      run_id: null,
      is_full_wanted: false,
      building_generation: null,
      building_since: null,
      error_count: 0,
      attempts: 0,
      unreadable_events: 0,
    });
    expect((await bench.runs(account)).at(-1)).toMatchObject({ status: 'failed', error: 'disconnected' });
  });

  it('stays switched off where its user wants that, also when the account is connected again', async () => {
    await bench.query(`UPDATE accounts SET sync_enabled = false`);
    await bench.query(`UPDATE calendars SET sync_enabled = false`);

    await bench.database.transaction((tx) => bench.calendars.forgetContents(tx, account));

    expect(await bench.calendarOf(account)).toMatchObject({ sync_enabled: false });
  });
});
