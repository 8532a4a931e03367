import type { RemoteCalendar } from '@patchbay/capabilities';
import { waitFor } from '@patchbay/testing';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

const day = anEvent('day', { start: { date: '2026-12-05' }, end: { date: '2026-12-06' } });
const inBerlin = 'event day 12-04 23:00-23:00';
const inTokyo = 'event day 12-04 15:00-15:00';

describe('a calendar whose time zone becomes another', () => {
  let bench: SyncBench;
  let account: string;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    bench.provider.put('work', day);
    bench.start();
    account = await bench.connect(aCalendar('work'));
    await bench.settled(account);
  });
  afterAll(() => bench.stop());

  const list = (timeZone: string) =>
    bench.database.transaction((tx) => bench.calendars.takeList(tx, account, { calendars: [aCalendar('work', { timeZone })], now: bench.time.now }));
  const isShown = (time: string) => waitFor(async () => ((await bench.busy(account))[0] === time ? true : undefined), time);

  it('is read anew at once, not only after its interval', async () => {
    const before = await bench.busy(account);

    await list('Asia/Tokyo');
    await isShown(inTokyo);

    expect(before).toEqual([inBerlin]);
    expect((await bench.runs(account)).map(({ kind }) => kind)).toEqual(['full', 'full']);
  });

  it('is read anew at once after a reading that began in the old zone', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    bench.provider.beforePage = () => opened;
    const first = bench.sync(account);
    await waitFor(() => (bench.provider.readings.length === 2 ? true : undefined), 'the reading to begin');

    await list('Asia/Tokyo');
    open();
    await first;

    expect(await isShown(inTokyo)).toBe(true);
  });

  it('waits as long as before when it is listed in the same zone, or is not read by itself', async () => {
    const due = (await bench.calendarOf(account)).next_attempt_at;
    await list('Europe/Berlin');
    const same = await bench.calendarOf(account);
    await bench.query(`UPDATE calendars SET next_attempt_at = NULL, is_selected = false`);
    await list('Asia/Tokyo');

    expect(same).toMatchObject({ next_attempt_at: due, is_full_wanted: false });
    expect(await bench.calendarOf(account)).toMatchObject({ next_attempt_at: null, is_full_wanted: true });
  });
});

describe('whole days in a calendar that says nothing of its zone', () => {
  let bench: SyncBench;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    bench.provider.put('feed', day);
    bench.start();
  });
  afterAll(() => bench.stop());

  const feed = aCalendar('feed', { timeZone: null, isPrimary: false });
  const inUtc = 'event day 12-05 00:00-00:00';
  const connected = async (...listed: readonly RemoteCalendar[]): Promise<string> => {
    const account = await bench.connect(...listed);
    await bench.settled(account);
    return account;
  };
  const say = (account: string, timeZone: string | null) =>
    bench.database.transaction(async (tx) => {
      await tx.query(`UPDATE accounts SET time_zone = $2 WHERE id = $1`, [account, timeZone]);
      await bench.calendars.settleUnderstanding(tx, account, bench.time.now);
    });
  const isShown = (account: string, time: string) => waitFor(async () => ((await bench.busy(account))[0] === time ? true : undefined), time);

  it('are worked out again when what is only tentative comes to be free, and when it is busy again', async () => {
    const account = await connected(aCalendar('feed', { timeZone: 'UTC' }));
    bench.provider.put('feed', anEvent('maybe', { status: 'tentative' }));
    await bench.sync(account);
    const decide = (policy: 'busy' | 'free') =>
      bench.database.transaction(async (tx) => {
        await tx.query(`UPDATE accounts SET tentative_policy = $2 WHERE id = $1`, [account, policy]);
        await bench.calendars.settleUnderstanding(tx, account, bench.time.now);
      });
    const shownAre = (count: number) => waitFor(async () => ((await bench.busy(account)).length === count ? true : undefined), `${count} busy times`);
    const before = await bench.busy(account);

    await decide('free');
    await shownAre(1);
    await decide('busy');
    await shownAre(2);

    expect(await bench.busy(account)).toEqual(before);
  });

  it('are in the zone of the primary calendar of its account', async () => {
    const account = await connected(aCalendar('work', { timeZone: 'Asia/Tokyo' }), aCalendar('home', { isPrimary: false }), feed);

    expect(await bench.busy(account)).toEqual([inTokyo]);
  });

  it('are in the zone that its user says where no calendar does, and in UTC where nobody does', async () => {
    const account = await connected(feed);
    const before = await bench.busy(account);

    await say(account, 'Asia/Tokyo');
    await isShown(account, inTokyo);
    await say(account, null);

    expect(before).toEqual([inUtc]);
    expect(await isShown(account, inUtc)).toBe(true);
  });

  it('move with the zone of the primary calendar, and not with what its user says beside that', async () => {
    const account = await connected(aCalendar('work', { timeZone: 'Asia/Tokyo' }), feed);
    await say(account, 'America/New_York');
    const { is_full_wanted: isFullWanted } = await bench.calendarOf(account, 'feed');

    const calendars = [aCalendar('work'), feed];
    await bench.database.transaction((tx) => bench.calendars.takeList(tx, account, { calendars, now: bench.time.now }));

    expect(isFullWanted).toBe(false);
    expect(await isShown(account, inBerlin)).toBe(true);
  });

  it('are not lost to a zone that nobody knows', async () => {
    const account = await connected(aCalendar('feed', { timeZone: 'Mars/Olympus' }));

    expect(await bench.busy(account)).toEqual([inUtc]);
  });
});

describe('a calendar with an event without a beginning or an end', () => {
  let bench: SyncBench;
  beforeAll(async () => {
    bench = await startSyncBench();
  });
  afterAll(() => bench.stop());

  it('is read, and is busy since ever and for ever', async () => {
    bench.provider.put('work', anEvent('before', { start: { date: '0001-01-01' }, end: { date: '2026-12-05' } }));
    bench.provider.put('work', anEvent('leave', { end: { dateTime: '9999-12-31T23:59:59', timeZone: 'America/New_York' } }));
    bench.start();
    await bench.settled(await bench.connect(aCalendar('work')));

    const years = ['lower', 'upper'].map((bound) => `extract(year FROM ${bound}(during) AT TIME ZONE 'UTC')::int AS ${bound}`);
    expect(await bench.query(`SELECT ${years.join()} FROM busy_ranges ORDER BY during`)).toEqual([
      { lower: 1, upper: 2026 },
      { lower: 2026, upper: 10_000 },
    ]);
  });
});
