import { randomBytes } from 'node:crypto';
import { anEvent } from '../testing/calendars.fake.js';
import { aCalendar, startSyncBench, type SyncBench } from '../testing/sync-bench.js';

/** Longer than what an index of PostgreSQL takes, which nothing makes shorter. */
const longName = (): string => randomBytes(2_400).toString('base64');

describe('an event whose name is longer than any index takes', () => {
  let bench: SyncBench;
  let account: string;

  beforeAll(async () => {
    bench = await startSyncBench();
  });
  beforeEach(async () => {
    await bench.reset();
    bench.provider.put('work', anEvent('plain'));
    bench.start();
    account = await bench.connect(aCalendar('work'));
    await bench.settled(account);
  });
  afterAll(() => bench.stop());

  it('is read, changed and removed as any other, whatever of it is long', async () => {
    const [id, resource] = [longName(), longName()];
    bench.provider.put('work', anEvent(id, { title: 'Long' }), resource);
    await bench.sync(account);
    const added = await bench.titles(account);
    bench.provider.put('work', anEvent(id, { title: 'Longer' }), resource);
    await bench.sync(account);
    const changed = await bench.titles(account);
    bench.provider.remove('work', resource);
    await bench.sync(account);

    expect([added, changed, await bench.titles(account)]).toEqual([['Long', 'event plain'], ['Longer', 'event plain'], ['event plain']]);
    expect(await bench.calendarOf(account)).toMatchObject({ error_count: 0, sync_enabled: true, unreadable_events: 0 });
  });

  it('is the series that its exceptions are of', async () => {
    const uid = longName();
    const series = anEvent(uid, { title: 'Daily', recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    const originalStart = { dateTime: '2026-12-02T10:00:00', timeZone: 'Europe/Berlin' } as const;
    const exception = anEvent(`${uid}#20261202T100000`, { seriesId: uid, originalStart, status: 'cancelled' });
    bench.provider.putAll('work', 'daily', { events: [series, exception] });
    bench.provider.remove('work', 'plain');
    await bench.sync(account);

    expect(await bench.busy(account)).toEqual(['Daily 12-01 09:00-10:00', 'Daily 12-03 09:00-10:00']);
  });

  it('is not fetched again when everything is read anew and it has not changed', async () => {
    const resource = longName();
    bench.provider.put('work', anEvent(longName(), { title: 'Long' }), resource);
    await bench.sync(account);
    const fetched = bench.provider.fetched.length;
    await bench.sync(account, true);

    expect(bench.provider.fetched).toHaveLength(fetched);
    expect(await bench.titles(account)).toEqual(['Long', 'event plain']);
  });

  it('is two when two names begin alike', async () => {
    const name = longName();
    for (const end of ['a', 'b']) bench.provider.put('work', anEvent(`${name}${end}`, { title: end }));
    await bench.sync(account);

    expect(await bench.titles(account)).toEqual(['a', 'b', 'event plain']);
  });

  it('is one when two names differ in what cannot be stored only', async () => {
    bench.provider.putAll('work', 'twice', { events: [anEvent('twice'), anEvent('twice\0', { title: 'Again' })] });
    await bench.sync(account);

    expect(await bench.titles(account)).toEqual(['Again', 'event plain']);
  });

  it('can be one that nothing can be made of: that is counted', async () => {
    bench.provider.putAll('work', longName(), { unreadable: [{ title: 'Broken', start: null, fault: 'unreadable_time' }] });
    bench.provider.put('work', anEvent(longName(), { recurrence: ['RRULE:FREQ=SECONDLY'] }));
    await bench.sync(account);

    expect((await bench.calendarOf(account)).unreadable_events).toBe(2);
  });
});
