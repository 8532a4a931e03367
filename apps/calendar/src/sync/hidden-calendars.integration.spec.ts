import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

describe('a calendar that its owner has hidden', () => {
  let bench: SyncBench;
  const home = aCalendar('home', { isPrimary: false });
  const hidden = { ...home, isHidden: true };

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    bench.provider.put('home', anEvent('a'));
    bench.start();
  });
  afterAll(() => bench.stop());

  it('is there to be chosen, and not read by itself', async () => {
    const account = await bench.connect(aCalendar('work'), hidden);
    await bench.settled(account);

    expect(await bench.calendarOf(account, 'home')).toMatchObject({ is_selected: false, is_writable: true });
    expect(bench.provider.readings.map(({ calendarId }) => calendarId)).toEqual(['work']);
  });

  it('stays read and known when that was so before', async () => {
    const account = await bench.connect(aCalendar('work'), home);
    await bench.settled(account);

    bench.provider.listed = [aCalendar('work'), hidden];
    await bench.list(account);

    expect(await bench.calendarOf(account, 'home')).toMatchObject({ is_selected: true, generation: 1 });
    expect(await bench.titles(account)).toEqual(['event a']);
  });
});
