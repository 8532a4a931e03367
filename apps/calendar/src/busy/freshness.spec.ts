import { unbookableReason, type FreshnessFacts } from './freshness.js';

const now = new Date('2026-11-21T12:00:00Z');
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const fresh = {
  is_selected: true,
  sync_enabled: true,
  generation: 1,
  synced_at: minutesAgo(10),
  window_from: new Date('2026-10-22T00:00:00Z'),
  window_to: new Date('2027-11-21T00:00:00Z'),
  unreadable_events: 0,
};
const facts = (calendar: Partial<typeof fresh> = {}, account: Partial<FreshnessFacts> = {}): FreshnessFacts => ({
  account_status: 'active',
  account_sync_enabled: true,
  sync_interval_minutes: 15,
  calendar: { ...fresh, ...calendar },
  ...account,
});
const month = { from: now, to: new Date('2026-12-21T12:00:00Z') };

describe('a calendar', () => {
  it('can be booked on when it was read within two intervals and covers what is asked', () => {
    expect(unbookableReason(facts(), now, month)).toBeNull();
    expect(unbookableReason(facts({ synced_at: minutesAgo(35) }), now, month)).toBeNull();
  });

  it.each([
    ['its account must be connected again', facts({}, { account_status: 'needs_reauth' }), 'needs_reauth'],
    ['the account is not synchronised', facts({}, { account_sync_enabled: false }), 'sync_off'],
    ['it is not synchronised itself', facts({ sync_enabled: false }), 'sync_off'],
    ['it is not selected', facts({ is_selected: false }), 'not_selected'],
    ['it was read only in part', facts({ generation: 0 }), 'never_synced'],
    ['its account has not told of its calendars', { ...facts(), calendar: null }, 'never_synced'],
    ['two intervals and the grace have passed', facts({ synced_at: minutesAgo(35.1) }), 'stale'],
    ['a short interval has passed twice', facts({ synced_at: minutesAgo(8) }, { sync_interval_minutes: 1 }), 'stale'],
    ['not all of its events can be read', facts({ unreadable_events: 1 }), 'partly_unreadable'],
    ['the question goes beyond what is known', facts({ window_to: new Date('2026-12-21T11:59:59Z') }), 'outside_window'],
    ['the question begins before what is known', facts({ window_from: minutesAgo(-1) }), 'outside_window'],
  ] as const)('cannot be booked on when %s', (_, known, reason) => {
    expect(unbookableReason(known, now, month)).toBe(reason);
  });

  it('cannot be booked on when it says that it was read, but not when', () => {
    expect(unbookableReason({ ...facts(), calendar: { ...fresh, synced_at: null } }, now)).toBe('never_synced');
  });

  it('is judged alike by moments in JSON', () => {
    const inJson = JSON.parse(JSON.stringify(facts({ synced_at: minutesAgo(36) }))) as FreshnessFacts;

    expect(unbookableReason(inJson, now)).toBe('stale');
  });
});
