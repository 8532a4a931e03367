import { mirrorOf, readFrom, type CalendarMirror } from './calendar-mirror.js';
import { aPlacedEvent, type CalendarReadingHarness, type ReadingTraits } from './calendar-reading-harness.js';
import { failureOf } from './situations.js';

const letters = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];

/** What is promised about where reading begins, stops and goes on. */
export const cursorPromises = (traits: ReadingTraits, harness: () => CalendarReadingHarness): void => {
  const mirror = (): CalendarMirror => mirrorOf(harness(), harness().calendarId);
  const putAll = async (titles: readonly string[]) => {
    const ids = new Map<string, string>();
    for (const title of titles) ids.set(title, await harness().put(aPlacedEvent({ title })));
    return (title: string): string => ids.get(title) ?? '';
  };

  it('tells of an empty calendar that nothing is there, and where to go on', async () => {
    const kept = mirror();
    await kept.read();
    expect([kept.titles(), typeof kept.cursor]).toEqual([[], 'string']);

    await putAll(['A']);
    await kept.read();
    expect(kept.titles()).toEqual(['A']);
  });

  it('tells everything that is there, each resource once', async () => {
    await putAll(letters);
    harness().shortenPages();
    const kept = mirror();

    await kept.read();

    const told = kept.pages.flatMap(({ changes }) => changes.map(({ resource }) => resource));
    expect(kept.titles()).toEqual(letters);
    expect(new Set(told).size).toBe(told.length);
    expect(kept.pages.filter(({ changes }) => changes.length > 0).length > 1).toBe(traits.hasPages);
  });

  it('tells afterwards what came, what is different and what is gone', async () => {
    const idOf = await putAll(['A', 'B', 'C']);
    const kept = mirror();
    await kept.read();

    await harness().remove(idOf('A'));
    await harness().change(idOf('B'), aPlacedEvent({ title: 'B moved', start: { date: '2027-03-05' }, end: { date: '2027-03-06' } }));
    await putAll(['D']);
    await kept.read();

    expect(kept.titles()).toEqual(['B moved', 'C', 'D']);
    expect(kept.event('B moved').start).toEqual({ date: '2027-03-05' });
  });

  it('tells nothing when nothing has changed, and goes on from there', async () => {
    await putAll(['A']);
    const kept = mirror();
    await kept.read();

    await kept.read();
    await kept.read();
    expect(kept.pages.flatMap(({ changes }) => changes.filter(({ kind }) => kind !== 'unchanged'))).toEqual([]);
    expect(typeof kept.cursor).toBe('string');

    await putAll(['B']);
    await kept.read();
    expect(kept.titles()).toEqual(['A', 'B']);
  });

  it('keeps nothing of what came and went between two readings', async () => {
    const kept = mirror();
    await kept.read();

    const idOf = await putAll(['A', 'B']);
    await harness().remove(idOf('A'));
    await kept.read();

    expect(kept.titles()).toEqual(['B']);
  });

  it('misses no change that is made while it reads', async () => {
    const idOf = await putAll(letters);
    harness().shortenPages();
    const kept = mirror();
    await kept.readOnePage();

    for (const title of letters) await harness().change(idOf(title), aPlacedEvent({ title: `${title} changed` }));
    await harness().remove(idOf('G'));
    await putAll(['H']);
    await kept.read();
    await kept.read();

    expect(kept.titles()).toEqual([...letters.slice(0, -1).map((title) => `${title} changed`), 'H']);
  });

  it('takes a cursor that it cannot have made for a lost one', async () => {
    for (const nonsense of ['nonsense', '{}', '[]', '{"v":99}', '\u0000']) {
      const failure = await failureOf(readFrom(harness(), nonsense));
      expect([nonsense, failure.code, failure.retryable]).toEqual([nonsense, 'cursor_expired', false]);
    }
  });

  if (traits.resumesMidway) resumingPromises(harness);
  if (traits.hasSeveralCalendars) calendarPromises(harness);
  if (traits.forgetsCursors) forgottenPromises(harness);
  if (traits.readsByVersion) versionPromises(harness);
};

const resumingPromises = (harness: () => CalendarReadingHarness): void => {
  it('goes on after the page that was read last, at the first reading and at later ones', async () => {
    const ids = new Map<string, string>();
    for (const title of letters) ids.set(title, await harness().put(aPlacedEvent({ title })));
    harness().shortenPages();
    const kept = mirrorOf(harness(), harness().calendarId);

    await kept.readOnePage();
    const first = kept.titles();
    await kept.read();
    expect([first.length > 0, first.length < letters.length, kept.titles()]).toEqual([true, true, letters]);
    // What was told before the stop is not told again.
    expect(kept.pages.flatMap(({ changes }) => changes).length).toBe(letters.length - first.length);

    for (const title of letters) await harness().change(ids.get(title) ?? '', aPlacedEvent({ title: `${title} changed` }));
    await kept.readOnePage();
    await kept.read();
    expect(kept.titles()).toEqual(letters.map((title) => `${title} changed`));

    await kept.read();
    expect(kept.pages.flatMap(({ changes }) => changes)).toEqual([]);
  });
};

const calendarPromises = (harness: () => CalendarReadingHarness): void => {
  it('keeps calendars of one account apart', async () => {
    await harness().put(aPlacedEvent({ title: 'Mine' }));
    await harness().put(aPlacedEvent({ title: 'Work' }), harness().otherCalendarId);
    const [mine, work] = [mirrorOf(harness(), harness().calendarId), mirrorOf(harness(), harness().otherCalendarId)];

    for (const kept of [mine, work]) await kept.read();

    expect([mine.titles(), work.titles()]).toEqual([['Mine'], ['Work']]);
  });

  it('takes the cursor of another calendar for a lost one', async () => {
    const work = mirrorOf(harness(), harness().otherCalendarId);
    await work.read();

    expect(await failureOf(readFrom(harness(), work.cursor))).toMatchObject({ code: 'cursor_expired' });
  });
};

const forgottenPromises = (harness: () => CalendarReadingHarness): void => {
  it('says when the provider has forgotten the cursor, and reads everything again without one', async () => {
    const [a, b] = [await harness().put(aPlacedEvent({ title: 'A' })), await harness().put(aPlacedEvent({ title: 'B' }))];
    const kept = mirrorOf(harness(), harness().calendarId);
    await kept.read();
    await harness().remove(a);
    await harness().expireCursors();

    const failure = await failureOf(kept.read());
    expect([failure.code, failure.retryable, kept.pages, kept.titles()]).toEqual(['cursor_expired', false, [], ['A', 'B']]);

    await kept.readAfresh();
    expect(kept.titles()).toEqual(['B']);

    await harness().remove(b);
    await kept.read();
    expect(kept.titles()).toEqual([]);
  });

  it('says so in the middle of a reading, too', async () => {
    for (const title of letters) await harness().put(aPlacedEvent({ title }));
    harness().shortenPages();
    const kept = mirrorOf(harness(), harness().calendarId);
    await kept.readOnePage();
    await harness().expireCursors();

    // Where the cursor of a page is none, the next reading begins anew by itself.
    if (kept.cursor !== null) expect(await failureOf(kept.read())).toMatchObject({ code: 'cursor_expired' });
    await kept.readAfresh();
    expect(kept.titles()).toEqual(letters);
  });
};

const versionPromises = (harness: () => CalendarReadingHarness): void => {
  it('tells what is known already as unchanged when everything is read again', async () => {
    const ids: string[] = [];
    for (const title of ['A', 'B', 'C']) ids.push(await harness().put(aPlacedEvent({ title })));
    const kept = mirrorOf(harness(), harness().calendarId);
    await kept.read();
    await harness().change(ids[1] ?? '', aPlacedEvent({ title: 'B changed' }));

    await kept.readAfresh();

    const kinds = kept.pages.flatMap(({ changes }) => changes.map(({ kind }) => kind)).toSorted();
    expect([kinds, kept.titles()]).toEqual([
      ['present', 'unchanged', 'unchanged'],
      ['A', 'B changed', 'C'],
    ]);
  });
};
