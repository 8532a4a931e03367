import { planSync } from './sync-plan.js';
import type { CalendarRow } from './sync-rows.js';

const now = new Date('2026-11-21T12:00:00Z');
const days = { CALENDAR_WINDOW_PAST_DAYS: 30, CALENDAR_WINDOW_AHEAD_DAYS: 365 };
const read = {
  generation: 1,
  cursor: 'next',
  window_from: new Date('2026-10-20T00:00:00Z'),
  window_to: new Date('2027-11-25T00:00:00Z'),
  moving_from: null,
  moving_to: null,
  moving_after: null,
  building_generation: null,
  building_cursor: null,
  building_from: null,
  building_to: null,
  building_since: null,
  is_full_wanted: false,
};
const building = {
  building_generation: 2,
  building_cursor: 'page 3',
  building_from: new Date('2026-10-22T00:00:00Z'),
  building_to: new Date('2027-11-28T00:00:00Z'),
  building_since: new Date('2026-11-21T11:00:00Z'),
};
const planOf = (change: Partial<CalendarRow>, isBoundToWindow = false) =>
  planSync({ ...read, ...change } as CalendarRow, { now, days, isBoundToWindow });

describe('how a calendar is read', () => {
  it('takes only what has changed when everything was read before', () => {
    expect(planOf({})).toMatchObject({ kind: 'incremental', cursor: 'next', move: null });
  });

  it('takes everything the first time, when asked to, and when there is no cursor to begin at', () => {
    const plans = [planOf({ generation: 0, cursor: null }), planOf({ is_full_wanted: true }), planOf({ cursor: null })];

    expect(plans.map(({ kind }) => kind)).toEqual(['full', 'full', 'full']);
  });

  it('goes on where reading everything was cut short', () => {
    expect(planOf(building)).toMatchObject({ kind: 'resumed', generation: 2, cursor: 'page 3' });
  });

  it('begins again where it cannot go on, or where it was cut short more than a day ago', () => {
    const plans = [planOf({ ...building, building_cursor: null }), planOf({ ...building, building_since: new Date('2026-11-20T11:00:00Z') })];

    expect(plans.map(({ kind }) => kind)).toEqual(['full', 'full']);
  });

  it('begins again in the middle of reading everything when somebody wants everything read anew', () => {
    expect(planOf({ ...building, is_full_wanted: true })).toEqual({ kind: 'full' });
  });

  it('moves the window on, by reading everything only where a cursor is bound to its window', () => {
    const short = { window_to: new Date('2027-11-22T00:00:00Z') };

    expect(planOf(short)).toMatchObject({ kind: 'incremental', move: { window: { to: new Date('2027-11-28T12:00:00Z') }, after: null } });
    expect(planOf(short, true)).toEqual({ kind: 'full' });
  });

  it('goes on moving the window where that was cut short, unless it is not moved far enough by that', () => {
    const short = { window_to: new Date('2027-11-20T00:00:00Z'), moving_from: new Date('2026-10-21T00:00:00Z'), moving_after: 'standup' };
    const [far, near] = [new Date('2027-11-24T00:00:00Z'), new Date('2027-11-22T00:00:00Z')];

    expect(planOf({ ...short, moving_to: far })).toMatchObject({ move: { window: { from: short.moving_from, to: far }, after: 'standup' } });
    expect(planOf({ ...short, moving_to: near })).toMatchObject({ move: { window: { to: new Date('2027-11-28T12:00:00Z') }, after: null } });
  });

  it('takes everything when more of the past is wanted than was read', () => {
    expect(planOf({ window_from: new Date('2026-11-01T00:00:00Z') })).toEqual({ kind: 'full' });
  });
});
