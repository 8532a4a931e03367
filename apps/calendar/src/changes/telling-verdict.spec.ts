import { gone } from './told-change.js';
import { judgeTelling, type BookedEvent } from './telling-verdict.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 21, 12, minute));
const hour = (start: number) => ({
  start: new Date(Date.UTC(2026, 11, 1, start)).toISOString(),
  end: new Date(Date.UTC(2026, 11, 1, start + 1)).toISOString(),
});
const ten = hour(10);
const eleven = hour(11);
const noon = hour(12);
const event: BookedEvent = { booked: ten, writtenAt: at(0), writtenBefore: null, announced: null };
/** Told by a reading that began at one minute, and whose end, or a later one's beginning, is looked at. */
const judge = (
  standing: BookedEvent['booked'],
  facts: Partial<BookedEvent> = {},
  { since = 5, readAt = 5, isMissing = false, isFull = false } = {},
) => judgeTelling({ standing, since: at(since), isMissing }, { ...event, ...facts }, { readAt: at(readAt), isFull });

describe('what a provider tells of the event of a booking', () => {
  it('that stands as booked is no change', () => {
    expect(judge(ten)).toEqual({ kind: 'known' });
  });

  it('is a change once somebody moves or deletes it', () => {
    expect(judge(eleven)).toEqual({ kind: 'change', change: 'moved', previous: ten });
    expect(judge(gone)).toEqual({ kind: 'change', change: 'deleted', previous: ten });
  });

  it('is the same change however often it is told', () => {
    expect(judge(eleven, { announced: eleven })).toEqual({ kind: 'known' });
    expect(judge(gone, { announced: gone })).toEqual({ kind: 'known' });
  });

  it('is another change from where it was announced to be', () => {
    expect(judge(noon, { announced: eleven })).toEqual({ kind: 'change', change: 'moved', previous: eleven });
  });

  it.each([
    ['moved', eleven],
    ['deleted', gone],
  ])('is as it was when what was %s is back', (_what, announced) => {
    expect(judge(ten, { announced })).toEqual({ kind: 'change', change: 'restored', previous: announced });
  });

  it('does not count while it may be of before our write, and counts when it is still the last word a minute after it', () => {
    expect(judge(eleven, { writtenAt: at(6) }, { since: 5, readAt: 5 })).toEqual({ kind: 'later' });
    expect(judge(eleven, { writtenAt: at(6) }, { since: 5, readAt: 6 })).toEqual({ kind: 'later' });
    expect(judge(eleven, { writtenAt: at(6) }, { since: 5, readAt: 7 })).toMatchObject({ kind: 'change', change: 'moved' });
  });

  it.each([
    ['time', eleven],
    ['absence', gone],
  ])('is an echo when it is the %s of before our write, told late', (_what, writtenBefore) => {
    const facts = { writtenAt: at(5), writtenBefore };

    expect(judge(writtenBefore, facts, { since: 5, readAt: 5 })).toEqual({ kind: 'later' });
    expect(judge(noon, facts, { since: 5, readAt: 5 })).toMatchObject({ change: 'moved' });
    expect(judge(writtenBefore, facts, { since: 6, readAt: 6 })).toMatchObject({ kind: 'change' });
  });

  it('does not count when it is only missing, until everything was read again long after that', () => {
    expect(judge(gone, {}, { isMissing: true, isFull: true })).toEqual({ kind: 'later' });
    expect(judge(gone, {}, { isMissing: true, isFull: true, readAt: 14 })).toEqual({ kind: 'later' });
    expect(judge(gone, {}, { isMissing: true, readAt: 20 })).toEqual({ kind: 'later' });
    expect(judge(gone, {}, { isMissing: true, isFull: true, readAt: 15 })).toMatchObject({ change: 'deleted' });
  });

  it('is judged by the second, as providers keep no more', () => {
    const booked = { start: '2026-12-01T10:00:00.700Z', end: '2026-12-01T11:00:00.700Z' };

    expect(judge(ten, { booked })).toEqual({ kind: 'known' });
  });
});
