import type { UnreadableEvent } from '@patchbay/capabilities';
import { SettingsRepository } from '../settings/settings.repository.js';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

const lunch: UnreadableEvent = { title: 'Lunch', start: 'TZID=Mars/Olympus:20261201T120000', fault: 'unknown_zone' };
const tooOften = anEvent('often', { title: 'Often', recurrence: ['RRULE:FREQ=SECONDLY'] });

describe('a calendar of which not everything can be read', () => {
  let bench: SyncBench;
  let account: string;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(() => bench.reset());
  afterAll(() => bench.stop());

  const connect = async (): Promise<void> => {
    bench.start();
    account = await bench.connect(aCalendar('work'));
    await bench.settled(account);
  };
  const faults = async (): Promise<number> => (await bench.calendarOf(account)).unreadable_events;
  const told = async () => (await bench.announced('activity_recorded')).map(({ message }) => message);
  const breakLunch = () => bench.provider.putAll('work', 'lunch', { unreadable: [lunch] });

  it('counts what could not be read, and shows the rest', async () => {
    bench.provider.putAll('work', 'team', { events: [anEvent('stand-up')], unreadable: [lunch, lunch] });
    breakLunch();
    bench.provider.put('work', tooOften);
    await connect();

    expect(await faults()).toBe(4);
    expect(await bench.titles(account)).toContain('event stand-up');
  });

  it('says which events those are', async () => {
    breakLunch();
    bench.provider.put('work', tooOften);
    await connect();
    const [row] = await bench.query<{ tenant_id: string; user_id: string }>(`SELECT tenant_id, user_id FROM accounts WHERE id = $1`, [account]);
    const shown = await new SettingsRepository(bench.database).find({ tenant_id: '', user_id: '', ...row }, account);

    expect(shown?.connected_calendars[0]).toMatchObject({
      unreadable_events: 2,
      unreadable_examples: [lunch, { title: 'Often', start: '2026-12-01T10:00:00', fault: 'too_many_occurrences' }],
    });
  });

  it('is whole again when they are mended, or gone', async () => {
    breakLunch();
    bench.provider.put('work', tooOften);
    await connect();
    bench.provider.put('work', anEvent('lunch'));
    await bench.sync(account);
    const mended = await faults();
    bench.provider.remove('work', 'often');
    await bench.sync(account);

    expect([mended, await faults()]).toEqual([1, 0]);
  });

  it('stops being whole with a change that cannot be read', async () => {
    bench.provider.put('work', anEvent('lunch'));
    await connect();
    const before = await faults();
    breakLunch();
    await bench.sync(account);

    expect([before, await faults()]).toEqual([0, 1]);
  });

  it('counts beside what is shown while everything is read anew, and what has not changed with it', async () => {
    bench.provider.putAll('work', 'team', { events: [anEvent('stand-up')], unreadable: [lunch] });
    bench.provider.put('work', anEvent('a'));
    bench.provider.put('work', tooOften);
    await connect();
    bench.provider.put('work', anEvent('often'));
    const during: number[] = [];
    bench.provider.beforePage = async (_calendar, page) => {
      if (page === 1) during.push(await faults());
    };

    await bench.sync(account, true);

    expect([during, await faults()]).toEqual([[2], 1]);
    const kept = await bench.query(`SELECT name FROM calendar_faults`);
    expect(kept).toEqual([{ name: 'team' }]);
  });

  it('tells its owner once', async () => {
    breakLunch();
    await connect();
    bench.provider.put('work', anEvent('a'));
    await bench.sync(account);
    await bench.sync(account, true);

    expect(await told()).toEqual([expect.stringContaining('One event of the calendar "work" could not be read')]);
  });
});
