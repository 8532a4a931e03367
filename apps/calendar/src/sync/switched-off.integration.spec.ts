import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

describe('what is not to be read', () => {
  let bench: SyncBench;
  let account: string;
  const home = aCalendar('home', { isPrimary: false });

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    for (const id of ['work', 'home']) bench.provider.put(id, anEvent(id));
    bench.start();
    account = await bench.connect(aCalendar('work'));
    await bench.settled(account);
    bench.provider.listed = [aCalendar('work'), home];
  });
  afterAll(() => bench.stop());

  /** As switching an account off does. */
  const switchOff = async (): Promise<void> => {
    await bench.query(`UPDATE accounts SET sync_enabled = false`);
    await bench.query(`UPDATE calendars SET sync_enabled = false, next_attempt_at = NULL`);
  };
  const due = () => bench.query<{ remote_id: string }>(`SELECT remote_id FROM calendars WHERE next_attempt_at IS NOT NULL ORDER BY remote_id`);
  const connectAgain = async (): Promise<void> => {
    await bench.query(`UPDATE accounts SET wanted_revision = wanted_revision + 1`);
    await bench.list(account);
  };

  it('is a calendar that appears while its account is switched off', async () => {
    await switchOff();
    await bench.list(account);

    expect(await bench.calendarOf(account, 'home')).toMatchObject({ is_selected: true, sync_enabled: false, next_attempt_at: null });
    expect(await due()).toEqual([]);
  });

  it('is the calendar of an account that is switched off and connected again', async () => {
    await switchOff();
    await connectAgain();

    expect(await due()).toEqual([]);
  });

  it('is a calendar that errors switched off, when its account is connected again: the others are', async () => {
    await bench.list(account);
    await bench.settled(account);
    await bench.query(`UPDATE calendars SET sync_enabled = false, next_attempt_at = NULL WHERE remote_id = 'home'`);
    const { wanted_revision: before } = await bench.calendarOf(account);
    await connectAgain();

    expect(await due()).toEqual([{ remote_id: 'work' }]);
    expect((await bench.calendarOf(account, 'work')).wanted_revision).toBeGreaterThan(before);
  });
});

describe('an account and a calendar of a provider that this build does not have', () => {
  let bench: SyncBench;
  let account: string;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    bench.provider.put('work', anEvent('a'));
    bench.provider.listed = [aCalendar('work')];
    bench.build.isOffering = false;
    bench.start();
    account = await bench.connect(aCalendar('work'));
  });
  afterAll(() => bench.stop());

  const minutesUntil = (at: Date | null | undefined): number => ((at?.getTime() ?? Infinity) - bench.time.now.getTime()) / 60_000;
  const accountRow = async () => (await bench.query<{ last_error: string | null; next_attempt_at: Date | null }>(`SELECT * FROM accounts`))[0];

  it('are looked at again some minutes later, when another build may have it', async () => {
    await bench.list(account);
    const calendar = await bench.refused(account);
    const listed = await accountRow();

    expect([calendar.last_error, listed?.last_error]).toEqual(['provider_not_supported', 'provider_not_supported']);
    for (const at of [calendar.next_attempt_at, listed?.next_attempt_at]) {
      expect(minutesUntil(at)).toBeGreaterThan(1);
      expect(minutesUntil(at)).toBeLessThan(20);
    }
    expect(bench.provider.readings).toEqual([]);
  });

  it('are read as soon as one that has it looks', async () => {
    await bench.refused(account);
    bench.build.isOffering = true;
    bench.time.now = new Date(bench.time.now.getTime() + 20 * 60_000);
    await bench.settled(account);

    expect(await bench.titles(account)).toEqual(['event a']);
  });

  it('are left alone when nobody wants them read', async () => {
    await bench.refused(account);
    await bench.query(`UPDATE calendars SET is_selected = false, next_attempt_at = $1`, [bench.time.now]);
    await bench.query(`UPDATE accounts SET status = 'disconnected'`);
    await bench.list(account);

    expect((await accountRow())?.next_attempt_at).toBeNull();
    expect((await bench.refused(account, null)).next_attempt_at).toBeNull();
  });
});
