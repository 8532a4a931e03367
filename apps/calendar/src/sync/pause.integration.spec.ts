import { ProviderError } from '@patchbay/capabilities';
import { waitFor } from '@patchbay/testing';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

const hourMs = 60 * 60_000;

describe('a provider that says for how long it wants no calls', () => {
  let bench: SyncBench;
  let account: string;
  let until: Date;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  afterAll(() => bench.stop());
  beforeEach(async () => {
    await bench.reset();
    bench.provider.put('work', anEvent('a'));
    bench.start();
    account = await bench.connect(aCalendar('work'), aCalendar('home', { isPrimary: false }));
    await bench.settled(account);
    bench.provider.beforePage = () => {
      throw new ProviderError('google', 'rate_limited', { retryAfterMs: hourMs });
    };
    await read('work');
    await waitFor(async () => ((await bench.calendarOf(account, 'work')).last_error === null ? undefined : true), 'the refusal');
    bench.provider.beforePage = () => undefined;
    until = new Date(bench.time.now.getTime() + hourMs);
  });

  const read = async (remoteId: string): Promise<void> => {
    const { id } = await bench.calendarOf(account, remoteId);
    await bench.database.transaction((tx) => bench.calendars.readSoon(tx, { accountId: account, calendarIds: [id], now: bench.time.now }));
  };

  it.each(['work', 'home'])('gets none before, whoever asks for it, and waiting counts as no attempt (%s)', async (calendar) => {
    const readings = bench.provider.readings.length;
    const { attempts } = await bench.calendarOf(account, calendar);

    await read(calendar);
    await waitFor(
      async () => ((await bench.calendarOf(account, calendar)).next_attempt_at?.getTime() === until.getTime() ? true : undefined),
      'the wait',
    );

    expect(bench.provider.readings).toHaveLength(readings);
    expect((await bench.calendarOf(account, calendar)).attempts).toBe(attempts);
  });

  it('is not asked for its calendars before either', async () => {
    bench.provider.listed = [aCalendar('new')];
    await bench.list(account);

    expect(await bench.query(`SELECT 1 FROM calendars WHERE remote_id = 'new'`)).toEqual([]);
    expect(await bench.query(`SELECT next_attempt_at FROM accounts`)).toEqual([{ next_attempt_at: until }]);
  });

  it('keeps the longer of two pauses that it wants', async () => {
    await bench.query(`UPDATE accounts SET paused_until = NULL`);
    bench.provider.listCalendars = async () => {
      await bench.database.transaction((tx) => bench.calendars.pause(tx, account, until));
      throw new ProviderError('google', 'rate_limited', { retryAfterMs: 1_000 });
    };

    await bench.list(account);

    expect(await bench.query(`SELECT paused_until FROM accounts`)).toEqual([{ paused_until: until }]);
  });

  it('gets what was asked for then', async () => {
    await read('work');
    await read('home');
    bench.provider.put('work', anEvent('b'));

    bench.time.now = new Date(until.getTime() + 1);
    await bench.settled(account);

    expect(await bench.titles(account)).toEqual(['event a', 'event b']);
  });

  it('is not waited for by an account that is connected again', async () => {
    await bench.database.transaction((tx) => bench.calendars.forgetContents(tx, account));
    await bench.sync(account);

    expect(await bench.titles(account)).toEqual(['event a']);
  });
});
